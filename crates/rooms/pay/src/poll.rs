//! Asks channels after open bills, and closes those whose payment was given up.

use kernel::{Caller, Fault, PaymentId, Scope, ShopId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{BoxFault, Job, Outcome, Store};

use crate::{
    Bill, BillNews, BillNo, EndBill, Error, Intake, PaymentState, ask::open_bills, bill::due,
    give_up::try_to_give_up,
};

/// Asks after the open bill of a payment, ever more rarely, until the payment is paid or closed: what no callback has
/// told is found so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollBill {
    /// The payment.
    pub payment: PaymentId,
}

impl Job for PollBill {
    const KIND: &'static str = "pay.poll";
    fn key(&self) -> i64 {
        self.payment.0
    }
}

/// Closes the bills of a payment that was given up. One that turns out to be paid is completed late. In a payer's scope it
/// gives the combined payment up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseBills {
    /// The payment.
    pub payment: PaymentId,
}

impl Job for CloseBills {
    const KIND: &'static str = "pay.close";
    fn key(&self) -> i64 {
        self.payment.0
    }
}

/// How long a bill that its channel does not know may still be on its way there, in ms of wall time: longer than any
/// channel's client waits.
const ON_ITS_WAY_MS: i64 = kernel::minute_ms(1);

/// The pause before a channel that gives no answer is asked again to close a bill, in ms of wall time.
pub(crate) const CLOSE_AGAIN_MS: i64 = kernel::second_ms(30);

/// The shop whose job this is.
pub(crate) fn shop_of(caller: &Caller) -> Result<ShopId, Error> {
    match caller.scope {
        Scope::Shop(shop) => Ok(shop),
        _ => Err(kernel::Denied::Forbidden.into()),
    }
}

pub(crate) async fn poll(
    intake: &Intake,
    store: &Store,
    caller: &Caller,
    job: PollBill,
) -> Result<Outcome, BoxFault> {
    let scope = caller.scope;
    let Some(bill) = waiting_bill(store, scope, job.payment).await? else { return Ok(Outcome::Done) };
    let age = store.wall() - bill.began_wall;
    // The first run comes at once, when there is nothing to be found yet.
    if age >= intake.channels.first_poll_ms() {
        let no = BillNo { scope, payment: job.payment, attempt: bill.attempt };
        match intake.look(store, &no, &bill.channel).await {
            Ok(BillNews::Paid(_) | BillNews::Closed) => return Ok(Outcome::Done),
            Ok(BillNews::Unknown | BillNews::Waiting) => {}
            Err(e @ Error::NoSuchChannel) => return Ok(Outcome::Park(e.to_string())),
            Err(e) if e.kind().may_retry() => {
                tracing::info!(payment = job.payment.0, error = %e, "a bill will be asked after again");
            }
            Err(e) => return Err(e.into()),
        }
    }
    Ok(Outcome::Again { in_ms: intake.channels.next_poll_ms(age) })
}

/// The open bill of an open payment.
async fn waiting_bill(store: &Store, scope: Scope, payment: PaymentId) -> Result<Option<Bill>, Error> {
    if state(store, scope, payment).await? != Some(PaymentState::Open) {
        return Ok(None);
    }
    Ok(open_bills(store, scope, payment).await?.pop())
}

async fn state(store: &Store, scope: Scope, payment: PaymentId) -> Result<Option<PaymentState>, Error> {
    let mut tx = store.read().await?;
    Ok(due(&mut tx, scope, payment).await?.map(|due| due.state))
}

pub(crate) async fn close(
    intake: &Intake,
    store: &Store,
    caller: &Caller,
    job: CloseBills,
) -> Result<Outcome, BoxFault> {
    let scope = caller.scope;
    if let Scope::Shopper(payer) = scope
        && state(store, scope, job.payment).await? != Some(PaymentState::Captured)
    {
        return try_to_give_up(intake, store, payer, job.payment).await;
    }
    for bill in open_bills(store, scope, job.payment).await? {
        let no = BillNo { scope, payment: job.payment, attempt: bill.attempt };
        match intake.withdraw(store, &no, &bill.channel).await {
            Ok(news) if is_over(&news, bill.began_wall, store.wall()) => {
                store.write(caller, EndBill { bill: no }).await?;
            }
            Ok(_) | Err(Error::ChannelUnavailable) => return Ok(Outcome::Again { in_ms: CLOSE_AGAIN_MS }),
            Err(e @ Error::NoSuchChannel) => return Ok(Outcome::Park(e.to_string())),
            Err(e) => return Err(e.into()),
        }
    }
    Ok(Outcome::Done)
}

