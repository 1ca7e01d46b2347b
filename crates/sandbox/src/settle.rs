//! Ends a bill: the payer approves or declines, or the merchant closes it.

use kernel::{Ctx, second_ms};
use store::{Command, Tx, p};

use crate::{
    Error,
    bill::{Bill, BillState, Notices},
    faults, make,
    notice::{Tell, tell},
    sql,
};

/// The payer approves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approve {
    /// The bill.
    pub bill: i64,
    /// What becomes of the notice; as the faults say when left out.
    pub notices: Option<Notices>,
    /// How late a delayed notice comes, in ms of wall time; as the faults say when left out.
    pub delay_ms: Option<i64>,
}

/// The payer declines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decline {
    /// The bill.
    pub bill: i64,
}

/// The merchant closes a bill by its own number. Gives the bill as it stands, `None` where there is none: one that was
/// paid stays paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseBill {
    /// The merchant's number.
    pub out_no: String,
}

/// How much later the notice comes that should have been the first.
const OUT_OF_ORDER_MS: i64 = second_ms(1);

impl Command for Approve {
    type Out = Bill;
    type Err = Error;
    const NAME: &'static str = "sandbox.approve";

    /// Pays the bill and sends what is to be sent. A bill that is paid stays as it is; nothing is sent again.
    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Bill, Error> {
        ctx.system()?;
        let before = make::by_id(tx, self.bill).await?;
        let delay_ms = self.delay_ms.unwrap_or(0);
        if !(0..=kernel::day_ms(1)).contains(&delay_ms) {
            return Err(Error::BadRequest("delay_ms is 0 to a day"));
        }
        let txn = format!("sb{:016x}", ctx.id::<i64>());
        if tx.exec(sql::PAY_BILL, p![txn, ctx.now, self.bill]).await? == 0 {
            return settled_before(make::by_id(tx, self.bill).await?);
        }
        let bill = make::by_id(tx, self.bill).await?;
        let general = faults::current(tx).await?;
        let notices = self.notices.or(before.notices).unwrap_or(general.notices);
        let paid = Tell::paid(&bill);
        match notices {
            Notices::Lost => {}
            Notices::Once => tell(tx, ctx, &paid, 0).await?,
            Notices::Twice => {
                tell(tx, ctx, &paid, 0).await?;
                tell(tx, ctx, &paid, 0).await?;
            }
            Notices::Delayed => tell(tx, ctx, &paid, self.delay_ms.unwrap_or(general.delay_ms)).await?,
            Notices::OutOfOrder => {
                tell(tx, ctx, &paid, 0).await?;
                tell(tx, ctx, &Tell::processing(&bill), OUT_OF_ORDER_MS).await?;
            }
        }
        Ok(bill)
    }
}

fn settled_before(bill: Bill) -> Result<Bill, Error> {
    if bill.state == BillState::Paid { Ok(bill) } else { Err(Error::BillOver) }
}

impl Command for Decline {
    type Out = Bill;
    type Err = Error;
    const NAME: &'static str = "sandbox.decline";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Bill, Error> {
        ctx.system()?;
        tx.exec(sql::END_BILL, p![BillState::Declined, self.bill]).await?;
        let bill = make::by_id(tx, self.bill).await?;
        if bill.state == BillState::Declined { Ok(bill) } else { Err(Error::BillOver) }
    }
}

impl Command for CloseBill {
    type Out = Option<Bill>;
    type Err = Error;
    const NAME: &'static str = "sandbox.close_bill";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Option<Bill>, Error> {
        ctx.system()?;
        faults::answered(tx).await?;
        let Some(bill) = make::by_no(tx, &self.out_no).await? else { return Ok(None) };
        tx.exec(sql::END_BILL, p![BillState::Closed, bill.bill]).await?;
        make::by_id(tx, bill.bill).await.map(Some)
    }
}
