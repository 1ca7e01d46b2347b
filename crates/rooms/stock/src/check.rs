//! What an auditor asks of stock.

use store::{Finding, Tx, p};

use crate::{Error, sql};

/// The most findings of a kind: beyond that they say nothing new.
const MOST_FINDINGS: i64 = 100;

/// Whatever contradicts the room's guarantees, for `doctor`. It reads every row.
pub async fn check(tx: &mut Tx) -> Result<Vec<Finding>, Error> {
    let mut found = Vec::new();
    for (check, statement, what) in [
        ("stock.level", sql::BAD_LEVELS, "does not add up"),
        ("stock.holds", sql::BAD_HOLDS, "differs from its holds"),
        ("stock.flow", sql::BAD_FLOW, "differs from its flow"),
        ("stock.returns", sql::BAD_RETURNS, "has a hold that differs from its returns"),
    ] {
        let rows = tx.all(statement, p![MOST_FINDINGS], |r| {
            let (shop, sku): (i64, i64) = (r.get(0)?, r.get(1)?);
            Ok(Finding::new(check, format!("sku {sku} of shop {shop} {what}")))
        });
        found.extend(rows.await?);
    }
    Ok(found)
}
