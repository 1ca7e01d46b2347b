//! Every statement of the room.

pub(crate) const INSERT_ORDER: &str = "\
INSERT INTO trade_order (shop_id, order_id, shopper_id, state, version, currency, goods, discount, discount_reason,
    change_down, original_freight, freight, total, refunded, fee_bps, payment_id, receiver, customer_notes,
    merchant_notes, placed_at, expires_at, paid_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)";

pub(crate) const INSERT_LINE: &str = "\
INSERT INTO trade_line (shop_id, order_id, line, product_id, sku_id, quantity, shipped, unit_price, market_price,
    discount, payable, title, sku_code, attrs, thumb)
VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, $11, $12, $13, $14)";

pub(crate) const INSERT_HISTORY: &str = "\
INSERT INTO trade_step (shop_id, order_id, version, from_state, to_state, deed, actor, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

pub(crate) const SELECT_ORDER: &str = "\
SELECT o.shop_id, o.order_id, o.shopper_id, o.state, o.version, o.currency, o.goods, o.discount, o.discount_reason,
    o.change_down, o.freight, o.total, o.refunded, o.fee_bps, o.payment_id, o.receiver, o.customer_notes,
    o.merchant_notes, o.cancel_type, o.confirm_type, o.placed_at, o.expires_at, o.paid_at, o.shipped_at,
    o.finished_at, o.closed_at, o.updated_at, o.original_freight,
    l.product_id, l.sku_id, l.quantity, l.shipped, l.unit_price, l.market_price, l.discount, l.change_price,
    l.payable, l.title, l.sku_code, l.attrs, l.thumb
FROM trade_order o
JOIN trade_line l ON l.shop_id = o.shop_id AND l.order_id = o.order_id
WHERE o.shop_id = $1 AND o.order_id = $2
ORDER BY l.line";

pub(crate) const MARK_PAID: &str = "\
UPDATE trade_order
SET state = $1, version = $2, paid_at = $3, updated_at = $3
WHERE shop_id = $4 AND order_id = $5 AND version = $6";

pub(crate) const MARK_CLOSED: &str = "\
UPDATE trade_order
SET state = $1, version = $2, cancel_type = $3, closed_at = $4, updated_at = $4
WHERE shop_id = $5 AND order_id = $6 AND version = $7";

pub(crate) const MARK_SHIPPED: &str = "\
UPDATE trade_order
SET state = $1, version = $2, shipped_at = $3, updated_at = $4
WHERE shop_id = $5 AND order_id = $6 AND version = $7";

pub(crate) const MARK_FINISHED: &str = "\
UPDATE trade_order
SET state = $1, version = $2, confirm_type = $3, finished_at = $4, updated_at = $4
WHERE shop_id = $5 AND order_id = $6 AND version = $7";

pub(crate) const SET_MERCHANT_NOTES: &str = "\
UPDATE trade_order
SET version = $1, merchant_notes = $2, updated_at = $3
WHERE shop_id = $4 AND order_id = $5 AND version = $6";

/// Counts what was done to an order under one name.
pub(crate) const COUNT_DEEDS: &str = "\
SELECT count(*)
FROM trade_step
WHERE shop_id = $1 AND order_id = $2 AND deed = $3";

pub(crate) const SET_RECEIVER: &str = "\
UPDATE trade_order
SET version = $1, receiver = $2, updated_at = $3
WHERE shop_id = $4 AND order_id = $5 AND version = $6";

/// Something about the order has changed that its own row does not hold.
pub(crate) const TOUCH: &str = "\
UPDATE trade_order
SET version = $1, updated_at = $2
WHERE shop_id = $3 AND order_id = $4 AND version = $5";

pub(crate) const SET_PRICE: &str = "\
UPDATE trade_order
SET version = $1, change_down = $2, freight = $3, total = $4, updated_at = $5
WHERE shop_id = $6 AND order_id = $7 AND version = $8";

pub(crate) const SET_LINE_PRICE: &str = "\
UPDATE trade_line
SET change_price = $1, payable = $2
WHERE shop_id = $3 AND order_id = $4 AND line = $5";

