//! Statements on waybills of applications.

pub(crate) const RESERVE: &str = "\
INSERT INTO logistics_waybill (
    scope, order_id, waybill_key, shop_id, shopper_id, openid, delivery_id, biz_id, waybill_id, state, busy_until,
    hash, details, label_data, stage, reached, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, $10, $11, $12, '[]', $13, 0, 0, $14, $14)
ON CONFLICT DO NOTHING";

pub(crate) const SELECT: &str = "\
SELECT scope, order_id, waybill_key, shop_id, shopper_id, openid, delivery_id, biz_id, waybill_id, state, hash,
    details, label_data, reached, version
FROM logistics_waybill
WHERE scope = $1 AND order_id = $2";

pub(crate) const BY_NUMBER: &str = "\
SELECT scope, order_id, waybill_key, shop_id, shopper_id, openid, delivery_id, biz_id, waybill_id, state, hash,
    details, label_data, reached, version
FROM logistics_waybill
WHERE delivery_id = $1 AND waybill_id = $2 AND scope = $3
ORDER BY created_at DESC, waybill_key DESC
LIMIT 1";

pub(crate) const BY_KEY: &str = "\
SELECT scope, order_id, waybill_key, shop_id, shopper_id, openid, delivery_id, biz_id, waybill_id, state, hash,
    details, label_data, reached, version
FROM logistics_waybill
WHERE scope = $1 AND waybill_key = $2";

pub(crate) const OWNERS_OF_NUMBER: &str = "\
SELECT scope, waybill_key, shop_id
FROM logistics_waybill
WHERE delivery_id = $1 AND waybill_id = $2
ORDER BY scope, waybill_key";

/// Takes the row: on PostgreSQL whoever records next waits here, and reads what this one wrote.
pub(crate) const TAKE: &str = "\
UPDATE logistics_waybill SET updated_at = $1
WHERE scope = $2 AND waybill_key = $3
RETURNING scope, order_id, waybill_key, shop_id, shopper_id, openid, delivery_id, biz_id, waybill_id, state, hash,
    details, label_data, reached, version";

pub(crate) const PROGRESS: &str = "\
UPDATE logistics_waybill SET stage = $1, reached = $2, version = $3
WHERE scope = $4 AND waybill_key = $5 AND version = $6";

/// From one state to another, unless somebody else is busy with it: $1 new state, $2 busy until, $3 now, $4 scope,
/// $5 key, $6 old state, $7 the moment before which a claim has run out.
pub(crate) const MOVE: &str = "\
UPDATE logistics_waybill SET state = $1, busy_until = $2, updated_at = $3
WHERE scope = $4 AND waybill_key = $5 AND state = $6 AND busy_until <= $7";

/// Ends what was begun with this claim.
pub(crate) const ISSUE: &str = "\
UPDATE logistics_waybill SET state = $1, busy_until = 0, waybill_id = $2, label_data = $3, updated_at = $4
WHERE scope = $5 AND waybill_key = $6 AND state = $7 AND busy_until = $8";

pub(crate) const END_CANCEL: &str = "\
UPDATE logistics_waybill SET state = $1, busy_until = 0, updated_at = $2
WHERE scope = $3 AND waybill_key = $4 AND state = $5 AND busy_until = $6";

pub(crate) const GIVE_UP: &str = "\
DELETE FROM logistics_waybill
WHERE scope = $1 AND waybill_key = $2 AND state = $3 AND busy_until = $4";

pub(crate) const USE_SANDBOX: &str = "\
INSERT INTO logistics_sandbox_day (scope, day, used)
VALUES ($1, $2, 1)
ON CONFLICT (scope, day) DO UPDATE
SET used = logistics_sandbox_day.used + 1
WHERE logistics_sandbox_day.used < $3";

pub(crate) const PAGE: &str = "\
SELECT scope, waybill_key, stage, reached
FROM logistics_waybill
WHERE (scope, waybill_key) > ($1, $2)
ORDER BY scope, waybill_key
LIMIT $3";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    RESERVE,
    SELECT,
    BY_NUMBER,
    BY_KEY,
    OWNERS_OF_NUMBER,
    TAKE,
    PROGRESS,
    MOVE,
    ISSUE,
    END_CANCEL,
    GIVE_UP,
    USE_SANDBOX,
    PAGE,
];
