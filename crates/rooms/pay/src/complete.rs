//! Takes the money: the one way in which a payment is completed, whoever brings the news.
//!
//! Callback, return page and poll all bring the same [`Paid`]. The first takes the money; the others are told that it
//! was taken. Three statements: read, compare and swap, post.

use kernel::{Ctx, Denied, PaymentId};
use store::{Tx, p};

use crate::{
    Captured, CloseBills, Completed, Error, Paid, Payment, PaymentState, PollBill, SharePaid, books, door,
    read, sql,
};

/// Captures `paid`. Money for a closed payment is captured too and flagged late: the caller gives it back in full, in
/// this same transaction. Refuses another sum than was asked for, and a second transaction for what is paid; neither
/// touches the order.
pub async fn complete(tx: &mut Tx, ctx: &Ctx, paid: &Paid) -> Result<Completed, Error> {
    take(tx, ctx, paid, None).await
}

/// Captures a share of a combined payment that was captured; otherwise as [`complete`]. Refuses with `Changed` where the
/// payment is not bound to it.
pub async fn complete_share(tx: &mut Tx, ctx: &Ctx, share: &SharePaid) -> Result<Completed, Error> {
    take(tx, ctx, &share.paid, Some(share.combined)).await
}

async fn take(tx: &mut Tx, ctx: &Ctx, paid: &Paid, combined: Option<PaymentId>) -> Result<Completed, Error> {
    if door::program(ctx)? != paid.shop {
        return Err(Denied::Forbidden.into());
    }
    let mut found = read::find(tx, paid.shop, paid.payment).await?.ok_or(Error::NotFound)?;
    if let Some(already) = judge(&found, paid, combined)? {
        return Ok(already);
    }
    if !swap(tx, ctx, paid, &found, combined).await? {
        // Somebody was faster; what they did is visible now.
        found = read::find(tx, paid.shop, paid.payment).await?.ok_or(Error::NotFound)?;
        if let Some(already) = judge(&found, paid, combined)? {
            return Ok(already);
        }
        if !swap(tx, ctx, paid, &found, combined).await? {
            return Err(Error::Changed);
        }
    }
    // Nothing below may refuse.
    let began = found.started_wall.is_some();
    let elsewhere = began && found.channel.as_ref() != Some(&paid.channel);
    let late = found.state == PaymentState::Closed;
    let payment = Payment { combined, ..captured(found, ctx, paid) };
    ledger::post(tx, ctx, &books::collected(&payment)).await?;
    if began {
        tx.cancel::<PollBill>(ctx, payment.payment.0);
    }
    if elsewhere {
        // A bill at another channel is open; nobody is to pay it as well.
        tx.later(ctx, ctx.now, &CloseBills { payment: payment.payment })?;
    }
    tx.say(ctx, &Captured::from(&payment))?;
    Ok(if late { Completed::AfterClose(payment) } else { Completed::First(payment) })
}

/// What there is to say before anything is changed; `None` to go on.
fn judge(found: &Payment, paid: &Paid, combined: Option<PaymentId>) -> Result<Option<Completed>, Error> {
    if found.state == PaymentState::Captured {
        let same = found.combined == combined
            && found.channel.as_ref() == Some(&paid.channel)
            && found.channel_txn.as_ref() == Some(&paid.channel_txn);
        return if same { Ok(Some(Completed::Already(found.clone()))) } else { Err(Error::PaidTwice) };
    }
    if found.amount != paid.amount {
        return Err(Error::AmountMismatch { expected: found.amount, got: paid.amount });
    }
    if combined.is_some() && found.combined != combined {
        return Err(Error::Changed);
    }
    Ok(None)
}

/// True if the payment is still as it was read, and now captured.
async fn swap(
    tx: &mut Tx,
    ctx: &Ctx,
    paid: &Paid,
    found: &Payment,
    combined: Option<PaymentId>,
) -> Result<bool, Error> {
    let late_at = (found.state == PaymentState::Closed).then_some(ctx.now);
    let params = p![
        &paid.channel,
        &paid.channel_txn,
        paid.paid_at,
        ctx.now,
        late_at,
        paid.shop,
        paid.payment,
        found.state,
        found.version,
        combined
    ];
    Ok(tx.exec(sql::CAPTURE, params).await? == 1)
}