pub(crate) const ADD_REFUND: &str = "\
UPDATE trade_order
SET state = $1, version = $2, refunded = refunded + $3, cancel_type = $4, closed_at = $5, updated_at = $6
WHERE shop_id = $7 AND order_id = $8 AND version = $9";

pub(crate) const INSERT_PARCEL: &str = "\
INSERT INTO trade_parcel (shop_id, order_id, parcel_id, delivery_id, waybill_id, deliver_type, shipped_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)";

pub(crate) const INSERT_PARCEL_ITEM: &str = "\
INSERT INTO trade_parcel_item (shop_id, order_id, parcel_id, line, quantity)
VALUES ($1, $2, $3, $4, $5)";

pub(crate) const ADD_SHIPPED: &str = "\
UPDATE trade_line
SET shipped = shipped + $1
WHERE shop_id = $2 AND order_id = $3 AND line = $4";

pub(crate) const DELETE_PARCEL: &str = "\
DELETE FROM trade_parcel
WHERE shop_id = $1 AND order_id = $2 AND parcel_id = $3";

pub(crate) const DELETE_PARCEL_ITEMS: &str = "\
DELETE FROM trade_parcel_item
WHERE shop_id = $1 AND order_id = $2 AND parcel_id = $3";

/// Nobody signs for what has not left.
pub(crate) const MARK_SIGNED: &str = "\
UPDATE trade_parcel
SET signed_at = CASE WHEN shipped_at > $1 THEN shipped_at ELSE $1 END
WHERE shop_id = $2 AND order_id = $3 AND parcel_id = $4 AND signed_at IS NULL";

/// How many of the parcels that travel are not signed for, and when the last of the others was.
pub(crate) const SIGNATURES: &str = "\
SELECT count(CASE WHEN signed_at IS NULL THEN 1 END), max(signed_at)
FROM trade_parcel
WHERE shop_id = $1 AND order_id = $2 AND deliver_type <> 3";

pub(crate) const SELECT_PARCELS: &str = "\
SELECT parcel_id, delivery_id, waybill_id, deliver_type, shipped_at, signed_at
FROM trade_parcel
WHERE shop_id = $1 AND order_id = $2
ORDER BY shipped_at, parcel_id";

pub(crate) const SELECT_PARCEL_ITEMS: &str = "\
SELECT parcel_id, line, quantity
FROM trade_parcel_item
WHERE shop_id = $1 AND order_id = $2
ORDER BY parcel_id, line";

pub(crate) const SELECT_HISTORY: &str = "\
SELECT version, from_state, to_state, deed, actor, at
FROM trade_step
WHERE shop_id = $1 AND order_id = $2
ORDER BY version";

pub(crate) const LIST_BY_CHANGE: &str = "\
SELECT shop_id, order_id, updated_at
FROM trade_order
WHERE shop_id = $1 AND (updated_at, order_id) < ($2, $3)
ORDER BY updated_at DESC, order_id DESC
LIMIT $4";

pub(crate) const LIST_IN_STATE: &str = "\
SELECT shop_id, order_id, placed_at
FROM trade_order
WHERE shop_id = $1 AND state = $2 AND (placed_at, order_id) < ($3, $4)
ORDER BY placed_at DESC, order_id DESC
LIMIT $5";

pub(crate) const LIST_OF_SHOPPER: &str = "\
SELECT shop_id, order_id, placed_at
FROM trade_order
WHERE shopper_id = $1 AND (placed_at, order_id) < ($2, $3)
ORDER BY placed_at DESC, order_id DESC
LIMIT $4";

pub(crate) const LIST_IDS_BY_PLACED: &str = "\
SELECT shop_id, order_id, placed_at
FROM trade_order
WHERE shop_id = $1
AND placed_at >= $2
AND placed_at < $3
AND (placed_at, order_id) > ($4, $5)
AND (CAST($6 AS BIGINT) IS NULL OR shopper_id = $6)
AND state IN ($8, $9, $10, $11, $12, $13, $14, $15, $16)
ORDER BY placed_at, order_id
LIMIT $7";

