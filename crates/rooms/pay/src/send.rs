//! Carries refunds to their channels and asks after them until they have come to an end.

use kernel::{Caller, Money, RefundId, ShopId};
use serde::{Deserialize, Serialize};
use store::{BoxFault, Command, Job, Outcome, Store, Tx, p};

use crate::{
    AskRefund, Channel, ChannelError, Error, Intake, Payment, Refund, RefundNews, RefundNo, RefundState,
    combine, door, poll::shop_of, read, sql,
};

/// Carries a refund to its channel. The refund's number is the channel's idempotency key, so that any step may be
/// repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendRefund {
    /// Which.
    pub refund: RefundId,
}

impl Job for SendRefund {
    const KIND: &'static str = "pay.refund";
    fn key(&self) -> i64 {
        self.refund.0
    }
}

/// Marks a refund as sent, before the channel hears of it.
struct MarkSent {
    refund: RefundId,
    attempt: i64,
}

impl Command for MarkSent {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "pay.refund_sent";

    async fn run(&self, tx: &mut Tx, ctx: &kernel::Ctx) -> Result<(), Error> {
        let shop = door::program(ctx)?;
        match tx.exec(sql::REFUND_SENT, p![ctx.wall, shop, self.refund, self.attempt]).await? {
            1 => Ok(()),
            _ => Err(Error::RefundMoved),
        }
    }
}

pub(crate) async fn send(
    intake: &Intake,
    store: &Store,
    caller: &Caller,
    job: SendRefund,
) -> Result<Outcome, BoxFault> {
    let shop = shop_of(caller)?;
    let (refund, payment, paid) = load(store, shop, job.refund).await?;
    let name = payment.channel.clone().unwrap_or_default();
    let channel = match intake.channels.get(&name) {
        Ok(channel) => channel,
        Err(e) => return Ok(Outcome::Park(format!("{e}: {name}"))),
    };
    let no = RefundNo { shop, refund: refund.refund, attempt: refund.attempt };
    let ask = AskRefund { paid, ..ask_of(intake, &refund, &payment, no) };
    let answer = match refund.state {
        RefundState::Done | RefundState::Failed => return Ok(Outcome::Done),
        RefundState::Requested => {
            store.write(caller, MarkSent { refund: refund.refund, attempt: refund.attempt }).await?;
            channel.refund(&ask).await
        }
        RefundState::Sent => look(channel.as_ref(), &ask).await,
    };
    let news = match answer {
        Ok(news) => news,
        Err(ChannelError::Refused(reason)) => RefundNews::Failed { reason },
        Err(ChannelError::Unavailable(why)) => {
            tracing::info!(refund = refund.refund.0, why, "a channel gives no answer; it is asked again");
            RefundNews::Pending
        }
        Err(e @ ChannelError::BadNotice(_)) => return Err(Error::from(e).into()),
    };
    if intake.refund_news(store, &name, no, news).await? {
        return Ok(Outcome::Done);
    }
    let age = refund.sent_wall.map_or(0, |sent| store.wall() - sent);
    Ok(Outcome::Again { in_ms: intake.channels.next_poll_ms(age) })
}

/// Asks how the refund stands; one that the channel has not heard of is asked for once more.
async fn look(channel: &dyn Channel, ask: &AskRefund) -> Result<RefundNews, ChannelError> {
    match channel.query_refund(&ask.refund).await {
        Ok(RefundNews::Unknown) => channel.refund(ask).await,
        // That a question is refused says nothing of the refund.
        Err(ChannelError::Refused(why)) => Err(ChannelError::Unavailable(why)),
        other => other,
    }
}

fn ask_of(intake: &Intake, refund: &Refund, payment: &Payment, no: RefundNo) -> AskRefund {
    let channel = payment.channel.as_deref().unwrap_or_default();
    AskRefund {
        refund: no,
        channel_txn: payment.channel_txn.clone().unwrap_or_default(),
        amount: refund.amount,
        paid: payment.amount,
        reason: refund.reason.clone(),
        notify_url: intake.channels.notify_url(channel),
    }
}

