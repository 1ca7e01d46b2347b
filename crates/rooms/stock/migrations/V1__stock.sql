CREATE TABLE stock_level (
    shop_id BIGINT NOT NULL,
    sku_id BIGINT NOT NULL,
    warehouse_id BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    received BIGINT NOT NULL,
    corrected BIGINT NOT NULL,
    available BIGINT NOT NULL CHECK (available >= 0),
    reserved BIGINT NOT NULL CHECK (reserved >= 0),
    sold BIGINT NOT NULL,
    returned BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (shop_id, sku_id, warehouse_id)
);

CREATE TABLE stock_hold (
    shop_id BIGINT NOT NULL,
    hold_id BIGINT NOT NULL,
    sku_id BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    returned BIGINT NOT NULL,
    state BIGINT NOT NULL,
    at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    after BIGINT NOT NULL,
    PRIMARY KEY (shop_id, hold_id, sku_id)
);
CREATE INDEX stock_hold_flow ON stock_hold (shop_id, sku_id, version);

CREATE TABLE stock_return (
    shop_id BIGINT NOT NULL,
    hold_id BIGINT NOT NULL,
    reference BIGINT NOT NULL,
    sku_id BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, hold_id, reference, sku_id)
);

CREATE TABLE stock_flow (
    shop_id BIGINT NOT NULL,
    sku_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    reason BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    after BIGINT NOT NULL,
    hold_id BIGINT,
    note TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, sku_id, version)
);