pub(crate) const LIST_IDS_BY_UPDATED: &str = "\
SELECT shop_id, order_id, updated_at
FROM trade_order
WHERE shop_id = $1
AND updated_at >= $2
AND updated_at < $3
AND (updated_at, order_id) > ($4, $5)
AND (CAST($6 AS BIGINT) IS NULL OR shopper_id = $6)
AND state IN ($8, $9, $10, $11, $12, $13, $14, $15, $16)
ORDER BY updated_at, order_id
LIMIT $7";

pub(crate) const SEARCH_IDS: &str = "\
SELECT o.shop_id, o.order_id, o.placed_at
FROM trade_order o
WHERE o.shop_id = $1
AND (o.placed_at, o.order_id) < ($2, $3)
AND (CAST($5 AS BIGINT) IS NULL OR o.order_id = $5)
AND (CAST($6 AS TEXT) IS NULL OR EXISTS (
    SELECT 1 FROM trade_line l
    WHERE l.shop_id = o.shop_id AND l.order_id = o.order_id AND lower(l.title) LIKE $6 ESCAPE '!'))
AND (CAST($7 AS TEXT) IS NULL OR EXISTS (
    SELECT 1 FROM trade_line l
    WHERE l.shop_id = o.shop_id AND l.order_id = o.order_id AND l.sku_code = $7))
AND (CAST($8 AS TEXT) IS NULL OR o.receiver LIKE $8 ESCAPE '!')
AND (CAST($9 AS TEXT) IS NULL OR o.receiver LIKE $9 ESCAPE '!')
AND (CAST($10 AS TEXT) IS NULL OR lower(o.merchant_notes) LIKE $10 ESCAPE '!')
AND (CAST($11 AS TEXT) IS NULL OR lower(o.customer_notes) LIKE $11 ESCAPE '!')
AND o.state IN ($12, $13, $14, $15, $16, $17, $18, $19, $20)
ORDER BY o.placed_at DESC, o.order_id DESC
LIMIT $4";

pub(crate) const SELECT_CART: &str = "\
SELECT shop_id, sku_id, quantity, added_at
FROM trade_cart_item
WHERE shopper_id = $1
ORDER BY added_at DESC, shop_id, sku_id";

pub(crate) const COUNT_CART: &str = "\
SELECT count(*)
FROM trade_cart_item
WHERE shopper_id = $1";

pub(crate) const UPSERT_CART_ITEM: &str = "\
INSERT INTO trade_cart_item (shopper_id, shop_id, sku_id, quantity, added_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (shopper_id, shop_id, sku_id) DO UPDATE
SET quantity = excluded.quantity";

pub(crate) const DELETE_CART_ITEM: &str = "\
DELETE FROM trade_cart_item
WHERE shopper_id = $1 AND shop_id = $2 AND sku_id = $3";

pub(crate) const INSERT_CHECKOUT: &str = "\
INSERT INTO trade_checkout (shopper_id, checkout_id, round)
VALUES ($1, $2, 1)";

pub(crate) const SELECT_CHECKOUT: &str = "\
SELECT round, outcome
FROM trade_checkout
WHERE shopper_id = $1 AND checkout_id = $2";

pub(crate) const FINISH_CHECKOUT: &str = "\
UPDATE trade_checkout
SET outcome = $1
WHERE shopper_id = $2 AND checkout_id = $3 AND round = $4 AND outcome IS NULL";

pub(crate) const NEXT_ROUND: &str = "\
UPDATE trade_checkout
SET round = round + 1
WHERE shopper_id = $1 AND checkout_id = $2 AND round = $3 AND outcome IS NULL";

pub(crate) const AUDIT_PAGE: &str = "\
SELECT shop_id, order_id, state, total, payment_id, refunded
FROM trade_order
WHERE (shop_id, order_id) > ($1, $2)
ORDER BY shop_id, order_id
LIMIT $3";

