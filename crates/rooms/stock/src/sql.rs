//! Every statement of the room.

pub(crate) const FIND_LEVEL: &str = "\
SELECT sku_id, product_id, received, corrected, available, reserved, sold, returned, version FROM stock_level
WHERE shop_id = $1 AND sku_id = $2 AND warehouse_id = $3";

pub(crate) const RECEIVE: &str = "\
INSERT INTO stock_level
    (shop_id, sku_id, warehouse_id, product_id, received, corrected, available, reserved, sold, returned, version)
VALUES ($1, $2, $3, $4, $5, 0, $5, 0, 0, 0, 1)
ON CONFLICT (shop_id, sku_id, warehouse_id) DO UPDATE
SET received = stock_level.received + excluded.received,
    available = stock_level.available + excluded.available,
    version = stock_level.version + 1
RETURNING product_id, available, version";

pub(crate) const OPEN_LEVEL: &str = "\
INSERT INTO stock_level
    (shop_id, sku_id, warehouse_id, product_id, received, corrected, available, reserved, sold, returned, version)
VALUES ($1, $2, $3, $4, 0, 0, 0, 0, 0, 0, 0)
ON CONFLICT DO NOTHING";

/// Locks the level on PostgreSQL until the transaction ends, and reads it.
pub(crate) const LOCK_LEVEL: &str = "\
UPDATE stock_level SET version = version + 1
WHERE shop_id = $1 AND sku_id = $2 AND warehouse_id = $3
RETURNING product_id, available, version";

/// Corrects a locked level.
pub(crate) const CORRECT_LEVEL: &str = "\
UPDATE stock_level SET corrected = corrected + $4, available = available + $4
WHERE shop_id = $1 AND sku_id = $2 AND warehouse_id = $3 AND available + $4 >= 0";

pub(crate) const RESERVE: &str = "\
UPDATE stock_level SET available = available - $4, reserved = reserved + $4, version = version + 1
WHERE shop_id = $1 AND sku_id = $2 AND warehouse_id = $3 AND available >= $4
RETURNING product_id, available, version";

pub(crate) const SELL: &str = "\
UPDATE stock_level SET reserved = reserved - $4, sold = sold + $4, version = version + 1
WHERE shop_id = $1 AND sku_id = $2 AND warehouse_id = $3 AND reserved >= $4";

pub(crate) const RELEASE: &str = "\
UPDATE stock_level SET reserved = reserved - $4, available = available + $4, version = version + 1
WHERE shop_id = $1 AND sku_id = $2 AND warehouse_id = $3 AND reserved >= $4
RETURNING product_id, available, version";

pub(crate) const GIVE_BACK: &str = "\
UPDATE stock_level SET returned = returned + $4, available = available + $4, version = version + 1
WHERE shop_id = $1 AND sku_id = $2 AND warehouse_id = $3 AND sold - returned >= $4
RETURNING product_id, available, version";

pub(crate) const INSERT_HOLD: &str = "\
INSERT INTO stock_hold (shop_id, hold_id, sku_id, quantity, returned, state, at, version, after)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING";

pub(crate) const MOVE_HOLD: &str = "\
UPDATE stock_hold SET state = $5
WHERE shop_id = $1 AND hold_id = $2 AND sku_id = $3 AND quantity = $4 AND state = 0";

pub(crate) const FIND_HOLD: &str = "\
SELECT quantity, state FROM stock_hold
WHERE shop_id = $1 AND hold_id = $2 AND sku_id = $3";

pub(crate) const INSERT_RETURN: &str = "\
INSERT INTO stock_return (shop_id, hold_id, reference, sku_id, quantity, at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING";

pub(crate) const FIND_RETURN: &str = "\
SELECT quantity FROM stock_return
WHERE shop_id = $1 AND hold_id = $2 AND reference = $3 AND sku_id = $4";

/// Only what was sold (state 1) comes back.
pub(crate) const RETURN_TO_HOLD: &str = "\
UPDATE stock_hold SET returned = returned + $4
WHERE shop_id = $1 AND hold_id = $2 AND sku_id = $3 AND state = 1 AND returned + $4 <= quantity";

