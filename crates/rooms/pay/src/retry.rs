//! Tries a refund again that a channel has refused, as a new one to the channel.

use kernel::{Ctx, Permission, RefundId};
use store::{Batch, Command, Tx, p};

use crate::{
    Error, Refund, RefundState, SendRefund, door, read,
    reference::MOST_ATTEMPTS,
    refund::{hold_if_needed, may_give_back},
    sql,
};

/// Tries a failed refund again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryRefund {
    /// Which.
    pub refund: RefundId,
}

/// Sets the sum aside once more and schedules the refund. Needs [`Permission::OrderRefund`].
pub async fn retry_refund(tx: &mut Tx, ctx: &Ctx, cmd: &RetryRefund) -> Result<Refund, Error> {
    let shop = door::shop(ctx, Permission::OrderRefund)?;
    let found = read::refund_of(tx, shop, cmd.refund).await?.ok_or(Error::RefundNotFound)?;
    if found.state != RefundState::Failed || found.attempt >= MOST_ATTEMPTS {
        return Err(Error::RefundNotFailed);
    }
    let payment = read::find(tx, shop, found.payment).await?.ok_or(Error::NotFound)?;
    may_give_back(&payment, found.amount)?;
    let hold = hold_if_needed(tx, ctx, found.from, found.amount).await?;
    // Nothing below may refuse, but for another change that came first.
    let mut batch = Batch::new();
    batch.add(sql::SET_ASIDE, p![found.amount.minor, shop, found.payment]);
    batch.add(sql::REFUND_AGAIN, p![hold, shop, found.refund, found.attempt]);
    if tx.exec_all(batch).await? != [1, 1] {
        return Err(Error::Changed);
    }
    tx.later(ctx, ctx.now, &SendRefund { refund: found.refund })?;
    Ok(Refund { state: RefundState::Requested, attempt: found.attempt + 1, hold, sent_wall: None, ..found })
}

impl Command for RetryRefund {
    type Out = Refund;
    type Err = Error;
    const NAME: &'static str = "pay.retry_refund";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Refund, Error> {
        retry_refund(tx, ctx, self).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ChannelError, NewRefund, RefundSource,
        testing::{self, House, captured, code, refund, refund_of, the_refund},
    };

    const WHICH: RetryRefund = RetryRefund { refund: RefundId(1) };

    async fn failed(house: &House, from: RefundSource) {
        captured(&house.store, 100).await;
        testing::settle(&house.store, 100).await;
        house.till.answers.lock().unwrap().push_back(Err(ChannelError::Refused("no".into())));
        refund(&house.store, NewRefund { from, ..refund_of(1, 60) }).await.unwrap();
        house.work().await;
    }

    store::on_both! {
        rooms = testing::rooms();

        async fn a_failed_refund_goes_out_again_under_another_number(kit) {
            let house = House::new(&kit).await;
            failed(&house, RefundSource::Available).await;
            let staff = testing::staff(&[Permission::OrderRefund]);
            let again = house.store.write(&staff, WHICH).await.unwrap();
            assert_eq!(again, Refund { failure: again.failure.clone(), ..the_refund(&house.store, 1).await });
            assert_eq!((again.state, again.attempt), (RefundState::Requested, 2));
            assert_eq!(testing::free_balance(&house.store).await, 40, "it is held again");
            house.work().await;
            assert_eq!(*house.till.asked.lock().unwrap(), ["refund r7-1-1", "refund r7-1-2"]);
            assert_eq!(the_refund(&house.store, 1).await.state, RefundState::Done);
            assert_eq!(testing::findings(&house.store).await, []);
        }

        async fn only_a_failed_one_is_tried_again(kit) {
            let house = House::new(&kit).await;
            let store = &house.store;
            assert_eq!(code(&store.write(&testing::system(), WHICH).await), "pay.refund_not_found");
            captured(store, 100).await;
            refund(store, refund_of(1, 60)).await.unwrap();
            assert_eq!(code(&store.write(&testing::system(), WHICH).await), "pay.refund_not_failed");
            let clerk = testing::staff(&[Permission::OrderRead]);
            assert_eq!(code(&store.write(&clerk, WHICH).await), "auth.forbidden");
        }

        async fn the_sum_may_have_gone_elsewhere_meanwhile(kit) {
            let house = House::new(&kit).await;
            failed(&house, RefundSource::Pending).await;
            refund(&house.store, refund_of(2, 50)).await.unwrap();
            let again = house.store.write(&testing::system(), WHICH).await;
            assert!(matches!(again, Err(Error::TooMuch { refundable: 50 })), "{again:?}");
        }
    }
}