/// True if nothing more can come of the bill.
pub(crate) fn is_over(news: &BillNews, began: Timestamp, wall: Timestamp) -> bool {
    match news {
        BillNews::Closed | BillNews::Paid(_) => true,
        BillNews::Unknown => wall - began >= ON_ITS_WAY_MS,
        BillNews::Waiting => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ChannelError,
        testing::{self, House, bill, opening},
    };

    #[test]
    fn a_bill_that_the_channel_does_not_know_is_given_time_to_arrive() {
        let began = Timestamp::from_ms(1_000_000);
        assert!(!is_over(&BillNews::Unknown, began, began + 59_999));
        assert!(is_over(&BillNews::Unknown, began, began + 60_000));
        assert!(is_over(&BillNews::Closed, began, began));
        assert!(!is_over(&BillNews::Waiting, began, began + kernel::day_ms(9)));
    }

    store::on_both! {
        rooms = testing::rooms();

        async fn a_lost_notice_is_made_up_by_the_poll(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            house.start("till").await.unwrap();
            house.work().await;
            assert_eq!(testing::payment(&house.store).await.state, PaymentState::Open);
            house.till.pay(&bill(1), 100);
            testing::hurry(&house.store).await;
            house.work().await;
            assert_eq!(testing::payment(&house.store).await.state, PaymentState::Captured);
            assert!(testing::jobs(&house.store).await.is_empty());
        }

        async fn a_bill_is_not_asked_after_before_its_time(kit) {
            let house = House::polled_at(&kit, vec![60_000]).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            house.start("till").await.unwrap();
            house.till.pay(&bill(1), 100);
            for _ in 0..3 {
                house.work().await;
                testing::hurry(&house.store).await;
            }
            assert_eq!(testing::payment(&house.store).await.state, PaymentState::Open);
            assert_eq!(*house.till.asked.lock().unwrap(), [format!("prepay {}", bill(1))]);
        }

        async fn a_channel_that_does_not_answer_is_asked_again_for_ever(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            house.start("till").await.unwrap();
            *house.till.down.lock().unwrap() = Some(ChannelError::Unavailable("cut".into()));
            for _ in 0..20 {
                house.work().await;
                testing::hurry(&house.store).await;
            }
            assert!(house.store.parked(10).await.unwrap().is_empty());
            *house.till.down.lock().unwrap() = None;
            house.till.pay(&bill(1), 100);
            house.work().await;
            assert_eq!(testing::payment(&house.store).await.state, PaymentState::Captured);
        }

        async fn a_bill_that_the_channel_closed_may_be_begun_anew(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            house.start("till").await.unwrap();
            house.till.bills.lock().unwrap().insert(bill(1).to_string(), BillNews::Closed);
            house.work().await;
            assert!(testing::payment(&house.store).await.started_wall.is_none());
            house.start("till").await.unwrap();
            assert_eq!(testing::payment(&house.store).await.attempt, 2);
            assert_eq!(testing::jobs(&house.store).await, ["pay.poll"]);
        }

        async fn what_is_paid_is_not_asked_after_any_more(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            house.start("till").await.unwrap();
            let paid = house.till.pay(&bill(1), 100);
            testing::complete(&house.store, paid).await.unwrap();
            assert!(testing::jobs(&house.store).await.is_empty());
        }

        async fn money_of_another_channel_closes_the_open_bill(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            house.start("till").await.unwrap();
            let elsewhere = crate::Paid { channel: "other_till".into(), ..testing::paid(100) };
            testing::complete(&house.store, elsewhere).await.unwrap();
            house.work().await;
            assert_eq!(house.till.bills.lock().unwrap().get(&bill(1).to_string()), Some(&BillNews::Closed));
        }
    }
}
