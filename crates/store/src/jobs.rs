//! Does the jobs that are due: leased, tried again with growing pauses, parked after the last attempt.

use futures::{FutureExt, future::join_all};
use kernel::{Caller, Ctx, Scope};
use std::panic::AssertUnwindSafe;
use tokio::task::JoinSet;

use crate::{
    Command, Error, Outcome, Store, Tx,
    clock::Clock,
    error::chain,
    p,
    registry::{Refused, Worker},
    run,
};

/// How often a job or a delivery is tried before it is parked.
pub(crate) const MOST_ATTEMPTS: i64 = 12;

/// What is noted of work whose every attempt ended without an outcome, as when it takes the process with it.
pub(crate) const OUT_OF_ATTEMPTS: &str = "no attempt came to an end";

const LOT: i64 = 128;
const LEASE_MS: i64 = kernel::minute_ms(2);

/// The pause after attempt number `attempt`: 1 s, doubling, at most ten minutes.
pub(crate) fn backoff_ms(attempt: i64) -> i64 {
    let doublings = u32::try_from(attempt.clamp(1, 11) - 1).unwrap_or(0);
    (1000_i64 << doublings).min(kernel::minute_ms(10))
}

#[derive(Debug, Clone)]
struct Leased {
    scope: Scope,
    kind: String,
    key: i64,
    payload: String,
    attempts: i64,
    lease: i64,
}

/// Ends every lease: nobody holds one any more.
pub(crate) async fn take_over(store: &Store) -> Result<u64, Error> {
    run::internal(store, |tx| Box::pin(tx.exec(END_LEASES, p![Clock::wall()]))).await
}

/// Does what is due now; how many jobs were handled.
pub(crate) async fn do_due(store: &Store) -> Result<usize, Error> {
    let leased = lease(store, LOT).await?;
    let n = leased.len();
    let done = join_all(leased.into_iter().map(|job| do_one(store, job))).await;
    done.into_iter().collect::<Result<(), Error>>()?;
    Ok(n)
}

/// Begins what is due now beside what `running` holds already, so that a slow job keeps none waiting; how many.
pub(crate) async fn begin_due(store: &Store, running: &mut JoinSet<()>) -> Result<usize, Error> {
    while running.try_join_next().is_some() {}
    let free = LOT - i64::try_from(running.len()).unwrap_or(LOT);
    // A lot at a time: a lease for each job that ends would cost more than the jobs.
    if free < LOT / 2 {
        running.join_next().await;
        return Ok(1);
    }
    let leased = lease(store, free).await?;
    let n = leased.len();
    for job in leased {
        let store = store.clone();
        running.spawn(async move {
            if let Err(e) = do_one(&store, job).await {
                tracing::warn!(error = %e.for_log(), "the outcome of a job could not be noted");
            }
        });
    }
    Ok(n)
}

async fn do_one(store: &Store, job: Leased) -> Result<(), Error> {
    let caller = Caller::system(job.scope);
    if job.attempts > MOST_ATTEMPTS {
        return put_back(store, &caller, job, Err(OUT_OF_ATTEMPTS.into())).await;
    }
    let outcome = match store.0.registry.worker(&job.kind) {
        None => Err(Error::internal(format!("nobody does {}", job.kind)).into()),
        Some(Worker::InTx(_)) => match store.write(&caller, DoInTx(job.clone())).await {
            Ok(()) => return Ok(()),
            Err(e) => Err(e),
        },
        Some(Worker::Outside(work)) => {
            let work = async { work(store.clone(), caller.clone(), job.payload.clone()).await };
            let panicked = |_| Err(Error::internal(format!("{} panicked", job.kind)).into());
            AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(panicked).map_err(Refused)
        }
    };
    let outcome = outcome.map_err(|e: Refused| {
        tracing::warn!(job = job.kind, key = job.key, attempt = job.attempts, error = %chain(&e), "a job failed");
        e.to_string()
    });
    put_back(store, &caller, job, outcome).await
}

async fn put_back(
    store: &Store,
    caller: &Caller,
    job: Leased,
    outcome: Result<Outcome, String>,
) -> Result<(), Error> {
    store.write(caller, PutBack(job, outcome)).await
}

