//! What must always be true of settlements, and their sums over the whole platform.

use kernel::Currency;
use store::{Error, Finding, Row, Tx, p};

use crate::sql;

/// Sums of settlements in one currency, minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Totals {
    /// The currency.
    pub currency: Currency,
    /// Settled orders.
    pub orders: i64,
    /// What was captured.
    pub captured: i64,
    /// What was given back before settling.
    pub refunded: i64,
    /// The platform's fees.
    pub fee: i64,
    /// The shops' shares.
    pub net: i64,
}

pub(crate) fn totals_row(r: &Row<'_>) -> Result<Totals, Error> {
    Ok(Totals {
        currency: r.get(0)?,
        orders: r.get(1)?,
        captured: r.get(2)?,
        refunded: r.get(3)?,
        fee: r.get(4)?,
        net: r.get(5)?,
    })
}

/// Settlements whose parts don't add up.
pub async fn check(tx: &mut Tx) -> Result<Vec<Finding>, Error> {
    tx.all(sql::CHECK_SUMS, p![], |r| {
        let (shop, order): (i64, i64) = (r.get(0)?, r.get(1)?);
        Ok(Finding::new(
            "settle.sums",
            format!("the settlement of order {order} of shop {shop} does not add up"),
        ))
    })
    .await
}

/// The sums over all shops, by currency.
pub async fn totals(tx: &mut Tx) -> Result<Vec<Totals>, Error> {
    tx.all(sql::SUM_ALL, p![], totals_row).await
}
