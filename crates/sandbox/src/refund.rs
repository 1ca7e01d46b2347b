//! Gives a paid bill back, wholly or in part.

use kernel::{Caller, Ctx, Timestamp, second_ms};
use serde::{Deserialize, Serialize};
use store::{BoxFault, Command, Job, Outcome, Store, Tx, p};

use crate::{
    Error,
    bill::{Bill, Faults, Notices, Refund, RefundState, Refunds},
    faults, make,
    notice::{Tell, tell},
    sql,
};

/// A refund to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeRefund {
    /// The merchant's number of the refund.
    pub out_no: String,
    /// The number of the transaction that paid.
    pub txn: String,
    /// How much, minor units.
    pub amount: i64,
    /// Where notices go.
    pub notify_url: String,
}

/// How much later the notice comes that should have been the first.
const OUT_OF_ORDER_MS: i64 = second_ms(1);

impl Command for MakeRefund {
    type Out = Refund;
    type Err = Error;
    const NAME: &'static str = "sandbox.make_refund";

    /// Makes the refund, or gives the one that has this number and this content.
    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Refund, Error> {
        ctx.system()?;
        let general = faults::answered(tx).await?;
        let bill = tx.opt(sql::SELECT_BILL_BY_TXN, p![&self.txn], sql::bill).await?.ok_or(Error::NotPaid)?;
        tx.exec(sql::TAKE_BILL, p![bill.bill]).await?;
        if let Some(before) = by_no(tx, &self.out_no).await? {
            let same = (before.bill, before.amount) == (bill.bill, self.amount);
            return if same { Ok(before) } else { Err(Error::NumberReused) };
        }
        let gone: i64 = tx.one(sql::SUM_REFUNDS, p![bill.bill], |r| r.get(0)).await?;
        if self.amount <= 0 || self.amount > bill.amount.minor - gone {
            return Err(Error::TooMuch);
        }
        let refund = self.refund(ctx, &bill, general);
        insert(tx, &refund).await?;
        follow(tx, ctx, &bill, &refund, general).await?;
        Ok(refund)
    }
}

impl MakeRefund {
    fn refund(&self, ctx: &Ctx, bill: &Bill, general: Faults) -> Refund {
        let (state, delay_ms) = match bill.refunds.unwrap_or(general.refunds) {
            Refunds::AtOnce => (RefundState::Done, 0),
            Refunds::Pending => (RefundState::Pending, general.delay_ms),
            Refunds::Failing => (RefundState::Failed, 0),
        };
        Refund {
            refund: ctx.id(),
            out_no: self.out_no.clone(),
            bill: bill.bill,
            amount: self.amount,
            notify_url: self.notify_url.clone(),
            state,
            ready_wall: ctx.wall + delay_ms,
            done_at: (state == RefundState::Done).then_some(ctx.now),
        }
    }
}

async fn insert(tx: &mut Tx, r: &Refund) -> Result<(), Error> {
    let params = p![r.refund, &r.out_no, r.bill, r.amount, &r.notify_url, r.state, r.ready_wall, r.done_at];
    match tx.exec(sql::INSERT_REFUND, params).await? {
        1 => Ok(()),
        _ => Err(Error::NumberReused),
    }
}

/// Sends what there is to say of a new refund, and schedules what is still to be done.
async fn follow(tx: &mut Tx, ctx: &Ctx, bill: &Bill, refund: &Refund, general: Faults) -> Result<(), Error> {
    let notices = bill.notices.unwrap_or(general.notices);
    if refund.state == RefundState::Pending {
        tx.later(ctx, ctx.now, &FinishRefund { refund: refund.refund })?;
    }
    if notices == Notices::Lost {
        return Ok(());
    }
    let news = Tell::refund(bill, refund);
    let delay_ms = if notices == Notices::Delayed { general.delay_ms } else { 0 };
    tell(tx, ctx, &news, delay_ms).await?;
    if notices == Notices::Twice {
        tell(tx, ctx, &news, delay_ms).await?;
    }
    if notices == Notices::OutOfOrder && refund.state == RefundState::Done {
        let earlier = Refund { state: RefundState::Pending, done_at: None, ..refund.clone() };
        tell(tx, ctx, &Tell::refund(bill, &earlier), OUT_OF_ORDER_MS).await?;
    }
    Ok(())
}

/// Carries out a pending refund when it is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinishRefund {
    /// The service's number.
    pub refund: i64,
}

impl Job for FinishRefund {
    const KIND: &'static str = "sandbox.finish_refund";
    fn key(&self) -> i64 {
        self.refund
    }
}

impl Command for FinishRefund {
    type Out = Refund;
    type Err = Error;
    const NAME: &'static str = "sandbox.finish_refund";

    /// Carries it out if it is pending and ready; gives it as it stands.
    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Refund, Error> {
        ctx.system()?;
        let refund = by_id(tx, self.refund).await?;
        if refund.state != RefundState::Pending || refund.ready_wall > ctx.wall {
            return Ok(refund);
        }
        if tx.exec(sql::FINISH_REFUND, p![ctx.now, self.refund]).await? == 1 {
            let bill = make::by_id(tx, refund.bill).await?;
            let lost = bill.notices.unwrap_or(faults::current(tx).await?.notices) == Notices::Lost;
            let refund = by_id(tx, self.refund).await?;
            if !lost {
                tell(tx, ctx, &Tell::refund(&bill, &refund), 0).await?;
            }
            return Ok(refund);
        }
        by_id(tx, self.refund).await
    }
}

/// The job: waits until the refund is ready.
pub(crate) async fn finish(store: &Store, caller: &Caller, job: FinishRefund) -> Result<Outcome, BoxFault> {
    let ready = by_id(&mut *store.read().await?, job.refund).await?.ready_wall;
    let left = ready - store.wall();
    if left > 0 {
        return Ok(Outcome::Again { in_ms: left });
    }
    store.write(caller, job).await?;
    Ok(Outcome::Done)
}

/// The refund of the merchant's number.
pub(crate) async fn by_no(tx: &mut Tx, out_no: &str) -> Result<Option<Refund>, Error> {
    Ok(tx.opt(sql::SELECT_REFUND_BY_NO, p![out_no], sql::refund).await?)
}

async fn by_id(tx: &mut Tx, refund: i64) -> Result<Refund, Error> {
    tx.opt(sql::SELECT_REFUND, p![refund], sql::refund).await?.ok_or(Error::NoSuchBill)
}

/// True if a pending refund is due to be carried out.
pub(crate) fn is_ready(refund: &Refund, wall: Timestamp) -> bool {
    refund.state == RefundState::Pending && refund.ready_wall <= wall
}
