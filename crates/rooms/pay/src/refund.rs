//! Gives back a captured payment, wholly or in part; as often as there is something left.
//!
//! The sum is set aside at once, so that no two refunds promise the same money; the channel is told by a task.

use kernel::{Ctx, HoldId, Money, PaymentId, Permission, RefundId};
use store::{Batch, Tx, p};

use crate::{
    Error, Payment, PaymentState, Refund, RefundSource, RefundState, SendRefund, books, door,
    open::check_amount, read, sql,
};

/// A refund to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefund {
    /// Its id, made by the caller. Asking twice with one id gives back once.
    pub refund: RefundId,
    /// The payment.
    pub payment: PaymentId,
    /// How much; more than nothing and no more than is left of the payment.
    pub amount: Money,
    /// Which of the shop's accounts it comes from.
    pub from: RefundSource,
    /// Why, at most 80 characters.
    pub reason: String,
}

const REASON_CHARS: usize = 80;

/// Sets the sum aside and schedules the refund. A repeat with the same content gives the refund as it stands.
///
/// Needs [`Permission::OrderRefund`]; a flow that acts for a shopper calls it as the program itself.
pub async fn refund(tx: &mut Tx, ctx: &Ctx, cmd: &NewRefund) -> Result<Refund, Error> {
    let shop = door::shop(ctx, Permission::OrderRefund)?;
    check_amount(cmd.amount)?;
    let reason = kernel::clean_text(&cmd.reason, REASON_CHARS)
        .map_err(|reason| Error::BadText { field: "reason", reason })?;
    if let Some(before) = read::refund_of(tx, shop, cmd.refund).await? {
        return if same(&before, cmd) { Ok(before) } else { Err(Error::RefundIdUsed) };
    }
    let payment = read::find(tx, shop, cmd.payment).await?.ok_or(Error::NotFound)?;
    may_give_back(&payment, cmd.amount)?;
    let hold = hold_if_needed(tx, ctx, cmd.from, cmd.amount).await?;
    // Nothing below may refuse, but for another change that came first.
    let refund = requested(&payment, ctx, cmd, reason, hold);
    record(tx, &refund).await?;
    tx.later(ctx, ctx.now, &SendRefund { refund: refund.refund })?;
    Ok(refund)
}

fn same(before: &Refund, cmd: &NewRefund) -> bool {
    (before.payment, before.amount, before.from) == (cmd.payment, cmd.amount, cmd.from)
}

/// Refuses what the payment can't give back.
pub(crate) fn may_give_back(payment: &Payment, amount: Money) -> Result<(), Error> {
    if payment.state != PaymentState::Captured {
        return Err(Error::NotCaptured);
    }
    if payment.amount.currency != amount.currency {
        return Err(Error::CurrencyMismatch);
    }
    if payment.refundable() < amount.minor {
        return Err(Error::TooMuch { refundable: payment.refundable() });
    }
    Ok(())
}

/// Holds the sum on the shop's balance where it comes from there: a balance that is too small refuses now, and not
/// when the channel has paid it out.
pub(crate) async fn hold_if_needed(
    tx: &mut Tx,
    ctx: &Ctx,
    from: RefundSource,
    amount: Money,
) -> Result<Option<HoldId>, Error> {
    if from == RefundSource::Pending {
        return Ok(None);
    }
    let hold: HoldId = ctx.id();
    let Money { minor, currency } = amount;
    ledger::authorise(tx, ctx, &ledger::Hold { hold, account: books::AVAILABLE, currency, amount: minor })
        .await?;
    Ok(Some(hold))
}

fn requested(payment: &Payment, ctx: &Ctx, cmd: &NewRefund, reason: String, hold: Option<HoldId>) -> Refund {
    Refund {
        shop: payment.shop,
        refund: cmd.refund,
        payment: payment.payment,
        order: payment.order,
        amount: cmd.amount,
        from: cmd.from,
        reason,
        state: RefundState::Requested,
        attempt: 1,
        channel_refund: None,
        failure: None,
        hold,
        requested_at: ctx.now,
        sent_wall: None,
        done_at: None,
    }
}

