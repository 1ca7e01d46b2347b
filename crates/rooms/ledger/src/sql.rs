//! Every statement of the room.

/// The head of a posting, which all its rows share: $1 scope, $2 posting, $3 currency, $4 reason, $5 subject, $6 at,
/// $7 posted. Each row adds kind, owner, amount and transfer.
macro_rules! insert_rows {
    ($($row:literal),+) => {
        concat!(
            "INSERT INTO ledger_entry (scope, posting_id, currency, reason, subject, at, posted, line, kind, owner, ",
            "amount, transfer_id)\nVALUES ",
            insert_rows!(@ $($row),+)
        )
    };
    (@ $first:literal $(, $row:literal)*) => {
        concat!("($1, $2, $3, $4, $5, $6, $7, ", $first, ")" $(, ",\n($1, $2, $3, $4, $5, $6, $7, ", $row, ")")*)
    };
}

pub(crate) const INSERT_2: &str = concat!(insert_rows!("0, $8, $9, $10, $11", "1, $12, $13, $14, $15"));
pub(crate) const INSERT_3: &str =
    concat!(insert_rows!("0, $8, $9, $10, $11", "1, $12, $13, $14, $15", "2, $16, $17, $18, $19"));
pub(crate) const INSERT_4: &str = concat!(insert_rows!(
    "0, $8, $9, $10, $11",
    "1, $12, $13, $14, $15",
    "2, $16, $17, $18, $19",
    "3, $20, $21, $22, $23"
));
pub(crate) const INSERT_5: &str = concat!(insert_rows!(
    "0, $8, $9, $10, $11",
    "1, $12, $13, $14, $15",
    "2, $16, $17, $18, $19",
    "3, $20, $21, $22, $23",
    "4, $24, $25, $26, $27"
));
pub(crate) const INSERT_6: &str = concat!(insert_rows!(
    "0, $8, $9, $10, $11",
    "1, $12, $13, $14, $15",
    "2, $16, $17, $18, $19",
    "3, $20, $21, $22, $23",
    "4, $24, $25, $26, $27",
    "5, $28, $29, $30, $31"
));

/// Locks the account's debits on PostgreSQL until the transaction ends; on SQLite there is one writer anyway.
pub(crate) const TAKE_GUARD: &str = "\
INSERT INTO ledger_guard (scope, kind, owner, currency, version)
VALUES ($1, $2, $3, $4, 1)
ON CONFLICT (scope, kind, owner, currency) DO UPDATE
SET version = ledger_guard.version + 1";

/// The last snapshot of the account $1 to $4 and the entries after it. One statement, so that it sees one state.
macro_rules! balance {
    () => {
        "COALESCE((
        SELECT s.balance FROM ledger_snapshot s
        WHERE s.scope = $1 AND s.kind = $2 AND s.owner = $3 AND s.currency = $4
        ORDER BY s.until DESC
        LIMIT 1), 0)
    + COALESCE((
        SELECT sum(e.amount) FROM ledger_entry e
        WHERE e.scope = $1 AND e.kind = $2 AND e.owner = $3 AND e.currency = $4
            AND e.posted > COALESCE((
                SELECT max(t.until) FROM ledger_snapshot t
                WHERE t.scope = $1 AND t.kind = $2 AND t.owner = $3 AND t.currency = $4), -1)), 0)"
    };
}

pub(crate) const BALANCE: &str = concat!("SELECT CAST(", balance!(), " AS BIGINT)");

pub(crate) const AVAILABLE: &str = concat!(
    "SELECT CAST(",
    balance!(),
    "
    - COALESCE((
        SELECT sum(h.amount) FROM ledger_hold h
        WHERE h.scope = $1 AND h.kind = $2 AND h.owner = $3 AND h.currency = $4 AND h.state = 0), 0) AS BIGINT)"
);

pub(crate) const NEXT_ACCOUNT: &str = "\
SELECT kind, owner, currency FROM ledger_entry
WHERE scope = $1 AND (kind, owner, currency) > ($2, $3, $4)
ORDER BY kind, owner, currency
LIMIT 1";

