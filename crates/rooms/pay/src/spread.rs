//! Carries the shares of a captured combined payment to their shops, and what shops give back to the payer's book.
//!
//! Both are tasks of the scope where the money was taken first: one command in another scope at a time, so that no
//! transaction writes to two. A command that was carried out before says so and changes nothing.

use kernel::{Caller, Ctx, PaymentId, RefundId, Scope, ShopperId};
use serde::{Deserialize, Serialize};
use store::{BoxFault, Command, Job, Outcome, Store, Tx};

use crate::{
    AnomalyKind, Combined, Error, Intake, NoteAnomaly, Paid, Refund, Share, SharePaid, books, combine,
    give_up::payer_of, poll::shop_of, read,
};

/// Completes the shares of a captured combined payment. In the payer's scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpreadShares {
    /// The combined payment.
    pub combined: PaymentId,
}

impl Job for SpreadShares {
    const KIND: &'static str = "pay.spread_shares";
    fn key(&self) -> i64 {
        self.combined.0
    }
}

/// Posts the payer's half of a refund that has come to its end. In the shop's scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnShare {
    /// The refund.
    pub refund: RefundId,
    /// Whose combined payment it came from.
    pub payer: ShopperId,
}

impl Job for ReturnShare {
    const KIND: &'static str = "pay.return_share";
    fn key(&self) -> i64 {
        self.refund.0
    }
}

impl Intake {
    /// Completes every share, one command each. One that its payment can't take is noted for the operator; any other
    /// failure is told when all were tried.
    pub(crate) async fn spread(
        &self,
        store: &Store,
        payer: ShopperId,
        combined: PaymentId,
    ) -> Result<(), Error> {
        let found = {
            let mut tx = store.read().await?;
            combine::whole(&mut tx, payer, combined).await?.ok_or(Error::NotFound)?
        };
        let mut failed = None;
        for share in &found.shares {
            if let Err(e) = self.complete(store, &found, share).await {
                tracing::warn!(payment = share.payment.0, error = %e, "a share waits and is tried again");
                failed = Some(e);
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn complete(&self, store: &Store, combined: &Combined, share: &Share) -> Result<(), Error> {
        let Some(paid) = paid_of(combined, share) else { return Ok(()) };
        let told = SharePaid { combined: combined.combined, paid: paid.clone() };
        let Err(fault) = self.completion.share(store.clone(), told).await else { return Ok(()) };
        let Some(kind) = AnomalyKind::of_refusal(fault.code()) else { return Err(Error::Completion(fault)) };
        let Paid { shop, payment, channel, channel_txn, amount, .. } = paid;
        let anomaly = NoteAnomaly { payment, kind, channel, channel_txn, amount };
        self.note(store, Scope::Shop(shop), anomaly).await
    }
}

/// A share as its shop is told of it; `None` before the money is here.
fn paid_of(combined: &Combined, share: &Share) -> Option<Paid> {
    combined.captured_at?;
    Some(Paid {
        shop: share.shop,
        payment: share.payment,
        channel: combined.channel.clone()?,
        channel_txn: combined.channel_txn.clone()?,
        amount: kernel::Money::new(share.amount, combined.amount.currency),
        paid_at: combined.paid_at?,
    })
}

pub(crate) async fn spread_shares(
    intake: &Intake,
    store: &Store,
    caller: &Caller,
    job: SpreadShares,
) -> Result<Outcome, BoxFault> {
    let Scope::Shopper(payer) = caller.scope else { return Err(Error::NotFound.into()) };
    intake.spread(store, payer, job.combined).await?;
    Ok(Outcome::Done)
}

/// The payer's half of a refund.
struct PostReturn(Refund);

impl Command for PostReturn {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "pay.post_return";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        payer_of(ctx)?;
        ledger::post(tx, ctx, &books::share_given_back(&self.0)).await?;
        Ok(())
    }
}

pub(crate) async fn return_share(
    store: &Store,
    caller: &Caller,
    job: ReturnShare,
) -> Result<Outcome, BoxFault> {
    let shop = shop_of(caller)?;
    let refund = {
        let mut tx = store.read().await?;
        read::refund_of(&mut tx, shop, job.refund).await?.ok_or(Error::RefundNotFound)?
    };
    match store.write(&Caller::system(Scope::Shopper(job.payer)), PostReturn(refund)).await {
        // The second half is there already: an earlier run did not come to its own end.
        Ok(()) | Err(Error::Ledger(ledger::Error::TransferRepeated)) => Ok(Outcome::Done),
        Err(e) => Err(e.into()),
    }
}
