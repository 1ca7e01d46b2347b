//! What must always be true of orders, for `doctor`.

use kernel::{OrderId, PaymentId, ShopId};
use store::{Error, Finding, Tx, p};

use crate::{OrderState, sql};

/// What the payments must agree with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audited {
    /// The shop.
    pub shop: ShopId,
    /// The order.
    pub order: OrderId,
    /// Its state.
    pub state: OrderState,
    /// What it costs, minor units.
    pub total: i64,
    /// Its payment.
    pub payment: Option<PaymentId>,
    /// What was given back for it.
    pub refunded: i64,
}

/// Prices that don't add up, pieces that don't, states that the history does not explain.
pub async fn check(tx: &mut Tx) -> Result<Vec<Finding>, Error> {
    let checks: [(&'static str, &'static str, &str); 4] = [
        ("trade.price", sql::CHECK_PRICES, "does not add up to its price"),
        ("trade.pieces", sql::CHECK_PIECES, "has parcels that don't match its lines"),
        ("trade.state", sql::CHECK_LAST_STEP, "is in a state that its history does not end in"),
        ("trade.history", sql::CHECK_STEPS, "has a gap in its history"),
    ];
    let mut findings = Vec::new();
    for (check, sql, what) in checks {
        let orders = tx.all(sql, p![], |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?))).await?;
        findings.extend(
            orders.iter().map(|(shop, id)| Finding::new(check, format!("order {id} of shop {shop} {what}"))),
        );
    }
    Ok(findings)
}

/// Up to `most` orders after `(shop, order)`, in this order, over all shops: for the comparison with payments.
pub async fn audit_page(tx: &mut Tx, after: (ShopId, OrderId), most: i64) -> Result<Vec<Audited>, Error> {
    tx.all(sql::AUDIT_PAGE, p![after.0, after.1, most], |r| {
        Ok(Audited {
            shop: r.get(0)?,
            order: r.get(1)?,
            state: r.get(2)?,
            total: r.get(3)?,
            payment: r.get(4)?,
            refunded: r.get(5)?,
        })
    })
    .await
}

/// Sums over all orders of a shop; amounts in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Totals {
    /// Orders.
    pub orders: i64,
    /// Goods before discounts.
    pub goods: i64,
    /// What discounts took off.
    pub discount: i64,
    /// What was to be paid.
    pub total: i64,
    /// What was given back.
    pub refunded: i64,
    /// Orders that cost nothing.
    pub free: i64,
    /// Orders that are finished.
    pub finished: i64,
    /// Different shoppers.
    pub shoppers: i64,
    /// Pieces ordered.
    pub pieces: i64,
}

/// The sums over all orders of a shop. It reads every order: for reports, not for pages.
pub async fn totals(tx: &mut Tx, shop: ShopId) -> Result<Totals, Error> {
    let pieces = tx.one(sql::SUM_PIECES, p![shop], |r| r.get(0)).await?;
    tx.one(sql::SUM_ORDERS, p![shop], |r| {
        Ok(Totals {
            orders: r.get(0)?,
            goods: r.get(1)?,
            discount: r.get(2)?,
            total: r.get(3)?,
            refunded: r.get(4)?,
            free: r.get(5)?,
            finished: r.get(6)?,
            shoppers: r.get(7)?,
            pieces,
        })
    })
    .await
}
