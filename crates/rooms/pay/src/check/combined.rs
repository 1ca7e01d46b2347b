//! The same for combined payments: shares that don't add up, payments that don't know of them, books that differ.

use kernel::{Ctx, Currency, Scope, ShopId, ShopperId};
use ledger::Account;
use std::collections::{BTreeMap, HashSet};
use store::{Finding, Tx, p};

use crate::{
    Error, books,
    sql::combined::{CHECK_PAYMENTS, CHECK_SHARES, COLLECTED_BY_PAYER, HELD_BY_PAIR, REFUNDS_OF_SHARES},
};

pub(super) async fn check(tx: &mut Tx, ctx: &Ctx) -> Result<Vec<Finding>, Error> {
    let mut found = Vec::new();
    let pair = |r: &store::Row<'_>| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?));
    for (payer, combined) in tx.all(CHECK_SHARES, p![], pair).await? {
        let what = format!("combined payment {combined} of shopper {payer} is not the sum of its shares");
        found.push(Finding::new("pay.shares", what));
    }
    for (shop, payment) in tx.all(CHECK_PAYMENTS, p![], pair).await? {
        let what =
            format!("payment {payment} of shop {shop} was not paid by its share of a combined payment");
        found.push(Finding::new("pay.shares", what));
    }
    found.extend(shops_books(tx, ctx).await?);
    found.extend(payers_books(tx, ctx).await?);
    Ok(found)
}

/// What shops hold of each payer's combined payments, against their books.
async fn shops_books(tx: &mut Tx, ctx: &Ctx) -> Result<Vec<Finding>, Error> {
    let held = tx.all(HELD_BY_PAIR, p![], |r| {
        Ok((r.get::<ShopId>(0)?, r.get::<ShopperId>(1)?, r.get::<Currency>(2)?, r.get::<i64>(3)?))
    });
    let mut found = Vec::new();
    for (shop, payer, currency, held) in held.await? {
        let within = ctx.as_system(Scope::Shop(shop));
        let peer = Account::peer(Scope::Shopper(payer));
        let difference = held + ledger::balance(tx, &within, peer, currency).await?;
        if difference != 0 {
            let what = format!(
                "shop {shop}: shares of shopper {payer} and ledger differ by {difference} {currency}"
            );
            found.push(Finding::new("pay.ledger", what));
        }
    }
    Ok(found)
}

/// What channels hold for each payer, against their books. A refund whose other half is still on its way counts as not
/// given back: the channel's part of it is posted with that half.
async fn payers_books(tx: &mut Tx, ctx: &Ctx) -> Result<Vec<Finding>, Error> {
    let collected = tx.all(COLLECTED_BY_PAYER, p![], |r| {
        Ok(((r.get::<ShopperId>(0)?, r.get::<Currency>(1)?), r.get::<i64>(2)?))
    });
    let mut held: BTreeMap<(ShopperId, Currency), i64> = collected.await?.into_iter().collect();
    let on_their_way: HashSet<i64> =
        ledger::in_flight_list(tx, i64::MAX).await?.iter().map(|half| half.transfer.0).collect();
    let refunds = tx.all(REFUNDS_OF_SHARES, p![], |r| {
        Ok(((r.get::<ShopperId>(0)?, r.get::<Currency>(1)?), r.get::<i64>(2)?, r.get::<i64>(3)?))
    });
    for (payer, refund, amount) in refunds.await? {
        if !on_their_way.contains(&refund) {
            *held.entry(payer).or_default() -= amount;
        }
    }
    let mut found = Vec::new();
    for ((payer, currency), held) in held {
        let within = ctx.as_system(Scope::Shopper(payer));
        let difference = held + ledger::balance(tx, &within, books::AT_CHANNELS, currency).await?;
        if difference != 0 {
            let what =
                format!("shopper {payer}: combined payments and ledger differ by {difference} {currency}");
            found.push(Finding::new("pay.ledger", what));
        }
    }
    Ok(found)
}
