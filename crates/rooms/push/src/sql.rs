//! The statements of this room. States of pushes: 0 queued, 1 sending, 2 waiting, 3 delivered, 4 failed.

// The inbox.

pub(crate) const INSERT_NOTICE: &str = "\
INSERT INTO push_notice (shopper_id, notice_id, kind, subject, dedupe, title, body, link, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING";

pub(crate) const SELECT_TOLD: &str = "\
SELECT notice_id FROM push_notice
WHERE shopper_id = $1 AND kind = $2 AND subject = $3 AND dedupe = $4";

pub(crate) const LIST_NOTICES: &str = "\
SELECT notice_id, kind, subject, title, body, link, at, read_at
FROM push_notice
WHERE shopper_id = $1 AND notice_id < $2
ORDER BY notice_id DESC
LIMIT $3";

pub(crate) const GLANCE: &str = "\
SELECT
    (SELECT count(*) FROM push_notice WHERE shopper_id = $1 AND read_at IS NULL),
    (SELECT max(notice_id) FROM push_notice WHERE shopper_id = $1)";

pub(crate) const SELECT_NOTICE: &str = "\
SELECT notice_id FROM push_notice
WHERE shopper_id = $1 AND notice_id = $2";

pub(crate) const MARK_READ: &str = "\
UPDATE push_notice SET read_at = $3
WHERE shopper_id = $1 AND notice_id = $2 AND read_at IS NULL";

pub(crate) const MARK_ALL_READ: &str = "\
UPDATE push_notice SET read_at = $2
WHERE shopper_id = $1 AND read_at IS NULL";

// Endpoints.

pub(crate) const UPSERT_ENDPOINT: &str = "\
INSERT INTO push_endpoint (
    shop_id, app_id, appid, original_id, url, token, aes_key, mode, format, state, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)
ON CONFLICT (shop_id, app_id) DO UPDATE
SET appid = excluded.appid, original_id = excluded.original_id, url = excluded.url, token = excluded.token,
    aes_key = excluded.aes_key, mode = excluded.mode, format = excluded.format, state = excluded.state,
    failure = NULL, checked_wall = NULL, version = push_endpoint.version + 1";

pub(crate) const SELECT_ENDPOINT: &str = "\
SELECT app_id, appid, original_id, url, mode, format, state, failure, checked_wall,
    CAST(CASE WHEN aes_key IS NULL THEN 0 ELSE 1 END AS BIGINT), version
FROM push_endpoint
WHERE shop_id = $1 AND app_id = $2";

pub(crate) const LIST_ENDPOINTS: &str = "\
SELECT app_id, appid, original_id, url, mode, format, state, failure, checked_wall,
    CAST(CASE WHEN aes_key IS NULL THEN 0 ELSE 1 END AS BIGINT), version
FROM push_endpoint
WHERE shop_id = $1
ORDER BY app_id
LIMIT 100";

pub(crate) const SELECT_ROUTE: &str = "\
SELECT url, token, aes_key, appid, mode, format, version
FROM push_endpoint
WHERE shop_id = $1 AND app_id = $2";

pub(crate) const DELETE_ENDPOINT: &str = "\
DELETE FROM push_endpoint
WHERE shop_id = $1 AND app_id = $2";

pub(crate) const ASK_FOR_CHECK: &str = "\
UPDATE push_endpoint SET state = $3, failure = NULL, version = version + 1
WHERE shop_id = $1 AND app_id = $2";

pub(crate) const RECORD_CHECK: &str = "\
UPDATE push_endpoint SET state = $5, failure = $6, checked_wall = $7
WHERE shop_id = $1 AND app_id = $2 AND version = $3 AND state = $4";

// Pushes.

pub(crate) const INSERT_MESSAGE: &str = "\
INSERT INTO push_message (
    shop_id, push_id, app_id, event, to_user, from_user, at, body, state, series, attempts, next_wall)
SELECT e.shop_id, CAST($3 AS BIGINT), e.app_id, CAST($4 AS TEXT), e.original_id, CAST($5 AS TEXT),
    CAST($6 AS BIGINT), CAST($7 AS TEXT), 0, 1, 0, 0
FROM push_endpoint e
WHERE e.shop_id = $1 AND e.app_id = $2";

pub(crate) const CLAIM_FIRST_IN_LINE: &str = "\
UPDATE push_message SET state = 1, attempts = attempts + 1, next_wall = $3
WHERE shop_id = $1 AND state = 0 AND push_id = (
    SELECT push_id FROM push_message
    WHERE shop_id = $1 AND app_id = $2 AND state = 0
    ORDER BY push_id
    LIMIT 1)
