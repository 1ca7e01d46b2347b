CREATE TABLE trade_cart_item (
    shopper_id BIGINT NOT NULL,
    shop_id BIGINT NOT NULL,
    sku_id BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (shopper_id, shop_id, sku_id)
);

CREATE TABLE trade_order (
    shop_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    shopper_id BIGINT NOT NULL,
    state BIGINT NOT NULL,
    version BIGINT NOT NULL,
    currency TEXT NOT NULL,
    goods BIGINT NOT NULL,
    discount BIGINT NOT NULL,
    discount_reason TEXT,
    change_down BIGINT NOT NULL,
    original_freight BIGINT NOT NULL,
    freight BIGINT NOT NULL,
    total BIGINT NOT NULL,
    refunded BIGINT NOT NULL,
    fee_bps BIGINT NOT NULL,
    payment_id BIGINT,
    receiver TEXT,
    customer_notes TEXT NOT NULL,
    merchant_notes TEXT NOT NULL,
    cancel_type BIGINT,
    confirm_type BIGINT,
    placed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    paid_at BIGINT,
    shipped_at BIGINT,
    finished_at BIGINT,
    closed_at BIGINT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, order_id)
);
CREATE INDEX trade_order_of_shopper ON trade_order (shopper_id, placed_at, order_id);
CREATE INDEX trade_order_in_state ON trade_order (shop_id, state, placed_at, order_id);
CREATE INDEX trade_order_changed ON trade_order (shop_id, updated_at, order_id);

CREATE TABLE trade_line (
    shop_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    sku_id BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    shipped BIGINT NOT NULL,
    unit_price BIGINT NOT NULL,
    market_price BIGINT NOT NULL,
    discount BIGINT NOT NULL,
    change_price BIGINT,
    payable BIGINT NOT NULL,
    title TEXT NOT NULL,
    sku_code TEXT NOT NULL,
    attrs TEXT NOT NULL,
    thumb TEXT NOT NULL,
    PRIMARY KEY (shop_id, order_id, line),
    FOREIGN KEY (shop_id, order_id) REFERENCES trade_order (shop_id, order_id)
);

CREATE TABLE trade_step (
    shop_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    from_state BIGINT,
    to_state BIGINT NOT NULL,
    deed TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, order_id, version)
);

CREATE TABLE trade_parcel (
    shop_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    parcel_id BIGINT NOT NULL,
    delivery_id TEXT NOT NULL,
    waybill_id TEXT NOT NULL,
    deliver_type BIGINT NOT NULL,
    shipped_at BIGINT NOT NULL,
    signed_at BIGINT,
    PRIMARY KEY (shop_id, order_id, parcel_id)
);

CREATE TABLE trade_parcel_item (
    shop_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    parcel_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    PRIMARY KEY (shop_id, order_id, parcel_id, line)
);
