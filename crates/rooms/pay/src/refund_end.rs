//! What the channel made of a refund: done, or refused for good.

use kernel::{Ctx, PaymentId, RefundId, ShopperId, Timestamp};
use store::{Command, Tx, p};

use crate::{
    Error, Refund, RefundFailed, RefundState, Refunded, ReturnShare, SendRefund, books, door, read, sql,
};

/// The payer has the money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundDone {
    /// The refund.
    pub refund: RefundId,
    /// Which try of it the channel speaks of.
    pub attempt: i64,
    /// The channel's number.
    pub channel_refund: String,
    /// When, by the channel's clock.
    pub at: Timestamp,
}

/// The channel has refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundRefused {
    /// The refund.
    pub refund: RefundId,
    /// Which try of it the channel speaks of.
    pub attempt: i64,
    /// Its words, without personal data.
    pub reason: String,
}

/// Words of a channel beyond this are cut off.
const REASON_CHARS: usize = 200;

/// Books the money that went back. The same news twice changes nothing the second time.
pub async fn refund_done(tx: &mut Tx, ctx: &Ctx, cmd: &RefundDone) -> Result<(), Error> {
    let refund = sent(tx, ctx, cmd.refund).await?;
    if refund.state == RefundState::Done && refund.attempt == cmd.attempt {
        return Ok(());
    }
    let params = p![&cmd.channel_refund, cmd.at, refund.shop, refund.refund, cmd.attempt];
    if tx.exec(sql::REFUND_DONE, params).await? != 1 {
        return Err(Error::RefundMoved);
    }
    let payment = settle(tx, &refund, sql::GIVEN_BACK).await?;
    post(tx, ctx, &refund, &payment).await?;
    tx.cancel::<SendRefund>(ctx, refund.refund.0);
    Ok(tx.say(ctx, &Refunded::of(&refund, payment.refunded, payment.version))?)
}

/// Frees what was set aside; the refund stays visible and may be tried again.
pub async fn refund_failed(tx: &mut Tx, ctx: &Ctx, cmd: &RefundRefused) -> Result<(), Error> {
    let refund = sent(tx, ctx, cmd.refund).await?;
    if refund.state == RefundState::Failed && refund.attempt == cmd.attempt {
        return Ok(());
    }
    let reason: String = cmd.reason.chars().take(REASON_CHARS).collect();
    if tx.exec(sql::REFUND_FAILED, p![reason, refund.shop, refund.refund, cmd.attempt]).await? != 1 {
        return Err(Error::RefundMoved);
    }
    let Settled { version, .. } = settle(tx, &refund, sql::NOT_GIVEN_BACK).await?;
    if let Some(hold) = refund.hold {
        ledger::release(tx, ctx, hold).await?;
    }
    tx.cancel::<SendRefund>(ctx, refund.refund.0);
    Ok(tx.say(ctx, &RefundFailed::of(&refund, version))?)
}

async fn sent(tx: &mut Tx, ctx: &Ctx, refund: RefundId) -> Result<Refund, Error> {
    let shop = door::program(ctx)?;
    read::refund_of(tx, shop, refund).await?.ok_or(Error::RefundNotFound)
}

/// The payment after a refund has come to its end.
struct Settled {
    refunded: i64,
    version: i64,
    combined: Option<PaymentId>,
    payer: ShopperId,
}

/// Moves the sum out of what is set aside.
async fn settle(tx: &mut Tx, refund: &Refund, statement: &'static str) -> Result<Settled, Error> {
    let params = p![refund.amount.minor, refund.shop, refund.payment];
    let settled = tx.opt(statement, params, |r| {
        Ok(Settled { refunded: r.get(0)?, version: r.get(1)?, combined: r.get(2)?, payer: r.get(3)? })
    });
    settled.await?.ok_or(Error::Changed)
}

