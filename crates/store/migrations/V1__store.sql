-- platform-wide: one row, the offset of business time from the wall clock
CREATE TABLE store_clock (
    id BIGINT NOT NULL PRIMARY KEY,
    offset_ms BIGINT NOT NULL,
    moves BIGINT NOT NULL,
    moved_wall BIGINT NOT NULL
);
INSERT INTO store_clock (id, offset_ms, moves, moved_wall) VALUES (1, 0, 0, 0);

-- platform-wide: node numbers of running processes, leased
CREATE TABLE store_node (
    node BIGINT NOT NULL PRIMARY KEY,
    owner BIGINT NOT NULL,
    lease_until BIGINT NOT NULL
);

CREATE TABLE store_idempotency (
    scope BIGINT NOT NULL,
    credential BIGINT NOT NULL,
    route TEXT NOT NULL,
    key TEXT NOT NULL,
    hash BYTEA NOT NULL,
    answer TEXT NOT NULL,
    keep_until BIGINT NOT NULL,
    PRIMARY KEY (scope, credential, route, key)
);
CREATE INDEX store_idempotency_old ON store_idempotency (keep_until);

CREATE TABLE store_event (
    scope BIGINT NOT NULL,
    scope_kind BIGINT NOT NULL,
    aggregate_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    at BIGINT NOT NULL,
    wall BIGINT NOT NULL,
    subscribers BIGINT NOT NULL,
    PRIMARY KEY (scope, aggregate_id, version)
);

CREATE TABLE store_delivery (
    scope BIGINT NOT NULL,
    aggregate_id BIGINT NOT NULL,
    subscriber TEXT NOT NULL,
    version BIGINT NOT NULL,
    wall BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    lease BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    done_wall BIGINT,
    parked_wall BIGINT,
    error TEXT,
    PRIMARY KEY (scope, aggregate_id, subscriber, version)
);
CREATE INDEX store_delivery_due ON store_delivery (not_before) WHERE done_wall IS NULL;

CREATE TABLE store_job (
    scope BIGINT NOT NULL,
    scope_kind BIGINT NOT NULL,
    kind TEXT NOT NULL,
    key BIGINT NOT NULL,
    payload TEXT NOT NULL,
    due BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    lease BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    parked_wall BIGINT,
    error TEXT,
    PRIMARY KEY (scope, kind, key)
);
CREATE INDEX store_job_due ON store_job (due) WHERE parked_wall IS NULL;