async fn record(tx: &mut Tx, r: &Refund) -> Result<(), Error> {
    let mut batch = Batch::new();
    batch.add(sql::SET_ASIDE, p![r.amount.minor, r.shop, r.payment]);
    batch.add(
        sql::INSERT_REFUND,
        p![
            r.shop,
            r.refund,
            r.payment,
            r.order,
            r.amount.minor,
            r.amount.currency,
            r.from,
            &r.reason,
            r.state,
            r.hold,
            r.requested_at
        ],
    );
    match tx.exec_all(batch).await?.as_slice() {
        [1, 1] => Ok(()),
        // Another refund took the money, or this very one came twice at once.
        _ => Err(Error::Changed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, PAYMENT, balance, captured, code, opening, refund, refund_of};
    use kernel::Currency;
    use ledger::AccountKind::{ShopAvailable, ShopPending};

    store::on_both! {
        rooms = testing::rooms();

        async fn what_was_not_captured_does_not_go_back(kit) {
            let store = kit.store(store::Registry::new()).await;
            assert_eq!(code(&refund(&store, refund_of(1, 10)).await), "pay.not_found");
            testing::open(&store, opening(100)).await.unwrap();
            assert_eq!(code(&refund(&store, refund_of(1, 10)).await), "pay.not_captured");
            testing::close(&store, PAYMENT).await.unwrap();
            assert_eq!(code(&refund(&store, refund_of(1, 10)).await), "pay.not_captured");
        }

        async fn many_refunds_share_what_came_in(kit) {
            let store = kit.store(store::Registry::new()).await;
            captured(&store, 100).await;
            assert_eq!(code(&refund(&store, refund_of(1, 0)).await), "pay.bad_amount");
            let dollars = NewRefund { amount: Money::new(1, Currency::USD), ..refund_of(1, 1) };
            assert_eq!(code(&refund(&store, dollars).await), "pay.currency_mismatch");
            let wordy = NewRefund { reason: "x".repeat(81), ..refund_of(1, 1) };
            assert_eq!(code(&refund(&store, wordy).await), "pay.bad_text");
            refund(&store, refund_of(1, 60)).await.unwrap();
            let more = refund(&store, refund_of(2, 41)).await;
            assert!(matches!(more, Err(Error::TooMuch { refundable: 40 })), "{more:?}");
            refund(&store, refund_of(2, 40)).await.unwrap();
            let paid = testing::payment(&store).await;
            assert_eq!((paid.refunding, paid.refunded, paid.refundable()), (100, 0, 0));
            assert_eq!(balance(&store, ShopPending).await, 100, "nothing is posted before it is done");
        }

        async fn one_number_gives_back_once(kit) {
            let store = kit.store(store::Registry::new()).await;
            captured(&store, 100).await;
            let first = refund(&store, refund_of(1, 60)).await.unwrap();
            assert_eq!(refund(&store, refund_of(1, 60)).await.unwrap(), first);
            assert_eq!(testing::the_refund(&store, 1).await, first);
            assert_eq!(code(&refund(&store, refund_of(1, 61)).await), "pay.refund_id_used");
            assert_eq!(testing::payment(&store).await.refunding, 60);
        }

        async fn refunds_at_once_never_promise_more_than_there_is(kit) {
            let store = kit.store(store::Registry::new()).await;
            captured(&store, 100).await;
            let all = futures::future::join_all((1..=20).map(|id| refund(&store, refund_of(id, 30)))).await;
            assert_eq!(all.iter().filter(|r| r.is_ok()).count(), 3, "{all:?}");
            assert_eq!(testing::payment(&store).await.refunding, 90);
            assert_eq!(testing::findings(&store).await, []);
        }

        async fn a_balance_that_is_too_small_refuses_at_once(kit) {
            let store = kit.store(store::Registry::new()).await;
            captured(&store, 100).await;
            let settled = NewRefund { from: RefundSource::Available, ..refund_of(1, 10) };
            assert_eq!(code(&refund(&store, settled).await), "ledger.overdraft");
            assert_eq!(testing::payment(&store).await.refunding, 0);
        }

        async fn what_comes_from_the_balance_is_held_there(kit) {
            let store = kit.store(store::Registry::new()).await;
            captured(&store, 100).await;
            testing::settle(&store, 100).await;
            let settled = NewRefund { from: RefundSource::Available, ..refund_of(1, 60) };
            refund(&store, settled.clone()).await.unwrap();
            assert_eq!(balance(&store, ShopAvailable).await, 100);
            let more = NewRefund { refund: RefundId(2), amount: Money::fen(40), ..settled };
            refund(&store, more.clone()).await.unwrap();
            assert_eq!(testing::free_balance(&store).await, 0);
        }

        async fn giving_back_needs_the_permission(kit) {
            let store = kit.store(store::Registry::new()).await;
            captured(&store, 100).await;
            for (may, answer) in [(Permission::OrderRead, "auth.forbidden"), (Permission::OrderRefund, "ok")] {
                let staff = testing::staff(&[may]);
                let asked = testing::write(&store, &staff, |tx, ctx| {
                    Box::pin(async move { crate::refund(tx, ctx, &refund_of(1, 10)).await })
                });
                assert_eq!(code(&asked.await), answer);
            }
        }
    }
}