/// A page of an account's entries below ($5, $6), the newest first; each row carries the sum of all entries below
/// that point.
pub(crate) const STATEMENT: &str = "\
SELECT n.posting_id, n.posted, n.at, n.amount, n.reason, n.subject, n.transfer_id, CAST(
    COALESCE((
        SELECT s.balance FROM ledger_snapshot s
        WHERE s.scope = $1 AND s.kind = $2 AND s.owner = $3 AND s.currency = $4 AND s.until < $5
        ORDER BY s.until DESC
        LIMIT 1), 0)
    + COALESCE((
        SELECT sum(e.amount) FROM ledger_entry e
        WHERE e.scope = $1 AND e.kind = $2 AND e.owner = $3 AND e.currency = $4
            AND (e.posted, e.posting_id) < ($5, $6)
            AND e.posted > COALESCE((
                SELECT max(t.until) FROM ledger_snapshot t
                WHERE t.scope = $1 AND t.kind = $2 AND t.owner = $3 AND t.currency = $4 AND t.until < $5), -1)), 0)
    AS BIGINT)
FROM ledger_entry n
WHERE n.scope = $1 AND n.kind = $2 AND n.owner = $3 AND n.currency = $4
    AND (n.posted, n.posting_id) < ($5, $6)
ORDER BY n.posted DESC, n.posting_id DESC
LIMIT $7";

pub(crate) const INSERT_HOLD: &str = "\
INSERT INTO ledger_hold (scope, hold_id, kind, owner, currency, amount, state, captured, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)
ON CONFLICT DO NOTHING";

pub(crate) const FIND_HOLD: &str = "\
SELECT kind, owner, currency, amount, state, captured, posting_id FROM ledger_hold
WHERE scope = $1 AND hold_id = $2";

pub(crate) const MOVE_HOLD: &str = "\
UPDATE ledger_hold SET state = $4, captured = $5, posting_id = $6
WHERE scope = $1 AND hold_id = $2 AND state = $3";

/// Whether a posting moved this amount on this account for this reason.
pub(crate) const POSTED_TO: &str = "\
SELECT line FROM ledger_entry
WHERE scope = $1 AND posting_id = $2 AND kind = $3 AND owner = $4 AND amount = $5 AND reason = $6 AND subject = $7
LIMIT 1";

pub(crate) const HORIZON: &str = "\
SELECT until FROM ledger_horizon
WHERE id = 1";

pub(crate) const MOVE_HORIZON: &str = "\
UPDATE ledger_horizon SET until = $1
WHERE id = 1 AND until < $1";

pub(crate) const MOVED_ACCOUNTS: &str = "\
SELECT DISTINCT scope, kind, owner, currency FROM ledger_entry
WHERE posted > $1 AND posted <= $2";

/// The balance of an account up to $5, and how many entries it has since its last snapshot before that.
pub(crate) const SUM_UNTIL: &str = "\
SELECT CAST(COALESCE((
        SELECT s.balance FROM ledger_snapshot s
        WHERE s.scope = $1 AND s.kind = $2 AND s.owner = $3 AND s.currency = $4 AND s.until <= $5
        ORDER BY s.until DESC
        LIMIT 1), 0)
    + COALESCE(sum(e.amount), 0) AS BIGINT), CAST(count(*) AS BIGINT)
FROM ledger_entry e
WHERE e.scope = $1 AND e.kind = $2 AND e.owner = $3 AND e.currency = $4 AND e.posted <= $5
    AND e.posted > COALESCE((
        SELECT max(t.until) FROM ledger_snapshot t
        WHERE t.scope = $1 AND t.kind = $2 AND t.owner = $3 AND t.currency = $4 AND t.until <= $5), -1)";

pub(crate) const INSERT_SNAPSHOT: &str = "\
INSERT INTO ledger_snapshot (scope, kind, owner, currency, until, balance)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING";

