-- platform-wide: the bills of an outside service that knows nothing of shops
CREATE TABLE sandbox_bill (
    bill_id BIGINT NOT NULL PRIMARY KEY,
    out_no TEXT NOT NULL UNIQUE,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    description TEXT NOT NULL,
    notify_url TEXT NOT NULL,
    return_url TEXT NOT NULL,
    state TEXT NOT NULL,
    txn TEXT UNIQUE,
    paid_at BIGINT,
    created_at BIGINT NOT NULL,
    notices TEXT,
    refunds TEXT
);

-- platform-wide: the refunds of an outside service that knows nothing of shops
CREATE TABLE sandbox_refund (
    refund_id BIGINT NOT NULL PRIMARY KEY,
    out_no TEXT NOT NULL UNIQUE,
    bill_id BIGINT NOT NULL REFERENCES sandbox_bill (bill_id),
    amount BIGINT NOT NULL CHECK (amount > 0),
    notify_url TEXT NOT NULL,
    state TEXT NOT NULL,
    ready_wall BIGINT NOT NULL,
    done_at BIGINT
);
CREATE INDEX sandbox_refund_bill ON sandbox_refund (bill_id);

-- platform-wide: the notices of an outside service that knows nothing of shops
CREATE TABLE sandbox_notice (
    notice_id BIGINT NOT NULL PRIMARY KEY,
    bill_id BIGINT NOT NULL REFERENCES sandbox_bill (bill_id),
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    body TEXT NOT NULL,
    created_wall BIGINT NOT NULL,
    send_wall BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    taken_wall BIGINT,
    last_answer TEXT
);
CREATE INDEX sandbox_notice_bill ON sandbox_notice (bill_id);

-- platform-wide: one row, how the outside service misbehaves at present
CREATE TABLE sandbox_fault (
    id BIGINT NOT NULL PRIMARY KEY,
    notices TEXT NOT NULL,
    refunds TEXT NOT NULL,
    calls TEXT NOT NULL,
    delay_ms BIGINT NOT NULL
);
INSERT INTO sandbox_fault (id, notices, refunds, calls, delay_ms) VALUES (1, 'once', 'at_once', 'answered', 10000);
