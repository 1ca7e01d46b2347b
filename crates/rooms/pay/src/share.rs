//! Binds payments to the combined one that is about to collect them, and lets them go. In the shop's scope.
//!
//! While a payment is bound it gets no bill of its own and keeps its amount, so that the sum that a channel is asked
//! for is the sum of what is owed. It may be closed; then its share, if it is paid all the same, goes back.

use kernel::{Ctx, PaymentId};
use store::{Command, Tx, p};

use crate::{
    Error,
    bill::still_open,
    door, read,
    sql::combined::{BIND, RELEASE},
};

/// Binds a payment. By the shopper who pays, in the shop's scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BindShare {
    /// The payment.
    pub payment: PaymentId,
    /// What it is bound to, a combined payment that is open.
    pub combined: PaymentId,
    /// What the share comes to, minor units.
    pub amount: i64,
}

impl Command for BindShare {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "pay.bind_share";

    /// Refuses with `AlreadyPaid`, `Closed`, `Expired`, `ShareChanged`; with `Bound` or `OtherBillOpen` where something
    /// else has to end first.
    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        let (shop, shopper) = door::shopper(ctx)?;
        let found = read::find(tx, shop, self.payment)
            .await?
            .filter(|payment| payment.shopper == shopper)
            .ok_or(Error::NotFound)?;
        still_open(found.state)?;
        if found.expires_at <= ctx.now {
            return Err(Error::Expired);
        }
        match found.combined {
            Some(bound) if bound == self.combined => return Ok(()),
            Some(combined) => return Err(Error::Bound { combined }),
            None => {}
        }
        if let (Some(_), Some(channel)) = (found.started_wall, found.channel) {
            return Err(Error::OtherBillOpen { channel, attempt: found.attempt });
        }
        if found.amount.minor != self.amount {
            return Err(Error::ShareChanged);
        }
        match tx.exec(BIND, p![self.combined, shop, self.payment, found.version]).await? {
            1 => Ok(()),
            _ => Err(Error::Changed),
        }
    }
}

/// Lets a payment go whose combined one is closed. By the program, in the shop's scope; a repeat changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReleaseShare {
    /// The payment.
    pub payment: PaymentId,
    /// What it was bound to.
    pub combined: PaymentId,
}

impl Command for ReleaseShare {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "pay.release_share";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        let shop = door::program(ctx)?;
        tx.exec(RELEASE, p![shop, self.payment, self.combined]).await?;
        Ok(())
    }
}
