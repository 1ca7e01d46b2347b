//! Statements on parcels of orders.

pub(crate) const INSERT: &str = "\
INSERT INTO logistics_parcel (
    shop_id, parcel_id, order_id, shopper_id, delivery_id, carrier, waybill_id, goods, stage, reached, version,
    followed_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 1, $10, $10)
ON CONFLICT DO NOTHING";

pub(crate) const SELECT: &str = "\
SELECT shop_id, parcel_id, order_id, shopper_id, delivery_id, carrier, waybill_id, goods, stage, reached, version,
    followed_at, dropped_at
FROM logistics_parcel
WHERE shop_id = $1 AND parcel_id = $2";

pub(crate) const OF_ORDER: &str = "\
SELECT shop_id, parcel_id, order_id, shopper_id, delivery_id, carrier, waybill_id, goods, stage, reached, version,
    followed_at, dropped_at
FROM logistics_parcel
WHERE shop_id = $1 AND order_id = $2 AND dropped_at IS NULL
ORDER BY parcel_id";

pub(crate) const OF_SHOPPER: &str = "\
SELECT shop_id, parcel_id, order_id, shopper_id, delivery_id, carrier, waybill_id, goods, stage, reached, version,
    followed_at, dropped_at
FROM logistics_parcel
WHERE shopper_id = $1 AND parcel_id = $2 AND dropped_at IS NULL";

pub(crate) const BY_NUMBER: &str = "\
SELECT shop_id, parcel_id, order_id, shopper_id, delivery_id, carrier, waybill_id, goods, stage, reached, version,
    followed_at, dropped_at
FROM logistics_parcel
WHERE carrier = $1 AND waybill_id = $2 AND shop_id = $3 AND dropped_at IS NULL
ORDER BY parcel_id";

pub(crate) const SHOPS_OF_NUMBER: &str = "\
SELECT DISTINCT shop_id
FROM logistics_parcel
WHERE carrier = $1 AND waybill_id = $2 AND dropped_at IS NULL
ORDER BY shop_id";

/// Takes the row: on PostgreSQL whoever records next waits here, and reads what this one wrote.
pub(crate) const TAKE: &str = "\
UPDATE logistics_parcel SET updated_at = $1
WHERE shop_id = $2 AND parcel_id = $3
RETURNING shop_id, parcel_id, order_id, shopper_id, delivery_id, carrier, waybill_id, goods, stage, reached, version,
    followed_at, dropped_at";

pub(crate) const PROGRESS: &str = "\
UPDATE logistics_parcel SET stage = $1, reached = $2, version = $3
WHERE shop_id = $4 AND parcel_id = $5 AND version = $6";

pub(crate) const DROP: &str = "\
UPDATE logistics_parcel SET dropped_at = $1
WHERE shop_id = $2 AND parcel_id = $3 AND dropped_at IS NULL";

/// A page of all parcels with their steps' codes, for the check.
pub(crate) const PAGE: &str = "\
SELECT shop_id, parcel_id, stage, reached
FROM logistics_parcel
WHERE (shop_id, parcel_id) > ($1, $2)
ORDER BY shop_id, parcel_id
LIMIT $3";

#[cfg(test)]
pub(crate) const ALL: &[&str] =
    &[INSERT, SELECT, OF_ORDER, OF_SHOPPER, BY_NUMBER, SHOPS_OF_NUMBER, TAKE, PROGRESS, DROP, PAGE];
