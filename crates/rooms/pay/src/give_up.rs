//! Gives a combined payment up, because one of its orders was closed or is to be paid by itself.
//!
//! First no bill may be begun any more, then the open one is closed at its channel, and only when that has said so the
//! payments are free. Each step is a command in one scope and may be repeated; a task repeats them until the end.

use kernel::{Caller, Ctx, Fault, PaymentId, Scope, ShopperId};
use serde::{Deserialize, Serialize};
use store::{BoxFault, Command, Job, Outcome, Store, Tx, p};

use crate::{
    BillNo, CloseBills, Combined, CombinedState, EndBill, Error, Intake, PollBill, ReleaseShare,
    ask::open_bills,
    combine, door,
    poll::{CLOSE_AGAIN_MS, is_over, shop_of},
    read,
    sql::combined::{BEGIN_CLOSING, CLOSE},
};

/// Gives up the combined payment that a payment was bound to when it was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveCombined {
    /// The payment that was closed.
    pub payment: PaymentId,
}

impl Job for LeaveCombined {
    const KIND: &'static str = "pay.leave_combined";
    fn key(&self) -> i64 {
        self.payment.0
    }
}

/// Lets no bill be begun any more. By the program, in the payer's scope.
struct BeginClosing {
    combined: PaymentId,
}

impl Command for BeginClosing {
    type Out = CombinedState;
    type Err = Error;
    const NAME: &'static str = "pay.begin_closing";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<CombinedState, Error> {
        let payer = payer_of(ctx)?;
        if tx.exec(BEGIN_CLOSING, p![payer, self.combined]).await? == 1 {
            tx.cancel::<PollBill>(ctx, self.combined.0);
            // Should the caller not come to the end, this does.
            tx.later(ctx, ctx.now, &CloseBills { payment: self.combined })?;
            return Ok(CombinedState::Closing);
        }
        Ok(combine::head(tx, payer, self.combined).await?.ok_or(Error::NotFound)?.state)
    }
}

/// Closes it for good, if no bill of it is open.
struct EndClosing {
    combined: PaymentId,
}

impl Command for EndClosing {
    type Out = CombinedState;
    type Err = Error;
    const NAME: &'static str = "pay.end_closing";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<CombinedState, Error> {
        let payer = payer_of(ctx)?;
        tx.exec(CLOSE, p![ctx.now, payer, self.combined]).await?;
        Ok(combine::head(tx, payer, self.combined).await?.ok_or(Error::NotFound)?.state)
    }
}

/// The payer in whose scope the program works.
pub(crate) fn payer_of(ctx: &Ctx) -> Result<ShopperId, Error> {
    match door::tenant(ctx)? {
        Scope::Shopper(payer) => Ok(payer),
        _ => Err(kernel::Denied::Forbidden.into()),
    }
}

impl Intake {
    /// Gives a combined payment up and lets its payments go. Refuses with `AlreadyPaid`, and with `ChannelUnavailable`
    /// while the channel does not say that the bill is closed.
    pub(crate) async fn give_up(
        &self,
        store: &Store,
        payer: ShopperId,
        combined: PaymentId,
    ) -> Result<(), Error> {
        let caller = Caller::system(Scope::Shopper(payer));
        if store.write(&caller, BeginClosing { combined }).await? == CombinedState::Closing {
            self.close_bills(store, &caller, combined).await?;
        }
        match store.write(&caller, EndClosing { combined }).await? {
            CombinedState::Captured => Err(Error::AlreadyPaid),
            CombinedState::Open | CombinedState::Closing => Err(Error::ChannelUnavailable),
            CombinedState::Closed => release(store, payer, combined).await,
        }
    }

    async fn close_bills(&self, store: &Store, caller: &Caller, combined: PaymentId) -> Result<(), Error> {
        let scope = caller.scope;
        for bill in open_bills(store, scope, combined).await? {
            let no = BillNo { scope, payment: combined, attempt: bill.attempt };
            let news = self.withdraw(store, &no, &bill.channel).await?;
            if is_over(&news, bill.began_wall, store.wall()) {
                store.write(caller, EndBill { bill: no }).await?;
            }
        }
        Ok(())
    }
}

/// Lets the payments of a closed combined one go, each in its shop's scope.
async fn release(store: &Store, payer: ShopperId, combined: PaymentId) -> Result<(), Error> {
    let Combined { shares, .. } = {
        let mut tx = store.read().await?;
        combine::whole(&mut tx, payer, combined).await?.ok_or(Error::NotFound)?
    };
    for share in shares {
        let shop = Caller::system(Scope::Shop(share.shop));
        store.write(&shop, ReleaseShare { payment: share.payment, combined }).await?;
    }
    Ok(())
}

/// The task that follows a closed payment.
pub(crate) async fn leave(
    intake: &Intake,
    store: &Store,
    caller: &Caller,
    job: LeaveCombined,
) -> Result<Outcome, BoxFault> {
    let shop = shop_of(caller)?;
    let found = {
        let mut tx = store.read().await?;
        read::find(&mut tx, shop, job.payment).await?
    };
    let bound = found.and_then(|payment| Some((payment.shopper, payment.combined?)));
    let Some((payer, combined)) = bound else { return Ok(Outcome::Done) };
    try_to_give_up(intake, store, payer, combined).await
}

/// One try of a task; a payment that has been made is no failure.
pub(crate) async fn try_to_give_up(
    intake: &Intake,
    store: &Store,
    payer: ShopperId,
    combined: PaymentId,
) -> Result<Outcome, BoxFault> {
    match intake.give_up(store, payer, combined).await {
        Ok(()) | Err(Error::AlreadyPaid) => Ok(Outcome::Done),
        Err(e) if e.kind().may_retry() => Ok(Outcome::Again { in_ms: CLOSE_AGAIN_MS }),
        Err(e @ Error::NoSuchChannel) => Ok(Outcome::Park(e.to_string())),
        Err(e) => Err(e.into()),
    }
}