/// The payment as the swap has left it.
fn captured(found: Payment, ctx: &Ctx, paid: &Paid) -> Payment {
    Payment {
        late_at: (found.state == PaymentState::Closed).then_some(ctx.now),
        state: PaymentState::Captured,
        captured: found.amount.minor,
        channel: Some(paid.channel.clone()),
        channel_txn: Some(paid.channel_txn.clone()),
        paid_at: Some(paid.paid_at),
        captured_at: Some(ctx.now),
        version: found.version + 1,
        ..found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, ORDER, OTHER_SHOP, PAYMENT, balance, close, code, complete, opening, paid};
    use kernel::{Currency, Money, PaymentId};
    use ledger::AccountKind::{ChannelClearing, ShopPending};

    store::on_both! {
        rooms = testing::rooms();

        async fn the_first_takes_the_money_and_the_next_is_told_so(kit) {
            let store = kit.store(store::Registry::new()).await;
            testing::open(&store, opening(100)).await.unwrap();
            let Completed::First(first) = complete(&store, paid(100)).await.unwrap() else { panic!("not the first") };
            assert_eq!(first, testing::payment(&store).await, "what is answered is what is stored");
            let again = complete(&store, paid(100)).await.unwrap();
            assert_eq!(again, Completed::Already(first));
            assert_eq!(balance(&store, ChannelClearing).await, -100);
            assert_eq!(balance(&store, ShopPending).await, 100);
            assert_eq!(testing::events(&store, "pay.captured").await, 1);
            assert_eq!(testing::findings(&store).await, []);
        }

        async fn of_many_at_once_one_takes_the_money(kit) {
            let store = kit.store(store::Registry::new()).await;
            testing::open(&store, opening(100)).await.unwrap();
            let all = futures::future::join_all((0..20).map(|_| complete(&store, paid(100)))).await;
            let first = all.iter().filter(|c| matches!(c, Ok(Completed::First(_)))).count();
            let already = all.iter().filter(|c| matches!(c, Ok(Completed::Already(_)))).count();
            assert_eq!((first, already), (1, 19), "{all:?}");
            assert_eq!(balance(&store, ShopPending).await, 100);
        }

        async fn money_for_a_closed_payment_is_taken_and_flagged_late(kit) {
            let store = kit.store(store::Registry::new()).await;
            testing::open(&store, opening(100)).await.unwrap();
            close(&store, PAYMENT).await.unwrap();
            let done = complete(&store, paid(100)).await.unwrap();
            assert!(matches!(&done, Completed::AfterClose(p) if p.is_late()), "{done:?}");
            assert_eq!(*done.payment(), testing::payment(&store).await);
            assert!(matches!(complete(&store, paid(100)).await, Ok(Completed::Already(_))));
            let found = testing::findings(&store).await;
            assert_eq!(found.iter().map(|f| f.check).collect::<Vec<_>>(), ["pay.late"], "it has to go back");
        }

        async fn another_sum_or_currency_than_was_asked_for_changes_nothing(kit) {
            let store = kit.store(store::Registry::new()).await;
            testing::open(&store, opening(100)).await.unwrap();
            let before = testing::payment(&store).await;
            let dollars = Paid { amount: Money::new(100, Currency::USD), ..paid(100) };
            for wrong in [paid(99), paid(101), dollars] {
                let refused = complete(&store, wrong.clone()).await;
                assert!(
                    matches!(&refused, Err(Error::AmountMismatch { expected, got })
                        if *expected == Money::fen(100) && *got == wrong.amount),
                    "{refused:?}"
                );
            }
            assert_eq!(testing::payment(&store).await, before);
            assert_eq!(balance(&store, ShopPending).await, 0);
        }

        async fn a_second_transaction_does_not_pay_again(kit) {
            let store = kit.store(store::Registry::new()).await;
            testing::captured(&store, 100).await;
            for other in [Paid { channel_txn: "t2".into(), ..paid(100) }, Paid { channel: "else".into(), ..paid(100) }] {
                assert_eq!(code(&complete(&store, other).await), "pay.paid_twice");
            }
            assert_eq!(balance(&store, ShopPending).await, 100);
        }

        async fn an_unknown_payment_and_another_shops_are_the_same(kit) {
            let store = kit.store(store::Registry::new()).await;
            testing::open(&store, opening(100)).await.unwrap();
            let unknown = Paid { payment: PaymentId(1), ..paid(100) };
            assert_eq!(code(&complete(&store, unknown).await), "pay.not_found");
            assert_eq!(code(&complete(&store, Paid { shop: OTHER_SHOP, ..paid(100) }).await), "pay.not_found");
        }

        async fn nobody_but_the_program_brings_money(kit) {
            let store = kit.store(store::Registry::new()).await;
            testing::open(&store, opening(100)).await.unwrap();
            let staff = testing::staff(&[kernel::Permission::OrderRefund]);
            let brought = testing::write(&store, &staff, |tx, ctx| {
                Box::pin(async move { crate::complete(tx, ctx, &paid(100)).await })
            });
            assert_eq!(code(&brought.await), "auth.forbidden");
            let system = testing::system();
            let elsewhere = testing::write(&store, &system, |tx, ctx| {
                Box::pin(async move {
                    crate::complete(tx, ctx, &Paid { shop: OTHER_SHOP, ..paid(100) }).await
                })
            });
            assert_eq!(code(&elsewhere.await), "auth.forbidden");
        }

        async fn three_statements_take_the_money(kit) {
            let store = kit.store(store::Registry::new()).await;
            testing::open(&store, opening(100)).await.unwrap();
            store.ctx(&testing::system()).await.unwrap();
            let before = store.statements();
            complete(&store, paid(100)).await.unwrap();
            assert!(store.statements() - before <= 4, "read, swap, post, and the event that goes with it");
        }

        async fn the_event_names_order_and_amount_and_no_person(kit) {
            let store = kit.store(store::Registry::new()).await;
            testing::captured(&store, 100).await;
            let mut tx = store.read().await.unwrap();
            let said: Captured = tx
                .one("SELECT payload FROM store_event WHERE kind = 'pay.captured'", p![], |r| r.json(0))
                .await
                .unwrap();
            assert_eq!((said.order, said.amount, said.late, said.version), (ORDER, 100, false, 2));
        }
    }
}
