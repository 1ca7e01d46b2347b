CREATE TABLE push_notice (
    shopper_id BIGINT NOT NULL,
    notice_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject BIGINT NOT NULL,
    dedupe BIGINT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    link TEXT,
    at BIGINT NOT NULL,
    read_at BIGINT,
    PRIMARY KEY (shopper_id, notice_id)
);
CREATE UNIQUE INDEX push_notice_once ON push_notice (shopper_id, kind, subject, dedupe);
CREATE INDEX push_notice_unread ON push_notice (shopper_id) WHERE read_at IS NULL;

CREATE TABLE push_endpoint (
    shop_id BIGINT NOT NULL,
    app_id BIGINT NOT NULL,
    appid TEXT NOT NULL,
    original_id TEXT NOT NULL,
    url TEXT NOT NULL,
    token BYTEA NOT NULL,
    aes_key BYTEA,
    mode TEXT NOT NULL,
    format TEXT NOT NULL,
    state TEXT NOT NULL,
    failure TEXT,
    checked_wall BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (shop_id, app_id)
);

CREATE TABLE push_message (
    shop_id BIGINT NOT NULL,
    push_id BIGINT NOT NULL,
    app_id BIGINT NOT NULL,
    event TEXT NOT NULL,
    to_user TEXT NOT NULL,
    from_user TEXT NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    state BIGINT NOT NULL,
    series BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    next_wall BIGINT NOT NULL,
    PRIMARY KEY (shop_id, push_id)
);
CREATE INDEX push_message_line ON push_message (shop_id, app_id, push_id) WHERE state = 0;
CREATE INDEX push_message_state ON push_message (shop_id, state, push_id);
CREATE INDEX push_message_old ON push_message (shop_id, at);

CREATE TABLE push_attempt (
    shop_id BIGINT NOT NULL,
    push_id BIGINT NOT NULL,
    series BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    wall BIGINT NOT NULL,
    latency_ms BIGINT NOT NULL,
    status BIGINT,
    failure TEXT,
    answer TEXT NOT NULL,
    PRIMARY KEY (shop_id, push_id, series, attempt),
    FOREIGN KEY (shop_id, push_id) REFERENCES push_message (shop_id, push_id)
);
