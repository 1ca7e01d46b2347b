-- One payment collects one sum once, for one order. Amounts are minor units of the payment's currency.
CREATE TABLE pay_payment (
    shop_id BIGINT NOT NULL,
    payment_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    shopper_id BIGINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    description TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    channel TEXT,
    channel_txn TEXT,
    captured BIGINT NOT NULL,
    refunding BIGINT NOT NULL CHECK (refunding >= 0),
    refunded BIGINT NOT NULL CHECK (refunded >= 0),
    opened_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    started_wall BIGINT,
    paid_at BIGINT,
    captured_at BIGINT,
    closed_at BIGINT,
    late_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (shop_id, payment_id),
    CHECK (refunding + refunded <= captured)
);
CREATE INDEX pay_payment_order ON pay_payment (shop_id, order_id);
CREATE INDEX pay_payment_shopper ON pay_payment (shopper_id, payment_id);

-- An attempt is one bill at one channel. A payment has at most one that is open.
CREATE TABLE pay_attempt (
    shop_id BIGINT NOT NULL,
    payment_id BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    channel TEXT NOT NULL,
    cashier_url TEXT,
    began_wall BIGINT NOT NULL,
    closed_wall BIGINT,
    PRIMARY KEY (shop_id, payment_id, attempt),
    FOREIGN KEY (shop_id, payment_id) REFERENCES pay_payment (shop_id, payment_id)
);

CREATE TABLE pay_refund (
    shop_id BIGINT NOT NULL,
    refund_id BIGINT NOT NULL,
    payment_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    channel_refund TEXT,
    failure TEXT,
    hold_id BIGINT,
    requested_at BIGINT NOT NULL,
    sent_wall BIGINT,
    done_at BIGINT,
    PRIMARY KEY (shop_id, refund_id),
    FOREIGN KEY (shop_id, payment_id) REFERENCES pay_payment (shop_id, payment_id)
);
CREATE INDEX pay_refund_payment ON pay_refund (shop_id, payment_id);
CREATE INDEX pay_refund_order ON pay_refund (shop_id, order_id);
CREATE INDEX pay_refund_time ON pay_refund (shop_id, requested_at, refund_id);
CREATE INDEX pay_refund_state ON pay_refund (shop_id, state, requested_at, refund_id);

-- Money at a channel that no payment could take: for the operator to settle by hand.
CREATE TABLE pay_anomaly (
    shop_id BIGINT NOT NULL,
    anomaly_id BIGINT NOT NULL,
    payment_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    channel_txn TEXT NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    noted_at BIGINT NOT NULL,
    resolved_at BIGINT,
    resolution TEXT,
    PRIMARY KEY (shop_id, anomaly_id)
);
CREATE UNIQUE INDEX pay_anomaly_once ON pay_anomaly (shop_id, payment_id, channel, channel_txn);
