//! What `doctor` looks for: sums that do not fit each other or the ledger, late money that stays, money nobody took.

use kernel::{Ctx, Currency, Cursor, PageSize, Scope, ShopId};
use std::collections::BTreeMap;
use store::{Error as StoreError, Finding, Row, Tx, p};

use crate::{Error, books, sql};

mod combined;

/// Whatever contradicts the room's guarantees. Reads every payment.
pub async fn check(tx: &mut Tx, ctx: &Ctx) -> Result<Vec<Finding>, Error> {
    let mut found = Vec::new();
    for (name, statement, what) in PER_PAYMENT {
        found.extend(tx.all(statement, p![], |r| payment(name, what, r)).await?);
    }
    found.extend(
        tx.all(sql::CHECK_ANOMALIES, p![], |r| {
            let (shop, anomaly, payment): (i64, i64, i64) = (r.get(0)?, r.get(1)?, r.get(2)?);
            let kind: String = r.get(3)?;
            let what = format!(
                "anomaly {anomaly} in scope {shop}, payment {payment}, waits for the operator: {kind}"
            );
            Ok(Finding::new("pay.anomalies", what))
        })
        .await?,
    );
    for (shop, currency, held) in tx.all(sql::HELD_BY_SHOP, p![], held).await? {
        found.extend(against_ledger(tx, ctx, shop, currency, held).await?);
    }
    found.extend(combined::check(tx, ctx).await?);
    Ok(found)
}

const PER_PAYMENT: [(&str, &str, &str); 3] = [
    ("pay.sums", sql::CHECK_SUMS, "gives back more than it has taken, or has taken what was not asked for"),
    ("pay.refunds", sql::CHECK_REFUNDS, "has sums that its refunds do not add up to"),
    ("pay.late", sql::CHECK_LATE, "was paid after it was closed and has not gone back in full"),
];

fn payment(name: &'static str, what: &str, r: &Row<'_>) -> Result<Finding, StoreError> {
    let (shop, payment): (i64, i64) = (r.get(0)?, r.get(1)?);
    Ok(Finding::new(name, format!("payment {payment} of shop {shop} {what}")))
}

fn held(r: &Row<'_>) -> Result<(ShopId, Currency, i64), StoreError> {
    Ok((r.get(0)?, r.get(1)?, r.get(2)?))
}

/// Holds what the payments say against what the ledger says: in one sum first, and order by order where they differ.
async fn against_ledger(
    tx: &mut Tx,
    ctx: &Ctx,
    shop: ShopId,
    currency: Currency,
    held: i64,
) -> Result<Vec<Finding>, Error> {
    let ctx = ctx.as_system(Scope::Shop(shop));
    if ledger::balance(tx, &ctx, books::AT_CHANNELS, currency).await? == -held {
        return Ok(Vec::new());
    }
    // Other rooms may move money of the channels too, for other reasons.
    let mut by_order = posted(tx, &ctx, currency).await?;
    let payments =
        tx.all(sql::HELD_BY_ORDER, p![shop, currency], |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?))).await?;
    for (order, held) in payments {
        *by_order.entry(order).or_default() += held;
    }
    let differ = by_order.into_iter().filter(|(_, difference)| *difference != 0);
    Ok(differ
        .take(100)
        .map(|(order, difference)| {
            let what = format!(
                "order {order} of shop {shop}: payments and ledger differ by {difference} {currency}"
            );
            Finding::new("pay.ledger", what)
        })
        .collect())
}

/// What the ledger has of this room, by order.
async fn posted(tx: &mut Tx, ctx: &Ctx, currency: Currency) -> Result<BTreeMap<i64, i64>, Error> {
    let size = PageSize::new(PageSize::MAX).unwrap_or_default();
    let mut sums = BTreeMap::new();
    let mut next = Some(Cursor::NEWEST);
    while let Some(cursor) = next {
        let page = ledger::statement(tx, ctx, books::AT_CHANNELS, currency, cursor, size).await?;
        for line in page.items.iter().filter(|l| books::is_ours(&l.reason)) {
            *sums.entry(line.subject).or_default() += line.amount;
        }
        next = page.next.as_deref().and_then(Cursor::parse);
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use crate::testing::{self, captured, refund, refund_of};
    use store::Store;

    /// Spoils the database behind the room's back.
    async fn spoil(store: &Store, statement: &'static str) {
        testing::write(store, &testing::system(), move |tx, _| {
            Box::pin(async move {
                assert_eq!(tx.exec(statement, store::p![]).await?, 1);
                Ok(())
            })
        })
        .await
        .unwrap();
    }

    async fn found(store: &Store) -> Vec<&'static str> {
        testing::findings(store).await.into_iter().map(|f| f.check).collect()
    }

    store::on_both! {
        rooms = testing::rooms();

        async fn sums_that_do_not_fit_each_other_are_found(kit) {
            let store = kit.store(store::Registry::new()).await;
            captured(&store, 100).await;
            refund(&store, refund_of(1, 60)).await.unwrap();
            assert_eq!(found(&store).await, [""; 0]);
            spoil(&store, "UPDATE pay_payment SET refunding = 59").await;
            assert_eq!(found(&store).await, ["pay.refunds"]);
            spoil(&store, "UPDATE pay_payment SET refunding = 60, amount = 101").await;
            assert_eq!(found(&store).await, ["pay.sums"]);
        }

        async fn a_payment_that_the_ledger_does_not_know_is_found(kit) {
            let store = kit.store(store::Registry::new()).await;
            captured(&store, 100).await;
            spoil(&store, "UPDATE pay_payment SET amount = 120, captured = 120").await;
            assert_eq!(found(&store).await, ["pay.ledger"]);
        }

        async fn what_others_move_at_the_channels_is_no_finding(kit) {
            let store = kit.store(store::Registry::new()).await;
            captured(&store, 100).await;
            testing::write(&store, &testing::system(), |tx, ctx| {
                Box::pin(async move {
                    let out = ledger::Account::of(ledger::AccountKind::WithdrawalClearing);
                    let posting = ledger::Posting {
                        currency: kernel::Currency::CNY,
                        reason: "test.payout",
                        subject: 1,
                        transfer: None,
                        legs: vec![out.debit(30), crate::books::AT_CHANNELS.credit(30)],
                    };
                    ledger::post(tx, ctx, &posting).await?;
                    Ok(())
                })
            })
            .await
            .unwrap();
            assert_eq!(found(&store).await, [""; 0]);
        }
    }
}
