-- Parcels of orders.
CREATE TABLE logistics_parcel (
    shop_id BIGINT NOT NULL,
    parcel_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    shopper_id BIGINT NOT NULL,
    delivery_id TEXT NOT NULL,
    carrier TEXT NOT NULL,
    waybill_id TEXT NOT NULL,
    goods TEXT NOT NULL,
    stage TEXT NOT NULL,
    reached BIGINT NOT NULL,
    version BIGINT NOT NULL,
    followed_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    dropped_at BIGINT,
    PRIMARY KEY (shop_id, parcel_id)
);
-- With the shop and the parcel at its end, so that what is sorted by parcel needs no walk over all parcels of a shop.
CREATE INDEX logistics_parcel_number ON logistics_parcel (carrier, waybill_id, shop_id, parcel_id);
CREATE INDEX logistics_parcel_order ON logistics_parcel (shop_id, order_id, parcel_id);
CREATE INDEX logistics_parcel_shopper ON logistics_parcel (shopper_id, parcel_id);

-- Track steps of parcels (scope is the shop) and of waybills (scope is the application).
CREATE TABLE logistics_step (
    scope BIGINT NOT NULL,
    track_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    action_type BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    message TEXT NOT NULL,
    lat DOUBLE PRECISION,
    lng DOUBLE PRECISION,
    version BIGINT NOT NULL,
    PRIMARY KEY (scope, track_id, at, action_type, digest)
);

-- Waybills that applications made. The scope is the application; shop_id is its shop, NULL for a mini program.
CREATE TABLE logistics_waybill (
    scope BIGINT NOT NULL,
    order_id TEXT NOT NULL,
    waybill_key BIGINT NOT NULL,
    shop_id BIGINT,
    shopper_id BIGINT,
    openid TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    biz_id TEXT NOT NULL,
    waybill_id TEXT NOT NULL,
    state BIGINT NOT NULL,
    busy_until BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    details BYTEA NOT NULL,
    label_data TEXT NOT NULL,
    stage TEXT NOT NULL,
    reached BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (scope, order_id)
);
CREATE UNIQUE INDEX logistics_waybill_key ON logistics_waybill (scope, waybill_key);
CREATE INDEX logistics_waybill_number ON logistics_waybill (delivery_id, waybill_id);

-- Sandbox waybills of an application on a day.
CREATE TABLE logistics_sandbox_day (
    scope BIGINT NOT NULL,
    day BIGINT NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (scope, day)
);

-- Customer accounts with carriers that applications bound.
CREATE TABLE logistics_account (
    scope BIGINT NOT NULL,
    delivery_id TEXT NOT NULL,
    biz_id TEXT NOT NULL,
    shop_id BIGINT,
    password BYTEA NOT NULL,
    remark TEXT NOT NULL,
    wrong TEXT NOT NULL,
    state BIGINT NOT NULL,
    quota BIGINT NOT NULL,
    quota_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (scope, delivery_id, biz_id)
);

-- Print operators of an application.
CREATE TABLE logistics_printer (
    scope BIGINT NOT NULL,
    openid TEXT NOT NULL,
    tags TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (scope, openid)
);