async fn post(tx: &mut Tx, ctx: &Ctx, refund: &Refund, payment: &Settled) -> Result<(), Error> {
    let source = books::source(payment.payer, payment.combined);
    let transfer = payment.combined.map(|_| books::of_refund(refund.refund));
    match refund.hold {
        None => ledger::post(tx, ctx, &books::given_back(refund, source, transfer)).await?,
        Some(hold) => {
            let capture = ledger::Capture {
                hold,
                amount: refund.amount.minor,
                to: source,
                reason: books::GIVEN_BACK,
                subject: refund.order.0,
                transfer,
            };
            ledger::capture(tx, ctx, &capture).await?
        }
    };
    if payment.combined.is_some() {
        tx.later(ctx, ctx.now, &ReturnShare { refund: refund.refund, payer: payment.payer })?;
    }
    Ok(())
}

impl Command for RefundDone {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "pay.refund_done";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        refund_done(tx, ctx, self).await
    }
}

impl Command for RefundRefused {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "pay.refund_failed";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        refund_failed(tx, ctx, self).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, captured, code, refund, refund_of, system};
    use store::Store;

    fn news(refund: i64) -> RefundDone {
        RefundDone {
            refund: RefundId(refund),
            attempt: 1,
            channel_refund: "r1".into(),
            at: Timestamp::from_ms(5),
        }
    }

    fn refusal(refund: i64) -> RefundRefused {
        RefundRefused { refund: RefundId(refund), attempt: 1, reason: "no".into() }
    }

    async fn sent(store: &Store) {
        captured(store, 100).await;
        refund(store, refund_of(1, 60)).await.unwrap();
        testing::write(store, &system(), |tx, ctx| {
            Box::pin(async move {
                tx.exec(sql::REFUND_SENT, p![ctx.wall, testing::SHOP, 1, 1]).await?;
                Ok(())
            })
        })
        .await
        .unwrap();
    }

    store::on_both! {
        rooms = testing::rooms();

        async fn the_same_news_twice_changes_nothing_the_second_time(kit) {
            let store = kit.store(store::Registry::new()).await;
            sent(&store).await;
            for _ in 0..2 {
                store.write(&system(), news(1)).await.unwrap();
            }
            assert_eq!(testing::payment(&store).await.refunded, 60);
            assert_eq!(testing::events(&store, "pay.refunded").await, 1);
            assert_eq!(code(&store.write(&system(), refusal(1)).await), "pay.refund_moved");
        }

        async fn a_refusal_twice_frees_the_sum_once(kit) {
            let store = kit.store(store::Registry::new()).await;
            sent(&store).await;
            for _ in 0..2 {
                store.write(&system(), refusal(1)).await.unwrap();
            }
            assert_eq!(testing::payment(&store).await.refundable(), 100);
            assert_eq!(code(&store.write(&system(), news(1)).await), "pay.refund_moved");
        }

        async fn news_of_a_refund_that_is_not_sent_or_not_there_is_refused(kit) {
            let store = kit.store(store::Registry::new()).await;
            assert_eq!(code(&store.write(&system(), news(1)).await), "pay.refund_not_found");
            captured(&store, 100).await;
            refund(&store, refund_of(1, 60)).await.unwrap();
            assert_eq!(code(&store.write(&system(), news(1)).await), "pay.refund_moved");
            let staff = testing::staff(&[kernel::Permission::OrderRefund]);
            assert_eq!(code(&store.write(&staff, news(1)).await), "auth.forbidden");
        }

        async fn news_of_another_try_is_refused(kit) {
            let store = kit.store(store::Registry::new()).await;
            sent(&store).await;
            let other = RefundDone { attempt: 2, ..news(1) };
            assert_eq!(code(&store.write(&system(), other).await), "pay.refund_moved");
            assert_eq!(testing::payment(&store).await.refunding, 60);
        }

        async fn of_many_at_once_one_books_it(kit) {
            let store = kit.store(store::Registry::new()).await;
            sent(&store).await;
            let all = (0..10).map(|_| {
                let store = store.clone();
                async move { store.write(&system(), news(1)).await }
            });
            let all = futures::future::join_all(all).await;
            assert!(all.iter().any(Result::is_ok), "{all:?}");
            let paid = testing::payment(&store).await;
            assert_eq!((paid.refunding, paid.refunded), (0, 60));
            assert_eq!(testing::findings(&store).await, []);
        }
    }
}
