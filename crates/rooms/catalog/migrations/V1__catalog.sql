-- platform-wide: one tree of categories for every shop
CREATE TABLE catalog_category (
    category_id BIGINT NOT NULL PRIMARY KEY,
    parent_id BIGINT NOT NULL,
    level BIGINT NOT NULL,
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    rules TEXT NOT NULL,
    retired_at BIGINT
);
CREATE INDEX catalog_category_children ON catalog_category (parent_id, position, category_id);

-- platform-wide: brands are kept by operators and used by every shop
CREATE TABLE catalog_brand (
    brand_id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    retired_at BIGINT
);

-- what the catalogue knows of a shop; shop 0 is the platform's own setting
CREATE TABLE catalog_shop (
    shop_id BIGINT NOT NULL PRIMARY KEY,
    auto_audit_at BIGINT,
    closed_at BIGINT
);

CREATE TABLE catalog_grant (
    shop_id BIGINT NOT NULL,
    category_id BIGINT NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, category_id)
);

CREATE TABLE catalog_product (
    shop_id BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    status BIGINT NOT NULL,
    edit_status BIGINT NOT NULL,
    round BIGINT NOT NULL,
    version BIGINT NOT NULL,
    title TEXT NOT NULL,
    folded TEXT NOT NULL,
    out_product_id TEXT NOT NULL,
    thumb TEXT NOT NULL,
    top_id BIGINT NOT NULL,
    middle_id BIGINT NOT NULL,
    category_id BIGINT NOT NULL,
    min_price BIGINT NOT NULL,
    market_price BIGINT NOT NULL,
    deliver_method BIGINT NOT NULL,
    weight_g BIGINT NOT NULL,
    limit_period BIGINT NOT NULL,
    limit_most BIGINT NOT NULL,
    draft TEXT NOT NULL,
    online TEXT,
    created_at BIGINT NOT NULL,
    edited_at BIGINT NOT NULL,
    listed_at BIGINT,
    reason TEXT NOT NULL,
    PRIMARY KEY (shop_id, product_id)
);
CREATE INDEX catalog_product_page ON catalog_product (product_id);
CREATE INDEX catalog_product_shelf ON catalog_product (shop_id, status, listed_at, product_id);

CREATE TABLE catalog_sku (
    shop_id BIGINT NOT NULL,
    sku_id BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    status BIGINT NOT NULL,
    sku_code TEXT NOT NULL,
    out_sku_id TEXT NOT NULL,
    attrs TEXT NOT NULL,
    thumb TEXT NOT NULL,
    sale_price BIGINT NOT NULL,
    market_price BIGINT NOT NULL,
    PRIMARY KEY (shop_id, sku_id),
    FOREIGN KEY (shop_id, product_id) REFERENCES catalog_product (shop_id, product_id)
);
CREATE INDEX catalog_sku_of_product ON catalog_sku (shop_id, product_id, sku_id);

CREATE TABLE catalog_audit (
    shop_id BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    round BIGINT NOT NULL,
    state BIGINT NOT NULL,
    reason TEXT NOT NULL,
    submitted_at BIGINT NOT NULL,
    decided_at BIGINT,
    operator_id BIGINT,
    PRIMARY KEY (shop_id, product_id, round),
    FOREIGN KEY (shop_id, product_id) REFERENCES catalog_product (shop_id, product_id)
);
CREATE INDEX catalog_audit_queue ON catalog_audit (state, submitted_at, product_id);
