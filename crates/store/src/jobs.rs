//! Does the jobs that are due: leased, tried again with growing pauses, parked after the last attempt.

use futures::future::join_all;
use kernel::{Caller, Ctx, Scope};

use crate::{
    Command, Error, Outcome, Store, Tx,
    clock::Clock,
    p,
    registry::{BoxFault, Worker},
    run,
};

/// How often a job or a delivery is tried before it is parked.
pub(crate) const MOST_ATTEMPTS: i64 = 12;

const LOT: i64 = 64;
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

/// Does what is due now; how many jobs were handled.
pub(crate) async fn do_due(store: &Store) -> Result<usize, Error> {
    let leased = lease(store).await?;
    let n = leased.len();
    let done = join_all(leased.into_iter().map(|job| do_one(store, job))).await;
    done.into_iter().collect::<Result<(), Error>>()?;
    Ok(n)
}

async fn do_one(store: &Store, job: Leased) -> Result<(), Error> {
    let caller = Caller::system(job.scope);
    let outcome = match store.0.registry.worker(&job.kind) {
        None => Err(Error::internal(format!("nobody does {}", job.kind)).into()),
        Some(Worker::InTx(_)) => {
            return match store.write(&caller, DoInTx(job.clone())).await {
                Ok(()) => Ok(()),
                Err(e) => put_back(store, &caller, job, Err(e.into())).await,
            };
        }
        Some(Worker::Outside(work)) => work(store.clone(), caller.clone(), job.payload.clone()).await,
    };
    put_back(store, &caller, job, outcome).await
}

async fn put_back(
    store: &Store,
    caller: &Caller,
    job: Leased,
    outcome: Result<Outcome, BoxFault>,
) -> Result<(), Error> {
    let outcome = outcome.map_err(|e| {
        tracing::warn!(job = job.kind, key = job.key, attempt = job.attempts, code = e.code(), error = %e, "a job failed");
        format!("{}: {e}", e.code())
    });
    store.write(caller, PutBack(job, outcome)).await
}

async fn lease(store: &Store) -> Result<Vec<Leased>, Error> {
    let (wall, now) = (Clock::wall(), store.now());
    let lease = wall.ms() + LEASE_MS;
    run::internal(store, move |tx| {
        Box::pin(async move {
            let sql = if tx.is_pg() { LEASE_PG } else { LEASE_LITE };
            tx.all(sql, p![lease, now, wall, LOT], |r| {
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
    type Err = Error;
    const NAME: &'static str = "store.do_job";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        let job = &self.0;
        if tx.exec(REMOVE, p![job.scope.key(), &job.kind, job.key, job.lease]).await? == 0 {
            return Ok(()); // taken back, replaced, or leased by somebody else since
        }
        let registry = std::sync::Arc::clone(&tx.registry);
        match registry.worker(&job.kind) {
            Some(Worker::InTx(work)) => {
                work(tx, ctx, &job.payload).await.map_err(|e| Error::internal(format!("{}: {e}", e.code())))
            }
            _ => Err(Error::internal(format!("{} is not done in a transaction", job.kind))),
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
        let (again, parked, error) = match outcome {
            Ok(Outcome::Done) => {
                tx.exec(REMOVE, p![scope, kind, key, job.lease]).await?;
                return Ok(());
            }
            Ok(Outcome::Again { in_ms }) => (ctx.wall + *in_ms, None, None),
            Ok(Outcome::Park(reason)) => (ctx.wall, Some(ctx.wall), Some(reason)),
            Err(e) => {
                let parked = (job.attempts >= MOST_ATTEMPTS).then_some(ctx.wall);
                (ctx.wall + backoff_ms(job.attempts), parked, Some(e))
            }
        };
        tx.exec(RESCHEDULE, p![again, parked, error, scope, kind, key, job.lease]).await?;
        Ok(())
    }
}

const LEASE_LITE: &str = "\
UPDATE store_job SET lease = $1, attempts = attempts + 1
WHERE (scope, kind, key) IN (
    SELECT scope, kind, key FROM store_job
    WHERE parked_wall IS NULL AND due <= $2 AND not_before <= $3 AND lease <= $3
    ORDER BY due
    LIMIT $4)
RETURNING scope_kind, scope, kind, key, payload, attempts";

const LEASE_PG: &str = "\
UPDATE store_job SET lease = $1, attempts = attempts + 1
WHERE (scope, kind, key) IN (
    SELECT scope, kind, key FROM store_job
    WHERE parked_wall IS NULL AND due <= $2 AND not_before <= $3 AND lease <= $3
    ORDER BY due
    LIMIT $4
    FOR UPDATE SKIP LOCKED)
RETURNING scope_kind, scope, kind, key, payload, attempts";

const REMOVE: &str = "\
DELETE FROM store_job
WHERE scope = $1 AND kind = $2 AND key = $3 AND lease = $4";

const RESCHEDULE: &str = "\
UPDATE store_job SET not_before = $1, parked_wall = $2, error = $3, lease = 0
WHERE scope = $4 AND kind = $5 AND key = $6 AND lease = $7";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_ten_minutes() {
        assert_eq!([1, 2, 3, 11, 50].map(backoff_ms), [1000, 2000, 4000, 600_000, 600_000]);
    }
}
