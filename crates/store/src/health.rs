//! What the store knows of its own health: findings for `doctor`, the backlog, the parked.

use kernel::{Scope, Timestamp};

use crate::{Error, Store, Tx, clock, p};

/// One violation of an invariant, in words for an operator.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// Which invariant, `room.invariant`.
    pub check: &'static str,
    /// What was found, with ids, without personal data.
    pub what: String,
}

impl Finding {
    /// A finding.
    pub fn new(check: &'static str, what: impl Into<String>) -> Self {
        Self { check, what: what.into() }
    }
}

/// Work that has been waiting longer than it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Backlog {
    /// Jobs more than a minute late.
    pub jobs: i64,
    /// Deliveries more than a minute late.
    pub deliveries: i64,
    /// Jobs given up.
    pub parked_jobs: i64,
    /// Deliveries given up.
    pub parked_deliveries: i64,
}

/// A job or delivery that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// Whose.
    pub scope: Scope,
    /// The job's kind, or the subscriber.
    pub kind: String,
    /// The job's key, or the event's subject.
    pub key: i64,
    /// The event's version; `None` for a job.
    pub version: Option<i64>,
    /// How often it was tried.
    pub attempts: i64,
    /// The last failure.
    pub error: Option<String>,
    /// When it was given up.
    pub since: Timestamp,
}

/// Later than this is late.
const LATE_MS: i64 = kernel::minute_ms(1);

impl Store {
    /// Events that the deliveries don't account for.
    pub async fn check_events(&self) -> Result<Vec<Finding>, Error> {
        let mut tx = self.read().await?;
        tx.all(UNACCOUNTED, p![], |r| {
            let (scope, id, version): (i64, i64, i64) = (r.get(0)?, r.get(1)?, r.get(2)?);
            Ok(Finding::new(
                "store.events",
                format!("event {id} version {version} of scope {scope} lacks deliveries"),
            ))
        })
        .await
    }

    /// Work that is late. After business time was moved, a job counts from the moment of the move.
    pub async fn backlog(&self) -> Result<Backlog, Error> {
        let (wall, late) = (self.wall(), self.now() + -LATE_MS);
        let late_wall = wall + -LATE_MS;
        let mut tx = self.read().await?;
        let since_move = wall - clock::moved_wall(&mut tx).await?;
        let jobs = if since_move < LATE_MS { 0 } else { count(&mut tx, LATE_JOBS, late, late_wall).await? };
        Ok(Backlog {
            jobs,
            deliveries: tx.one(LATE_DELIVERIES, p![late_wall], |r| r.get(0)).await?,
            parked_jobs: tx.one(PARKED_JOBS, p![], |r| r.get(0)).await?,
            parked_deliveries: tx.one(PARKED_DELIVERIES, p![], |r| r.get(0)).await?,
        })
    }

    /// Jobs and deliveries that were given up, the latest first.
    pub async fn parked(&self, most: i64) -> Result<Vec<Parked>, Error> {
        let mut tx = self.read().await?;
        let mut out = tx
            .all(LIST_PARKED_JOBS, p![most], |r| {
                Ok(Parked {
                    scope: Scope::of(r.get(0)?, r.get(1)?),
                    kind: r.get(2)?,
                    key: r.get(3)?,
                    version: None,
                    attempts: r.get(4)?,
                    error: r.get(5)?,
                    since: r.get(6)?,
                })
            })
            .await?;
        out.extend(
            tx.all(LIST_PARKED_DELIVERIES, p![most], |r| {
                Ok(Parked {
                    scope: Scope::of(r.get(0)?, r.get(1)?),
                    kind: r.get(2)?,
                    key: r.get(3)?,
                    version: Some(r.get(4)?),
                    attempts: r.get(5)?,
                    error: r.get(6)?,
                    since: r.get(7)?,
                })
            })
            .await?,
        );
        out.sort_by_key(|p| std::cmp::Reverse(p.since));
        Ok(out)
    }

    /// Lets a parked job or delivery be tried again from the start; false if there is none such.
    pub async fn retry_parked(&self, parked: Parked) -> Result<bool, Error> {
        let retried = crate::run::internal(self, move |tx| {
            let parked = parked.clone();
            Box::pin(async move {
                let (scope, kind, key) = (parked.scope.key(), &parked.kind, parked.key);
                let touched = match parked.version {
                    None => tx.exec(RETRY_JOB, p![scope, kind, key]).await?,
                    Some(version) => tx.exec(RETRY_DELIVERY, p![scope, key, kind, version]).await?,
                };
                Ok(touched == 1)
            })
        })
        .await?;
        self.0.wake.notify_waiters();
        Ok(retried)
    }

    /// A round trip to the database: ready to serve.
    pub async fn ping(&self) -> Result<(), Error> {
        self.refresh_clock().await
    }
}

async fn count(tx: &mut Tx, sql: &'static str, a: Timestamp, b: Timestamp) -> Result<i64, Error> {
    tx.one(sql, p![a, b], |r| r.get(0)).await
}

const UNACCOUNTED: &str = "\
SELECT e.scope, e.aggregate_id, e.version
FROM store_event e
LEFT JOIN store_delivery d
    ON d.scope = e.scope AND d.aggregate_id = e.aggregate_id AND d.version = e.version
GROUP BY e.scope, e.aggregate_id, e.version, e.subscribers
HAVING count(d.subscriber) <> e.subscribers
LIMIT 100";

// A job is late from when it could have been done: it may have waited for another try, or have been in the hands of
// somebody who died with it.
const LATE_JOBS: &str = "\
SELECT count(*) FROM store_job
WHERE parked_wall IS NULL AND due < $1 AND not_before < $2 AND lease < $2";

const LATE_DELIVERIES: &str = "\
SELECT count(*) FROM store_delivery
WHERE done_wall IS NULL AND parked_wall IS NULL AND wall < $1 AND not_before < $1";

const PARKED_JOBS: &str = "SELECT count(*) FROM store_job WHERE parked_wall IS NOT NULL";
const PARKED_DELIVERIES: &str =
    "SELECT count(*) FROM store_delivery WHERE done_wall IS NULL AND parked_wall IS NOT NULL";

const LIST_PARKED_JOBS: &str = "\
SELECT scope_kind, scope, kind, key, attempts, error, parked_wall
FROM store_job WHERE parked_wall IS NOT NULL ORDER BY parked_wall DESC LIMIT $1";

const LIST_PARKED_DELIVERIES: &str = "\
SELECT e.scope_kind, d.scope, d.subscriber, d.aggregate_id, d.version, d.attempts, d.error, d.parked_wall
FROM store_delivery d
JOIN store_event e ON e.scope = d.scope AND e.aggregate_id = d.aggregate_id AND e.version = d.version
WHERE d.done_wall IS NULL AND d.parked_wall IS NOT NULL
ORDER BY d.parked_wall DESC LIMIT $1";

const RETRY_JOB: &str = "\
UPDATE store_job SET parked_wall = NULL, attempts = 0, not_before = 0, lease = 0
WHERE scope = $1 AND kind = $2 AND key = $3 AND parked_wall IS NOT NULL";

const RETRY_DELIVERY: &str = "\
UPDATE store_delivery SET parked_wall = NULL, attempts = 0, not_before = 0, lease = 0
WHERE scope = $1 AND aggregate_id = $2 AND subscriber = $3 AND version = $4 AND parked_wall IS NOT NULL";
