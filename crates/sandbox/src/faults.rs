//! Switches faults on and off, for everything or for one bill.

use kernel::Ctx;
use store::{Command, Tx, p};

use crate::{
    Error,
    bill::{Bill, Calls, Faults, Notices, Refunds},
    make, sql,
};

/// Sets the faults for everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetFaults(pub Faults);

impl Command for SetFaults {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "sandbox.set_faults";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        ctx.system()?;
        let Faults { notices, refunds, calls, delay_ms } = self.0;
        if !(0..=kernel::day_ms(1)).contains(&delay_ms) {
            return Err(Error::BadRequest("delay_ms is 0 to a day"));
        }
        tx.exec(sql::SET_FAULTS, p![notices, refunds, calls, delay_ms]).await?;
        Ok(())
    }
}

/// Sets the faults of one bill, which go before those for everything; `None` leaves it to those.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetBillFaults {
    /// The bill.
    pub bill: i64,
    /// What becomes of its notices.
    pub notices: Option<Notices>,
    /// What becomes of its refunds.
    pub refunds: Option<Refunds>,
}

impl Command for SetBillFaults {
    type Out = Bill;
    type Err = Error;
    const NAME: &'static str = "sandbox.set_bill_faults";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Bill, Error> {
        ctx.system()?;
        let (notices, refunds) = (self.notices.map(Notices::as_str), self.refunds.map(Refunds::as_str));
        if tx.exec(sql::SET_BILL_FAULTS, p![notices, refunds, self.bill]).await? == 0 {
            return Err(Error::NoSuchBill);
        }
        make::by_id(tx, self.bill).await
    }
}

/// The faults for everything.
pub(crate) async fn current(tx: &mut Tx) -> Result<Faults, Error> {
    Ok(tx.one(sql::SELECT_FAULTS, p![], sql::faults).await?)
}

/// The faults for everything; refuses when calls go unanswered.
pub(crate) async fn answered(tx: &mut Tx) -> Result<Faults, Error> {
    let faults = current(tx).await?;
    match faults.calls {
        Calls::Answered => Ok(faults),
        Calls::Unanswered => Err(Error::Down),
    }
}