pub(crate) const INSERT_FLOW: &str = "\
INSERT INTO stock_flow (shop_id, sku_id, version, reason, amount, after, hold_id, note, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// The flow of a sku below version $3, from $4 until before $5, for the reasons $6 to $10; a reservation is a line
/// with the reason $11. The newest first.
pub(crate) const FLOW: &str = "\
SELECT version, reason, amount, after, hold_id, note, at FROM (
    SELECT f.version, f.reason, f.amount, f.after, f.hold_id, f.note, f.at FROM stock_flow f
    WHERE f.shop_id = $1 AND f.sku_id = $2 AND f.version < $3 AND f.at >= $4 AND f.at < $5
        AND f.reason IN ($6, $7, $8, $9, $10)
    ORDER BY f.version DESC
    LIMIT $12) moved
UNION ALL
SELECT version, reason, amount, after, hold_id, note, at FROM (
    SELECT h.version AS version, CAST($11 AS BIGINT) AS reason, -h.quantity AS amount, h.after AS after,
        h.hold_id AS hold_id, CAST(NULL AS TEXT) AS note, h.at AS at
    FROM stock_hold h
    WHERE h.shop_id = $1 AND h.sku_id = $2 AND h.version < $3 AND h.at >= $4 AND h.at < $5
        AND CAST($11 AS BIGINT) IN ($6, $7, $8, $9, $10)
    ORDER BY h.version DESC
    LIMIT $12) held
ORDER BY version DESC
LIMIT $12";

pub(crate) const BAD_LEVELS: &str = "\
SELECT shop_id, sku_id FROM stock_level
WHERE received + corrected <> available + reserved + sold - returned
    OR available < 0 OR reserved < 0 OR sold < returned OR returned < 0 OR received < 0
LIMIT $1";

/// Levels that the holds don't account for.
pub(crate) const BAD_HOLDS: &str = "\
SELECT l.shop_id, l.sku_id FROM stock_level l
WHERE l.reserved <> (
        SELECT COALESCE(sum(h.quantity), 0) FROM stock_hold h
        WHERE h.shop_id = l.shop_id AND h.sku_id = l.sku_id AND h.state = 0)
    OR l.sold <> (
        SELECT COALESCE(sum(h.quantity), 0) FROM stock_hold h
        WHERE h.shop_id = l.shop_id AND h.sku_id = l.sku_id AND h.state = 1)
    OR l.returned <> (
        SELECT COALESCE(sum(h.returned), 0) FROM stock_hold h
        WHERE h.shop_id = l.shop_id AND h.sku_id = l.sku_id)
LIMIT $1";

/// Levels that the flow does not lead to.
pub(crate) const BAD_FLOW: &str = "\
SELECT l.shop_id, l.sku_id FROM stock_level l
WHERE l.available <> (
        SELECT COALESCE(sum(f.amount), 0) FROM stock_flow f
        WHERE f.shop_id = l.shop_id AND f.sku_id = l.sku_id)
    - (
        SELECT COALESCE(sum(h.quantity), 0) FROM stock_hold h
        WHERE h.shop_id = l.shop_id AND h.sku_id = l.sku_id)
LIMIT $1";

/// Holds whose returns don't add up.
pub(crate) const BAD_RETURNS: &str = "\
SELECT h.shop_id, h.sku_id FROM stock_hold h
WHERE h.returned > h.quantity
    OR h.returned <> (
        SELECT COALESCE(sum(r.quantity), 0) FROM stock_return r
        WHERE r.shop_id = h.shop_id AND r.hold_id = h.hold_id AND r.sku_id = h.sku_id)
LIMIT $1";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    FIND_LEVEL,
    RECEIVE,
    OPEN_LEVEL,
    LOCK_LEVEL,
    CORRECT_LEVEL,
    RESERVE,
    SELL,
    RELEASE,
    GIVE_BACK,
    INSERT_HOLD,
    MOVE_HOLD,
    FIND_HOLD,
    INSERT_RETURN,
    FIND_RETURN,
    RETURN_TO_HOLD,
    INSERT_FLOW,
    FLOW,
    BAD_LEVELS,
    BAD_HOLDS,
    BAD_FLOW,
    BAD_RETURNS,
];
