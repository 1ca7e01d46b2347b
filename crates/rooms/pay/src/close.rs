//! Gives a payment up: its order was cancelled, or its time is over.
//!
//! A bill at a channel is closed afterwards, by a task, since nothing outside is reached from a transaction. Money that
//! comes in between is late money: it is captured and goes back in full.

use kernel::{Ctx, PaymentId, Timestamp};
use store::{Tx, p};

use crate::{CloseBills, Error, LeaveCombined, PaymentState, PollBill, door, read, sql};

/// Closes an open payment. One that is closed already stays so; one that is paid is refused.
pub async fn close(tx: &mut Tx, ctx: &Ctx, payment: PaymentId) -> Result<(), Error> {
    let shop = door::shop_scope(ctx)?;
    let closed = tx.opt(sql::CLOSE, p![ctx.now, shop, payment], |r| {
        Ok((r.get::<Option<Timestamp>>(0)?, r.get::<Option<PaymentId>>(1)?))
    });
    match closed.await? {
        Some((None, None)) => Ok(()),
        // The others are not to be paid together with what is not wanted any more.
        Some((None, Some(_))) => Ok(tx.later(ctx, ctx.now, &LeaveCombined { payment })?),
        Some((Some(_), _)) => {
            tx.cancel::<PollBill>(ctx, payment.0);
            Ok(tx.later(ctx, ctx.now, &CloseBills { payment })?)
        }
        None => match read::find(tx, shop, payment).await?.ok_or(Error::NotFound)?.state {
            PaymentState::Captured => Err(Error::AlreadyPaid),
            PaymentState::Closed => Ok(()),
            PaymentState::Open => Err(Error::Changed),
        },
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        BillNews, ChannelError, PaymentState, RefundState,
        testing::{self, House, PAYMENT, bill, close, code, opening, paid},
    };
    use kernel::PaymentId;

    store::on_both! {
        rooms = testing::rooms();

        async fn an_open_payment_is_closed_once_and_a_paid_one_never(kit) {
            let store = kit.store(store::Registry::new()).await;
            assert_eq!(code(&close(&store, PaymentId(1)).await), "pay.not_found");
            testing::open(&store, opening(100)).await.unwrap();
            close(&store, PAYMENT).await.unwrap();
            let closed = testing::payment(&store).await;
            assert_eq!((closed.state, closed.version), (PaymentState::Closed, 2));
            close(&store, PAYMENT).await.unwrap();
            assert_eq!(testing::payment(&store).await, closed);
            assert!(testing::jobs(&store).await.is_empty(), "nothing was begun at a channel");
        }

        async fn a_paid_payment_is_not_closed(kit) {
            let store = kit.store(store::Registry::new()).await;
            testing::captured(&store, 100).await;
            assert_eq!(code(&close(&store, PAYMENT).await), "pay.already_paid");
        }

        async fn its_bill_is_closed_at_the_channel_too(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            house.start("till").await.unwrap();
            close(&house.store, PAYMENT).await.unwrap();
            assert_eq!(testing::jobs(&house.store).await, ["pay.close"], "nobody asks after it any more");
            *house.till.down.lock().unwrap() = Some(ChannelError::Unavailable("asleep".into()));
            house.work().await;
            assert_eq!(testing::jobs(&house.store).await, ["pay.close"], "the channel is asked again");
            *house.till.down.lock().unwrap() = None;
            testing::hurry(&house.store).await;
            house.work().await;
            assert_eq!(house.till.bills.lock().unwrap().get(&bill(1).to_string()), Some(&BillNews::Closed));
            assert!(testing::jobs(&house.store).await.is_empty());
        }

        async fn what_was_paid_before_the_channel_closed_it_goes_back_in_full(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            house.start("till").await.unwrap();
            house.till.pay(&bill(1), 100);
            close(&house.store, PAYMENT).await.unwrap();
            house.work().await;
            let late = testing::payment(&house.store).await;
            assert!(late.is_late() && late.state == PaymentState::Captured);
            assert_eq!((late.captured, late.refunded), (100, 100));
            let mut tx = house.store.read().await.unwrap();
            let refunds = crate::refunds_of_order(&mut tx, testing::SHOP, testing::ORDER).await.unwrap();
            assert_eq!(refunds[0].state, RefundState::Done);
            assert_eq!(testing::findings(&house.store).await, []);
            assert_eq!(code(&testing::complete(&house.store, paid(100)).await), "pay.paid_twice");
        }
    }
}
