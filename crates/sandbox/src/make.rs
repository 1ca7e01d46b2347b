//! Makes a bill under the merchant's number.

use kernel::{Ctx, Money};
use store::{Command, Tx, p};

use crate::{
    Error,
    bill::{Bill, BillState},
    faults, sql,
};

/// A bill to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeBill {
    /// The merchant's number.
    pub out_no: String,
    /// What is to be paid.
    pub amount: Money,
    /// What the payer reads.
    pub description: String,
    /// Where notices go.
    pub notify_url: String,
    /// Where the payer's browser goes afterwards.
    pub return_url: String,
}

impl Command for MakeBill {
    type Out = Bill;
    type Err = Error;
    const NAME: &'static str = "sandbox.make_bill";

    /// Makes the bill, or gives the one that has this number and this content and can still be paid.
    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Bill, Error> {
        ctx.system()?;
        faults::answered(tx).await?;
        let params = p![
            ctx.id::<i64>(),
            &self.out_no,
            self.amount.minor,
            self.amount.currency,
            &self.description,
            &self.notify_url,
            &self.return_url,
            BillState::Waiting,
            ctx.now
        ];
        tx.exec(sql::INSERT_BILL, params).await?;
        let bill = by_no(tx, &self.out_no).await?.ok_or(Error::NoSuchBill)?;
        if bill.amount != self.amount {
            return Err(Error::NumberReused);
        }
        match bill.state {
            BillState::Waiting => Ok(bill),
            BillState::Paid | BillState::Declined | BillState::Closed => Err(Error::BillOver),
        }
    }
}

/// The bill of the merchant's number.
pub(crate) async fn by_no(tx: &mut Tx, out_no: &str) -> Result<Option<Bill>, Error> {
    Ok(tx.opt(sql::SELECT_BILL_BY_NO, p![out_no], sql::bill).await?)
}

/// The bill of the service's number.
pub(crate) async fn by_id(tx: &mut Tx, bill: i64) -> Result<Bill, Error> {
    tx.opt(sql::SELECT_BILL, p![bill], sql::bill).await?.ok_or(Error::NoSuchBill)
}