pub(crate) const CHECK_PRICES: &str = "\
SELECT o.shop_id, o.order_id
FROM trade_order o
JOIN trade_line l ON l.shop_id = o.shop_id AND l.order_id = o.order_id
GROUP BY o.shop_id, o.order_id, o.goods, o.discount, o.change_down, o.original_freight, o.freight, o.total
HAVING o.goods + o.original_freight - o.discount - o.change_down <> o.total
OR CAST(sum(l.unit_price * l.quantity) AS BIGINT) <> o.goods
OR CAST(sum(l.discount) AS BIGINT) <> o.discount
OR CAST(sum(l.payable) AS BIGINT) + o.freight <> o.total
LIMIT 100";

pub(crate) const CHECK_PIECES: &str = "\
SELECT l.shop_id, l.order_id
FROM trade_line l
LEFT JOIN trade_parcel_item i ON i.shop_id = l.shop_id AND i.order_id = l.order_id AND i.line = l.line
GROUP BY l.shop_id, l.order_id, l.line, l.shipped, l.quantity
HAVING CAST(COALESCE(sum(i.quantity), 0) AS BIGINT) <> l.shipped OR l.shipped > l.quantity
LIMIT 100";

pub(crate) const CHECK_LAST_STEP: &str = "\
SELECT o.shop_id, o.order_id
FROM trade_order o
LEFT JOIN trade_step h ON h.shop_id = o.shop_id AND h.order_id = o.order_id AND h.version = o.version
WHERE h.to_state IS NULL OR h.to_state <> o.state
LIMIT 100";

pub(crate) const CHECK_STEPS: &str = "\
SELECT h.shop_id, h.order_id
FROM trade_step h
LEFT JOIN trade_step e ON e.shop_id = h.shop_id AND e.order_id = h.order_id AND e.version = h.version - 1
WHERE (h.version > 1 AND (e.to_state IS NULL OR h.from_state IS NULL OR h.from_state <> e.to_state))
OR (h.version = 1 AND h.from_state IS NOT NULL)
LIMIT 100";

pub(crate) const SUM_ORDERS: &str = "\
SELECT count(*), CAST(COALESCE(sum(goods), 0) AS BIGINT), CAST(COALESCE(sum(discount), 0) AS BIGINT),
    CAST(COALESCE(sum(total), 0) AS BIGINT), CAST(COALESCE(sum(refunded), 0) AS BIGINT),
    count(CASE WHEN total = 0 THEN 1 END), count(CASE WHEN state = 100 THEN 1 END), count(DISTINCT shopper_id)
FROM trade_order
WHERE shop_id = $1";

pub(crate) const SUM_PIECES: &str = "\
SELECT CAST(COALESCE(sum(quantity), 0) AS BIGINT)
FROM trade_line
WHERE shop_id = $1";

/// All of them, for the test that both engines understand each.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    INSERT_ORDER,
    INSERT_LINE,
    INSERT_HISTORY,
    SELECT_ORDER,
    MARK_PAID,
    MARK_CLOSED,
    MARK_SHIPPED,
    MARK_FINISHED,
    SET_MERCHANT_NOTES,
    COUNT_DEEDS,
    SET_RECEIVER,
    TOUCH,
    SET_PRICE,
    SET_LINE_PRICE,
    ADD_REFUND,
    INSERT_PARCEL,
    INSERT_PARCEL_ITEM,
    ADD_SHIPPED,
    DELETE_PARCEL,
    DELETE_PARCEL_ITEMS,
    MARK_SIGNED,
    SIGNATURES,
    SELECT_PARCELS,
    SELECT_PARCEL_ITEMS,
    SELECT_HISTORY,
    LIST_BY_CHANGE,
    LIST_IN_STATE,
    LIST_OF_SHOPPER,
    LIST_IDS_BY_PLACED,
    LIST_IDS_BY_UPDATED,
    SEARCH_IDS,
    SELECT_CART,
    COUNT_CART,
    UPSERT_CART_ITEM,
    DELETE_CART_ITEM,
    INSERT_CHECKOUT,
    SELECT_CHECKOUT,
    FINISH_CHECKOUT,
    NEXT_ROUND,
    AUDIT_PAGE,
    CHECK_PRICES,
    CHECK_PIECES,
    CHECK_LAST_STEP,
    CHECK_STEPS,
    SUM_ORDERS,
    SUM_PIECES,
];
