//! Every statement of the room.

use kernel::Money;
use store::{Error, Row};

use crate::Settlement;

/// The columns of [`LIST_SETTLEMENTS`].
pub(crate) fn settlement(r: &Row<'_>) -> Result<Settlement, Error> {
    Ok(Settlement {
        order: r.get(0)?,
        transfer: r.get(1)?,
        captured: Money::new(r.get(3)?, r.get(2)?),
        refunded: r.get(4)?,
        fee: r.get(5)?,
        net: r.get(6)?,
        settled_at: r.get(7)?,
    })
}

pub(crate) const INSERT_SETTLEMENT: &str = "\
INSERT INTO settle_order (shop_id, order_id, transfer_id, currency, captured, refunded, fee, net, settled_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING";

pub(crate) const LIST_SETTLEMENTS: &str = "\
SELECT order_id, transfer_id, currency, captured, refunded, fee, net, settled_at
FROM settle_order
WHERE shop_id = $1 AND (settled_at, order_id) < ($2, $3)
ORDER BY settled_at DESC, order_id DESC
LIMIT $4";

pub(crate) const SUM_SETTLEMENTS: &str = "\
SELECT currency, count(*), CAST(sum(captured) AS BIGINT), CAST(sum(refunded) AS BIGINT),
    CAST(sum(fee) AS BIGINT), CAST(sum(net) AS BIGINT)
FROM settle_order
WHERE shop_id = $1 AND settled_at >= $2 AND settled_at < $3
GROUP BY currency
ORDER BY currency";

pub(crate) const SUM_ALL: &str = "\
SELECT currency, count(*), CAST(sum(captured) AS BIGINT), CAST(sum(refunded) AS BIGINT),
    CAST(sum(fee) AS BIGINT), CAST(sum(net) AS BIGINT)
FROM settle_order
GROUP BY currency
ORDER BY currency";

pub(crate) const CHECK_SUMS: &str = "\
SELECT shop_id, order_id
FROM settle_order
WHERE captured <> refunded + fee + net
LIMIT 100";

/// All of them, for the test that both engines understand each.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[INSERT_SETTLEMENT, LIST_SETTLEMENTS, SUM_SETTLEMENTS, SUM_ALL, CHECK_SUMS];
