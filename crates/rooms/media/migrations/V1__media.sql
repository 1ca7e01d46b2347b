CREATE TABLE media_file (
    shop_id BIGINT NOT NULL,
    media_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    purpose TEXT NOT NULL,
    content_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, media_id),
    UNIQUE (shop_id, key)
);