/// The refund, its payment, and what the channel's transaction came to: for a share, the whole combined payment.
async fn load(store: &Store, shop: ShopId, refund: RefundId) -> Result<(Refund, Payment, Money), Error> {
    let mut tx = store.read().await?;
    let refund = read::refund_of(&mut tx, shop, refund).await?.ok_or(Error::RefundNotFound)?;
    let payment = read::find(&mut tx, shop, refund.payment).await?.ok_or(Error::NotFound)?;
    let paid = match payment.combined {
        None => payment.amount,
        Some(id) => combine::head(&mut tx, payment.shopper, id).await?.ok_or(Error::NotFound)?.amount,
    };
    Ok((refund, payment, paid))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        NewRefund, RefundSource,
        testing::{self, House, balance, captured, done, refund, refund_of, the_refund},
    };
    use ledger::AccountKind::{ChannelClearing, ShopAvailable, ShopPending};

    fn asked(house: &House) -> Vec<String> {
        std::mem::take(&mut *house.till.asked.lock().unwrap())
    }

    store::on_both! {
        rooms = testing::rooms();

        async fn a_refund_reaches_the_payer_and_the_books(kit) {
            let house = House::new(&kit).await;
            captured(&house.store, 100).await;
            refund(&house.store, refund_of(1, 60)).await.unwrap();
            house.work().await;
            assert_eq!(asked(&house), ["refund r7-1-1"]);
            let gone = the_refund(&house.store, 1).await;
            assert_eq!((gone.state, gone.channel_refund.as_deref()), (RefundState::Done, Some("r1")));
            let paid = testing::payment(&house.store).await;
            assert_eq!((paid.refunding, paid.refunded), (0, 60));
            assert_eq!(balance(&house.store, ShopPending).await, 40);
            assert_eq!(balance(&house.store, ChannelClearing).await, -40);
            assert_eq!(testing::events(&house.store, "pay.refunded").await, 1);
            assert!(testing::jobs(&house.store).await.is_empty());
            assert_eq!(testing::findings(&house.store).await, []);
        }

        async fn one_that_is_pending_is_asked_after_until_it_is_done(kit) {
            let house = House::new(&kit).await;
            captured(&house.store, 100).await;
            house.till.answers.lock().unwrap().extend([Ok(RefundNews::Pending), Ok(RefundNews::Pending), Ok(done())]);
            refund(&house.store, refund_of(1, 60)).await.unwrap();
            for _ in 0..3 {
                house.work().await;
                testing::hurry(&house.store).await;
            }
            assert_eq!(asked(&house), ["refund r7-1-1", "query_refund r7-1-1", "query_refund r7-1-1"]);
            assert_eq!(the_refund(&house.store, 1).await.state, RefundState::Done);
        }

        async fn no_answer_is_no_refusal(kit) {
            let house = House::new(&kit).await;
            captured(&house.store, 100).await;
            house.till.answers.lock().unwrap().push_back(Err(ChannelError::Unavailable("cut".into())));
            refund(&house.store, refund_of(1, 60)).await.unwrap();
            house.work().await;
            assert_eq!(the_refund(&house.store, 1).await.state, RefundState::Sent);
            testing::hurry(&house.store).await;
            house.work().await;
            // The channel had not heard of it, so it is told once more, under the same number.
            assert_eq!(asked(&house), ["refund r7-1-1", "query_refund r7-1-1", "refund r7-1-1"]);
            assert_eq!(the_refund(&house.store, 1).await.state, RefundState::Done);
        }

        async fn two_workers_do_not_both_begin(kit) {
            let store = kit.store(store::Registry::new()).await;
            captured(&store, 100).await;
            refund(&store, refund_of(1, 60)).await.unwrap();
            let shop = testing::system();
            let mark = || store.write(&shop, MarkSent { refund: RefundId(1), attempt: 1 });
            mark().await.unwrap();
            assert_eq!(testing::code(&mark().await), "pay.refund_moved");
        }

        async fn a_refused_question_says_nothing_of_the_refund(kit) {
            let house = House::new(&kit).await;
            captured(&house.store, 100).await;
            let answers = [Ok(RefundNews::Pending), Err(ChannelError::Refused("busy".into())), Ok(done())];
            house.till.answers.lock().unwrap().extend(answers);
            refund(&house.store, refund_of(1, 60)).await.unwrap();
            for _ in 0..3 {
                house.work().await;
                testing::hurry(&house.store).await;
            }
            assert_eq!(the_refund(&house.store, 1).await.state, RefundState::Done);
        }

        async fn one_that_the_channel_refuses_stays_visible_and_frees_the_sum(kit) {
            let house = House::new(&kit).await;
            captured(&house.store, 100).await;
            testing::settle(&house.store, 100).await;
            house.till.answers.lock().unwrap().push_back(Err(ChannelError::Refused("account closed".into())));
            refund(&house.store, NewRefund { from: RefundSource::Available, ..refund_of(1, 60) }).await.unwrap();
            assert_eq!(testing::free_balance(&house.store).await, 40);
            house.work().await;
            let failed = the_refund(&house.store, 1).await;
            assert_eq!((failed.state, failed.failure.as_deref()), (RefundState::Failed, Some("account closed")));
            assert_eq!(testing::payment(&house.store).await.refundable(), 100);
            assert_eq!(testing::free_balance(&house.store).await, 100);
            assert_eq!(testing::events(&house.store, "pay.refund_failed").await, 1);
            assert_eq!(testing::findings(&house.store).await, []);
        }

        async fn out_of_the_balance_the_held_sum_goes(kit) {
            let house = House::new(&kit).await;
            captured(&house.store, 100).await;
            testing::settle(&house.store, 100).await;
            refund(&house.store, NewRefund { from: RefundSource::Available, ..refund_of(1, 60) }).await.unwrap();
            house.work().await;
            assert_eq!(balance(&house.store, ShopAvailable).await, 40);
            assert_eq!(testing::free_balance(&house.store).await, 40);
            assert_eq!(balance(&house.store, ChannelClearing).await, -40);
            assert_eq!(testing::findings(&house.store).await, []);
        }

        async fn a_channel_that_is_gone_parks_the_refund_where_it_is_seen(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, testing::opening(100)).await.unwrap();
            let elsewhere = crate::Paid { channel: "bygone".into(), ..testing::paid(100) };
            testing::complete(&house.store, elsewhere).await.unwrap();
            refund(&house.store, refund_of(1, 60)).await.unwrap();
            house.work().await;
            let parked = house.store.parked(10).await.unwrap();
            assert_eq!(parked.len(), 1);
            assert!(parked[0].error.as_ref().unwrap().contains("bygone"), "{parked:?}");
        }
    }
}