async fn lease(store: &Store, most: i64) -> Result<Vec<Leased>, Error> {
    let (wall, now) = (Clock::wall(), store.now());
    let lease = wall.ms() + LEASE_MS;
    run::internal(store, move |tx| {
        Box::pin(async move {
            let sql = if tx.is_pg() { LEASE_PG } else { LEASE_LITE };
            tx.all(sql, p![lease, now, wall, most], |r| {
                Ok(Leased {
                    scope: Scope::of(r.get(0)?, r.get(1)?),
                    kind: r.get(2)?,
                    key: r.get(3)?,
                    payload: r.get(4)?,
                    attempts: r.get(5)?,
                    lease,
                })
            })
            .await
        })
    })
    .await
}

/// A job done in a transaction. It is removed first, so that it may schedule itself again.
struct DoInTx(Leased);

impl Command for DoInTx {
    type Out = ();
    type Err = Refused;
    const NAME: &'static str = "store.do_job";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Refused> {
        let job = &self.0;
        let removed =
            tx.opt(TAKE_OUT, p![job.scope.key(), &job.kind, job.key, job.lease], |r| r.get::<String>(0));
        // What was removed is what is done: it may have been replaced since it was leased.
        let Some(payload) = removed.await? else {
            return Ok(()); // taken back, replaced, or leased by somebody else since
        };
        let registry = std::sync::Arc::clone(&tx.registry);
        match registry.worker(&job.kind) {
            Some(Worker::InTx(work)) => work(tx, ctx, &payload).await.map_err(Refused),
            _ => Err(Error::internal(format!("{} is not done in a transaction", job.kind)).into()),
        }
    }
}

struct PutBack(Leased, Result<Outcome, String>);

impl Command for PutBack {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "store.put_job_back";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        let Self(job, outcome) = self;
        let (scope, kind, key) = (job.scope.key(), &job.kind, job.key);
        let (again, attempts, parked, error) = match outcome {
            Ok(Outcome::Done) => {
                tx.exec(REMOVE, p![scope, kind, key, job.lease]).await?;
                return Ok(());
            }
            // Not a failure: whatever fails next has all its attempts.
            Ok(Outcome::Again { in_ms }) => (ctx.wall + *in_ms, 0, None, None),
            Ok(Outcome::Park(reason)) => (ctx.wall, job.attempts, Some(ctx.wall), Some(reason)),
            Err(e) => {
                let parked = (job.attempts >= MOST_ATTEMPTS).then_some(ctx.wall);
                (ctx.wall + backoff_ms(job.attempts), job.attempts, parked, Some(e))
            }
        };
        tx.exec(RESCHEDULE, p![again, attempts, parked, error, scope, kind, key, job.lease]).await?;
        Ok(())
    }
}

// By row number: a list of keys would be held against every job of a scope.
const LEASE_LITE: &str = "\
UPDATE store_job SET lease = $1, attempts = attempts + 1
WHERE rowid IN (
    SELECT rowid FROM store_job
    WHERE parked_wall IS NULL AND due <= $2 AND not_before <= $3 AND lease <= $3
    ORDER BY due
    LIMIT $4)
RETURNING scope_kind, scope, kind, key, payload, attempts";

// The list is materialized: read anew for each row, it would lease more than the limit.
const LEASE_PG: &str = "\
WITH due AS MATERIALIZED (
    SELECT scope, kind, key FROM store_job
    WHERE parked_wall IS NULL AND due <= $2 AND not_before <= $3 AND lease <= $3
    ORDER BY due
    LIMIT $4
    FOR UPDATE SKIP LOCKED)
UPDATE store_job j SET lease = $1, attempts = j.attempts + 1
FROM due
WHERE j.scope = due.scope AND j.kind = due.kind AND j.key = due.key
RETURNING j.scope_kind, j.scope, j.kind, j.key, j.payload, j.attempts";

const END_LEASES: &str = "\
UPDATE store_job SET lease = 0
WHERE parked_wall IS NULL AND lease > $1";

const REMOVE: &str = "\
DELETE FROM store_job
WHERE scope = $1 AND kind = $2 AND key = $3 AND lease = $4";

const TAKE_OUT: &str = "\
DELETE FROM store_job
WHERE scope = $1 AND kind = $2 AND key = $3 AND lease = $4
RETURNING payload";

const RESCHEDULE: &str = "\
UPDATE store_job SET not_before = $1, attempts = $2, parked_wall = $3, error = $4, lease = 0
WHERE scope = $5 AND kind = $6 AND key = $7 AND lease = $8";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_ten_minutes() {
        assert_eq!([1, 2, 3, 11, 50].map(backoff_ms), [1000, 2000, 4000, 600_000, 600_000]);
    }
}