RETURNING push_id, series, attempts, event, to_user, from_user, at, body";

pub(crate) const CLAIM_DUE: &str = "\
UPDATE push_message SET state = 1, attempts = attempts + 1, next_wall = $4
WHERE shop_id = $1 AND push_id = $2 AND state IN (1, 2) AND next_wall <= $3
RETURNING push_id, series, attempts, event, to_user, from_user, at, body";

pub(crate) const SETTLE_ATTEMPT: &str = "\
UPDATE push_message SET state = $5, next_wall = $6
WHERE shop_id = $1 AND push_id = $2 AND series = $3 AND attempts = $4 AND state = 1";

pub(crate) const INSERT_ATTEMPT: &str = "\
INSERT INTO push_attempt (shop_id, push_id, series, attempt, wall, latency_ms, status, failure, answer)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

pub(crate) const SELECT_STANDING: &str = "\
SELECT state, next_wall FROM push_message
WHERE shop_id = $1 AND push_id = $2";

pub(crate) const REPLAY: &str = "\
UPDATE push_message SET state = 2, series = series + 1, attempts = 0, next_wall = $3
WHERE shop_id = $1 AND push_id = $2 AND state IN (3, 4)";

// The log.

pub(crate) const SELECT_PUSH: &str = "\
SELECT push_id, app_id, event, state, series, attempts, at, next_wall, to_user, from_user, body
FROM push_message
WHERE shop_id = $1 AND push_id = $2";

pub(crate) const LIST_ATTEMPTS: &str = "\
SELECT series, attempt, wall, latency_ms, status, failure, answer
FROM push_attempt
WHERE shop_id = $1 AND push_id = $2
ORDER BY series, attempt";

pub(crate) const LIST_PUSHES: &str = "\
SELECT push_id, app_id, event, state, series, attempts, at, next_wall
FROM push_message
WHERE shop_id = $1 AND push_id < $2 AND (CAST($3 AS TEXT) IS NULL OR event = $3)
ORDER BY push_id DESC
LIMIT $4";

pub(crate) const LIST_PUSHES_IN_STATE: &str = "\
SELECT push_id, app_id, event, state, series, attempts, at, next_wall
FROM push_message
WHERE shop_id = $1 AND push_id < $2 AND (CAST($3 AS TEXT) IS NULL OR event = $3) AND state = $5
ORDER BY push_id DESC
LIMIT $4";

// Keeping the log short.

pub(crate) const FORGET_ATTEMPTS: &str = "\
DELETE FROM push_attempt
WHERE shop_id = $1 AND push_id IN (
    SELECT push_id FROM push_message
    WHERE shop_id = $1 AND at < $2 AND state IN (3, 4)
    ORDER BY at, push_id
    LIMIT $3)";

pub(crate) const FORGET_MESSAGES: &str = "\
DELETE FROM push_message
WHERE shop_id = $1 AND push_id IN (
    SELECT push_id FROM push_message
    WHERE shop_id = $1 AND at < $2 AND state IN (3, 4)
    ORDER BY at, push_id
    LIMIT $3)";

pub(crate) const ANYTHING_LEFT: &str = "\
SELECT shop_id FROM push_endpoint WHERE shop_id = $1
UNION ALL
SELECT shop_id FROM push_message WHERE shop_id = $1
LIMIT 1";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    INSERT_NOTICE,
    SELECT_TOLD,
    LIST_NOTICES,
    GLANCE,
    SELECT_NOTICE,
    MARK_READ,
    MARK_ALL_READ,
    UPSERT_ENDPOINT,
    SELECT_ENDPOINT,
    LIST_ENDPOINTS,
    SELECT_ROUTE,
    DELETE_ENDPOINT,
    ASK_FOR_CHECK,
    RECORD_CHECK,
    INSERT_MESSAGE,
    CLAIM_FIRST_IN_LINE,
    CLAIM_DUE,
    SETTLE_ATTEMPT,
    INSERT_ATTEMPT,
    SELECT_STANDING,
    REPLAY,
    SELECT_PUSH,
    LIST_ATTEMPTS,
    LIST_PUSHES,
    LIST_PUSHES_IN_STATE,
    FORGET_ATTEMPTS,
    FORGET_MESSAGES,
    ANYTHING_LEFT,
];

#[cfg(test)]
mod tests {
    store::on_both! {
        rooms = crate::testing::rooms();

        async fn every_statement_is_understood(kit) {
            store::testkit::prepare_all(&kit, crate::sql::ALL).await;
        }
    }
}
