//! Statements over products and their audits.

pub(crate) const INSERT_PRODUCT: &str = "\
INSERT INTO catalog_product (shop_id, product_id, status, edit_status, round, version, title, folded, out_product_id, thumb,
    top_id, middle_id, category_id, min_price, market_price, deliver_method, weight_g, limit_period, limit_most, draft,
    created_at, edited_at, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)";

pub(crate) const UPDATE_PRODUCT: &str = "\
UPDATE catalog_product
SET status = $4, edit_status = $5, round = $6, version = $7, title = $8, folded = $9, out_product_id = $10, thumb = $11,
    top_id = $12, middle_id = $13, category_id = $14, min_price = $15, market_price = $16, deliver_method = $17,
    weight_g = $18, limit_period = $19, limit_most = $20, draft = $21, online = $22, edited_at = $23, listed_at = $24,
    reason = $25
WHERE shop_id = $1 AND product_id = $2 AND version = $3";

pub(crate) const PRODUCT: &str = "\
SELECT shop_id, product_id, status, edit_status, round, version, draft, online, created_at, edited_at, listed_at, reason
FROM catalog_product
WHERE shop_id = $1 AND product_id = $2";

/// What anybody may see of a product: what is online, while it is on sale and its shop is open.
pub(crate) const PAGE: &str = "\
SELECT p.shop_id, p.product_id, p.online, p.listed_at
FROM catalog_product p
LEFT JOIN catalog_shop s ON s.shop_id = p.shop_id
WHERE p.product_id = $1 AND p.status = $2 AND s.closed_at IS NULL";

/// A shop's products on sale, the latest first: of a category on any level (0 for all), whose folded title holds the
/// text.
pub(crate) const SHELF: &str = "\
SELECT p.product_id, p.title, p.thumb, p.min_price, p.market_price, p.category_id, p.listed_at
FROM catalog_product p
LEFT JOIN catalog_shop s ON s.shop_id = p.shop_id
WHERE p.shop_id = $1 AND p.status = $2 AND s.closed_at IS NULL
    AND (CAST($3 AS BIGINT) = 0 OR p.top_id = $3 OR p.middle_id = $3 OR p.category_id = $3)
    AND p.folded LIKE $4 ESCAPE '\\'
    AND (p.listed_at, p.product_id) < ($5, $6)
ORDER BY p.listed_at DESC, p.product_id DESC
LIMIT $7";

/// A shop's products by number, the newest first: of a status (-1 for all that are not erased), whose folded title holds
/// the text.
pub(crate) const LIST_PRODUCTS: &str = "\
SELECT product_id, status, edit_status, title, thumb, min_price, category_id, version, edited_at, listed_at, reason
FROM catalog_product
WHERE shop_id = $1 AND status <> $2 AND (CAST($3 AS BIGINT) < 0 OR status = $3)
    AND folded LIKE $4 ESCAPE '\\'
    AND product_id < $5
ORDER BY product_id DESC
LIMIT $6";

pub(crate) const COUNT_PRODUCTS: &str = "\
SELECT count(*)
FROM catalog_product
WHERE shop_id = $1 AND status <> $2 AND (CAST($3 AS BIGINT) < 0 OR status = $3)";

pub(crate) const INSERT_AUDIT: &str = "\
INSERT INTO catalog_audit (shop_id, product_id, round, state, reason, submitted_at)
VALUES ($1, $2, $3, $4, $5, $6)";

pub(crate) const DECIDE_AUDIT: &str = "\
UPDATE catalog_audit
SET state = $5, reason = $6, decided_at = $7, operator_id = $8
WHERE shop_id = $1 AND product_id = $2 AND round = $3 AND state = $4";

/// The audits of a product, the latest first.
pub(crate) const AUDITS: &str = "\
SELECT round, state, reason, submitted_at, decided_at
FROM catalog_audit
WHERE shop_id = $1 AND product_id = $2
ORDER BY round DESC
LIMIT $3";

pub(crate) const AUDIT_REASON: &str = "\
SELECT reason
FROM catalog_audit
WHERE shop_id = $1 AND product_id = $2 AND round = $3";

/// Audits of all shops that wait, the oldest first.
pub(crate) const QUEUE: &str = "\
SELECT a.shop_id, a.product_id, a.round, a.submitted_at, p.draft
FROM catalog_audit a
JOIN catalog_product p ON p.shop_id = a.shop_id AND p.product_id = a.product_id
WHERE a.state = $1 AND (a.submitted_at, a.product_id) > ($2, $3)
ORDER BY a.submitted_at, a.product_id
LIMIT $4";

/// What the catalogue knows of a shop, with the platform's own setting.
pub(crate) const AUTO_AUDIT: &str = "\
SELECT 1
FROM catalog_shop
WHERE shop_id IN ($1, 0) AND auto_audit_at IS NOT NULL
LIMIT 1";

pub(crate) const SET_AUTO_AUDIT: &str = "\
INSERT INTO catalog_shop (shop_id, auto_audit_at)
VALUES ($1, $2)
ON CONFLICT (shop_id) DO UPDATE
SET auto_audit_at = excluded.auto_audit_at";

pub(crate) const SET_CLOSED: &str = "\
INSERT INTO catalog_shop (shop_id, closed_at)
VALUES ($1, $2)
ON CONFLICT (shop_id) DO UPDATE
SET closed_at = excluded.closed_at";

/// All of them, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    INSERT_PRODUCT,
    UPDATE_PRODUCT,
    PRODUCT,
    PAGE,
    SHELF,
    LIST_PRODUCTS,
    COUNT_PRODUCTS,
    INSERT_AUDIT,
    DECIDE_AUDIT,
    AUDITS,
    AUDIT_REASON,
    QUEUE,
    AUTO_AUDIT,
    SET_AUTO_AUDIT,
    SET_CLOSED,
];
