//! Statements over skus.

/// Skus of a draft that has them for the first time.
pub(crate) const INSERT_SKU: &str = "\
INSERT INTO catalog_sku (shop_id, sku_id, product_id, status, sku_code, out_sku_id, attrs, thumb, sale_price,
    market_price)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

pub(crate) const UPDATE_SKU: &str = "\
UPDATE catalog_sku
SET status = $4, sku_code = $5, out_sku_id = $6, attrs = $7, thumb = $8, sale_price = $9, market_price = $10
WHERE shop_id = $1 AND sku_id = $2 AND product_id = $3";

/// Every sku of a product is gone; those that stay are written again after it.
pub(crate) const CLEAR_SKUS: &str = "\
UPDATE catalog_sku
SET status = $3
WHERE shop_id = $1 AND product_id = $2";

pub(crate) const ORDER_SKU: &str = "\
SELECT s.sku_id, s.product_id, p.title, s.sku_code, s.attrs, s.thumb, s.sale_price, s.market_price, s.status, p.status,
    p.out_product_id, s.out_sku_id, p.category_id, p.deliver_method, p.weight_g, p.limit_period, p.limit_most
FROM catalog_sku s
JOIN catalog_product p ON p.shop_id = s.shop_id AND p.product_id = s.product_id
WHERE s.shop_id = $1 AND s.sku_id = $2";

pub(crate) const SKU_EXISTS: &str = "\
SELECT 1
FROM catalog_sku
WHERE shop_id = $1 AND sku_id = $2 AND product_id = $3 AND status <> $4";

pub(crate) const STOCK_GATE: &str = "\
SELECT p.listed_at, p.edit_status
FROM catalog_sku s
JOIN catalog_product p ON p.shop_id = s.shop_id AND p.product_id = s.product_id
WHERE s.shop_id = $1 AND s.sku_id = $2 AND s.product_id = $3 AND s.status <> $4";

pub(crate) const SKUS_OF: &str = "\
SELECT sku_id
FROM catalog_sku
WHERE shop_id = $1 AND product_id = $2 AND status <> $3
ORDER BY sku_id";

/// All of them, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] =
    &[INSERT_SKU, UPDATE_SKU, CLEAR_SKUS, ORDER_SKU, SKU_EXISTS, STOCK_GATE, SKUS_OF];
