CREATE TABLE ledger_entry (
    scope BIGINT NOT NULL,
    posting_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    kind TEXT NOT NULL,
    owner BIGINT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL,
    reason TEXT NOT NULL,
    subject BIGINT NOT NULL,
    transfer_id BIGINT,
    at BIGINT NOT NULL,
    posted BIGINT NOT NULL,
    PRIMARY KEY (scope, posting_id, line)
);
-- Statements and balances; the amount rides along so that a sum need not visit the rows.
CREATE INDEX ledger_entry_account ON ledger_entry (scope, kind, owner, currency, posted, posting_id, amount);
-- Which accounts moved since the last snapshots.
CREATE INDEX ledger_entry_posted ON ledger_entry (posted);
-- One half of a transfer in a scope.
CREATE UNIQUE INDEX ledger_entry_transfer ON ledger_entry (scope, transfer_id) WHERE transfer_id IS NOT NULL;

CREATE TABLE ledger_snapshot (
    scope BIGINT NOT NULL,
    kind TEXT NOT NULL,
    owner BIGINT NOT NULL,
    currency TEXT NOT NULL,
    until BIGINT NOT NULL,
    balance BIGINT NOT NULL,
    PRIMARY KEY (scope, kind, owner, currency, until)
);

CREATE TABLE ledger_guard (
    scope BIGINT NOT NULL,
    kind TEXT NOT NULL,
    owner BIGINT NOT NULL,
    currency TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (scope, kind, owner, currency)
);

CREATE TABLE ledger_hold (
    scope BIGINT NOT NULL,
    hold_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    owner BIGINT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL,
    state BIGINT NOT NULL,
    captured BIGINT NOT NULL,
    posting_id BIGINT,
    at BIGINT NOT NULL,
    PRIMARY KEY (scope, hold_id)
);
CREATE INDEX ledger_hold_open ON ledger_hold (scope, kind, owner, currency) WHERE state = 0;

-- platform-wide: one row, the moment up to which moved accounts have been looked at for snapshots
CREATE TABLE ledger_horizon (
    id BIGINT NOT NULL PRIMARY KEY,
    until BIGINT NOT NULL
);
INSERT INTO ledger_horizon (id, until) VALUES (1, 0);