pub(crate) const TRIAL_BALANCE: &str = "\
SELECT scope, currency, CAST(sum(amount) AS BIGINT) FROM ledger_entry
GROUP BY scope, currency
ORDER BY scope, currency";

pub(crate) const KIND_TOTALS: &str = "\
SELECT kind, currency, CAST(sum(amount) AS BIGINT) FROM ledger_entry
GROUP BY kind, currency
ORDER BY currency, kind";

pub(crate) const UNBALANCED_POSTINGS: &str = "\
SELECT scope, posting_id, CAST(sum(amount) AS BIGINT) FROM ledger_entry
GROUP BY scope, posting_id, currency
HAVING sum(amount) <> 0
LIMIT $1";

/// A transfer has at most two halves; two are opposite, in one currency, and each names the other's scope (the
/// platform's is 0).
pub(crate) const BAD_TRANSFERS: &str = "\
SELECT transfer_id, CAST(count(*) AS BIGINT), CAST(sum(amount) AS BIGINT) FROM ledger_entry
WHERE transfer_id IS NOT NULL
GROUP BY transfer_id
HAVING count(*) > 2
    OR count(*) = 2 AND (sum(amount) <> 0 OR min(currency) <> max(currency)
        OR max(scope) <> max(owner) OR min(scope) <> min(owner))
LIMIT $1";

pub(crate) const COUNT_IN_FLIGHT: &str = "\
SELECT CAST(count(*) AS BIGINT) FROM (
    SELECT transfer_id FROM ledger_entry
    WHERE transfer_id IS NOT NULL
    GROUP BY transfer_id
    HAVING count(*) = 1) halves";

pub(crate) const LIST_IN_FLIGHT: &str = "\
SELECT transfer_id, max(scope), max(currency), CAST(sum(amount) AS BIGINT), max(posted) FROM ledger_entry
WHERE transfer_id IS NOT NULL
GROUP BY transfer_id
HAVING count(*) = 1
ORDER BY max(posted)
LIMIT $1";

/// Accounts of a kind that forbids overdraft whose balance is below what is held.
pub(crate) const OVERDRAWN: &str = "\
SELECT e.scope, e.owner, CAST(sum(e.amount) AS BIGINT) FROM ledger_entry e
WHERE e.kind = $1
GROUP BY e.scope, e.owner, e.currency
HAVING sum(e.amount) < COALESCE((
    SELECT sum(h.amount) FROM ledger_hold h
    WHERE h.scope = e.scope AND h.kind = $1 AND h.owner = e.owner AND h.currency = e.currency AND h.state = 0), 0)
LIMIT $2";

/// Snapshots that an entry came too late for.
pub(crate) const WRONG_SNAPSHOTS: &str = "\
SELECT s.scope, s.kind, s.owner, s.until FROM ledger_snapshot s
WHERE s.until = (
        SELECT max(t.until) FROM ledger_snapshot t
        WHERE t.scope = s.scope AND t.kind = s.kind AND t.owner = s.owner AND t.currency = s.currency)
    AND s.balance <> (
        SELECT COALESCE(sum(e.amount), 0) FROM ledger_entry e
        WHERE e.scope = s.scope AND e.kind = s.kind AND e.owner = s.owner AND e.currency = s.currency
            AND e.posted <= s.until)
LIMIT $1";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    INSERT_2,
    INSERT_3,
    INSERT_4,
    INSERT_5,
    INSERT_6,
    TAKE_GUARD,
    BALANCE,
    AVAILABLE,
    NEXT_ACCOUNT,
    STATEMENT,
    INSERT_HOLD,
    FIND_HOLD,
    MOVE_HOLD,
    POSTED_TO,
    HORIZON,
    MOVE_HORIZON,
    MOVED_ACCOUNTS,
    SUM_UNTIL,
    INSERT_SNAPSHOT,
    TRIAL_BALANCE,
    KIND_TOTALS,
    UNBALANCED_POSTINGS,
    BAD_TRANSFERS,
    COUNT_IN_FLIGHT,
    LIST_IN_FLIGHT,
    OVERDRAWN,
    WRONG_SNAPSHOTS,
];
