-- A combined payment collects the payments of several orders at once, of any number of shops. It lies with its payer.
CREATE TABLE pay_combined (
    shopper_id BIGINT NOT NULL,
    combined_id BIGINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    description TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    channel TEXT,
    channel_txn TEXT,
    opened_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    started_wall BIGINT,
    paid_at BIGINT,
    captured_at BIGINT,
    closed_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (shopper_id, combined_id)
);

-- What of it belongs to which shop's payment. Never changed.
CREATE TABLE pay_share (
    shopper_id BIGINT NOT NULL,
    combined_id BIGINT NOT NULL,
    shop_id BIGINT NOT NULL,
    payment_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    PRIMARY KEY (shopper_id, combined_id, shop_id, payment_id),
    FOREIGN KEY (shopper_id, combined_id) REFERENCES pay_combined (shopper_id, combined_id)
);

-- An attempt is one bill at one channel. A combined payment has at most one that is open.
CREATE TABLE pay_combined_attempt (
    shopper_id BIGINT NOT NULL,
    combined_id BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    channel TEXT NOT NULL,
    cashier_url TEXT,
    began_wall BIGINT NOT NULL,
    closed_wall BIGINT,
    PRIMARY KEY (shopper_id, combined_id, attempt),
    FOREIGN KEY (shopper_id, combined_id) REFERENCES pay_combined (shopper_id, combined_id)
);

-- The combined payment that this one is a share of, while that may still be paid, and for good when that has paid it.
ALTER TABLE pay_payment ADD COLUMN combined_id BIGINT;

-- The payer of a combined payment, where the money was meant for one: shop_id then holds the payer's number too.
ALTER TABLE pay_anomaly ADD COLUMN shopper_id BIGINT;
