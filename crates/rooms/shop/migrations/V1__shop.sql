CREATE TABLE shop_shop (
    shop_id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    subject_type TEXT NOT NULL,
    currency TEXT NOT NULL,
    state TEXT NOT NULL,
    fee_bps BIGINT NOT NULL,
    headimg TEXT NOT NULL,
    intro TEXT NOT NULL,
    auto_confirm_days BIGINT NOT NULL,
    unpaid_close_minutes BIGINT NOT NULL,
    auto_audit_at BIGINT,
    default_send_id BIGINT,
    default_return_id BIGINT,
    created_at BIGINT NOT NULL,
    admitted_at BIGINT,
    closed_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX shop_shop_by_state ON shop_shop (state, shop_id);

CREATE TABLE shop_address (
    shop_id BIGINT NOT NULL REFERENCES shop_shop (shop_id),
    address_id BIGINT NOT NULL,
    detail TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, address_id)
);
