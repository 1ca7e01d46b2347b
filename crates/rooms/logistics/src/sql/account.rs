//! Statements on customer accounts and print operators.

pub(crate) const INSERT: &str = "\
INSERT INTO logistics_account (
    scope, delivery_id, biz_id, shop_id, password, remark, wrong, state, quota, quota_at, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, '', $7, $8, $9, $10, $10)
ON CONFLICT DO NOTHING";

pub(crate) const SELECT: &str = "\
SELECT delivery_id, biz_id, shop_id, password, remark, wrong, state, quota, quota_at, created_at, updated_at
FROM logistics_account
WHERE scope = $1 AND delivery_id = $2 AND biz_id = $3";

pub(crate) const LIST: &str = "\
SELECT delivery_id, biz_id, shop_id, password, remark, wrong, state, quota, quota_at, created_at, updated_at
FROM logistics_account
WHERE scope = $1
ORDER BY created_at, delivery_id, biz_id";

/// From one state to another.
pub(crate) const DECIDE: &str = "\
UPDATE logistics_account SET state = $1, wrong = $2, updated_at = $3
WHERE scope = $4 AND delivery_id = $5 AND biz_id = $6 AND state = $7";

pub(crate) const SET_QUOTA: &str = "\
UPDATE logistics_account SET quota = $1, quota_at = $2
WHERE scope = $3 AND delivery_id = $4 AND biz_id = $5";

pub(crate) const DELETE: &str = "\
DELETE FROM logistics_account
WHERE scope = $1 AND delivery_id = $2 AND biz_id = $3";

/// A refused binding makes room for another try.
pub(crate) const DELETE_REFUSED: &str = "\
DELETE FROM logistics_account
WHERE scope = $1 AND delivery_id = $2 AND biz_id = $3 AND state = $4";

pub(crate) const PUT_PRINTER: &str = "\
INSERT INTO logistics_printer (scope, openid, tags, updated_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (scope, openid) DO UPDATE
SET tags = excluded.tags, updated_at = excluded.updated_at";

pub(crate) const DELETE_PRINTER: &str = "\
DELETE FROM logistics_printer
WHERE scope = $1 AND openid = $2";

pub(crate) const LIST_PRINTERS: &str = "\
SELECT openid, tags
FROM logistics_printer
WHERE scope = $1
ORDER BY openid";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    INSERT,
    SELECT,
    LIST,
    DECIDE,
    SET_QUOTA,
    DELETE,
    DELETE_REFUSED,
    PUT_PRINTER,
    DELETE_PRINTER,
    LIST_PRINTERS,
];
