CREATE TABLE settle_order (
    shop_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    transfer_id BIGINT NOT NULL,
    currency TEXT NOT NULL,
    captured BIGINT NOT NULL,
    refunded BIGINT NOT NULL,
    fee BIGINT NOT NULL,
    net BIGINT NOT NULL,
    settled_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, order_id)
);
CREATE INDEX settle_order_by_time ON settle_order (shop_id, settled_at, order_id);
