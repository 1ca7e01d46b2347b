//! Carries events to their subscribers.
//!
//! A delivery row per event and subscriber is written with the event. Here they are leased in lots, handed to the
//! subscriber inside one transaction, and marked in it. A lot that fails is taken apart: each delivery by itself, so
//! that one bad event stops nothing but the later events of its own subject.

use futures::{StreamExt, TryStreamExt, stream};
use kernel::{Caller, Ctx, Scope, Timestamp};

use crate::{
    Command, Error, Happened, Store, Tx,
    clock::Clock,
    error::chain,
    jobs::{MOST_ATTEMPTS, OUT_OF_ATTEMPTS, backoff_ms},
    p,
    registry::Refused,
    run,
};

const LOT: i64 = 256;
/// Few, so that on PostgreSQL requests find a connection.
const LOTS_AT_ONCE: usize = 4;
const LEASE_MS: i64 = kernel::minute_ms(1);

#[derive(Debug, Clone)]
pub(crate) struct Leased {
    subscriber: String,
    happened: Happened,
    lease: i64,
    attempts: i64,
}

/// Ends every lease: nobody holds one any more.
pub(crate) async fn take_over(store: &Store) -> Result<u64, Error> {
    run::internal(store, |tx| Box::pin(tx.exec(END_LEASES, p![Clock::wall()]))).await
}

/// Delivers what is due now; how many deliveries were handled.
pub(crate) async fn deliver_due(store: &Store) -> Result<usize, Error> {
    let leased = lease(store).await?;
    let n = leased.len();
    // Side by side, so that on SQLite they share a commit. No lot waits for another: of two events of one subject, a
    // lease holds only the earlier.
    stream::iter(lots(leased, store.is_postgres()))
        .map(|lot| deliver_lot(store, lot))
        .buffer_unordered(LOTS_AT_ONCE)
        .try_collect::<()>()
        .await?;
    Ok(n)
}

/// One transaction's worth each: by subscriber, and on PostgreSQL by scope as well, so that no transaction
/// crosses shops.
fn lots(leased: Vec<Leased>, by_scope: bool) -> Vec<Vec<Leased>> {
    let mut lots: Vec<Vec<Leased>> = Vec::new();
    for one in leased {
        let fits = lots.last().and_then(|lot| lot.last()).is_some_and(|last: &Leased| {
            last.subscriber == one.subscriber && (!by_scope || last.happened.scope == one.happened.scope)
        });
        if fits && let Some(lot) = lots.last_mut() {
            lot.push(one);
        } else {
            lots.push(vec![one]);
        }
    }
    lots
}

async fn deliver_lot(store: &Store, lot: Vec<Leased>) -> Result<(), Error> {
    let caller = Caller::system(lot.first().map_or(Scope::Platform, |l| l.happened.scope));
    let (lot, worn): (Vec<_>, Vec<_>) = lot.into_iter().partition(|one| one.attempts <= MOST_ATTEMPTS);
    for one in worn {
        note_failure(store, one, OUT_OF_ATTEMPTS.into()).await?;
    }
    if lot.is_empty() || store.write(&caller, Deliver(lot.clone())).await.is_ok() {
        return Ok(());
    }
    for one in lot {
        let caller = Caller::system(one.happened.scope);
        if let Err(e) = store.write(&caller, Deliver(vec![one.clone()])).await {
            tracing::warn!(subscriber = one.subscriber, kind = one.happened.kind, error = %chain(&e), "an event was not taken");
            note_failure(store, one, e.to_string()).await?;
        }
    }
    Ok(())
}

async fn note_failure(store: &Store, one: Leased, error: String) -> Result<(), Error> {
    let caller = Caller::system(one.happened.scope);
    store.write(&caller, NoteFailure(one, error)).await
}

async fn lease(store: &Store) -> Result<Vec<Leased>, Error> {
    let lease = Clock::wall().ms() + LEASE_MS;
    run::internal(store, move |tx| {
        Box::pin(async move {
            let wall = Clock::wall();
            let sql = if tx.is_pg() { LEASE_PG } else { LEASE_LITE };
            let keys = tx
                .all(sql, p![lease, wall, LOT], |r| {
                    Ok((
                        r.get::<i64>(0)?,
                        r.get::<i64>(1)?,
                        r.get::<String>(2)?,
                        r.get::<i64>(3)?,
                        r.get::<i64>(4)?,
                    ))
                })
                .await?;
            let events = tx
                .opt_all(SELECT_EVENT, keys.iter().map(|k| p![k.0, k.1, k.3]).collect(), |r| {
                    Ok(Happened {
                        scope: Scope::of(r.get(0)?, r.get(1)?),
                        subject: r.get(2)?,
                        version: r.get(3)?,
                        kind: r.get(4)?,
                        payload: r.get(5)?,
                        at: r.get(6)?,
                    })
                })
                .await?;
            let mut leased: Vec<Leased> = keys
                .into_iter()
                .zip(events)
                .filter_map(|((_, _, subscriber, _, attempts), event)| {
                    Some(Leased { subscriber, happened: event?, lease, attempts })
                })
                .collect();
            leased.sort_by(|a, b| {
                let key = |l: &Leased| (l.happened.scope.key(), l.happened.subject, l.happened.version);
                a.subscriber.cmp(&b.subscriber).then_with(|| key(a).cmp(&key(b)))
            });
            Ok(leased)
        })
    })
    .await
}

struct Deliver(Vec<Leased>);

impl Command for Deliver {
    type Out = ();
    type Err = Refused;
    const NAME: &'static str = "store.deliver";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Refused> {
        for one in &self.0 {
            listen(tx, ctx, one).await?;
        }
        let keys: Vec<_> = self.0.iter().map(|l| done_key(l, ctx.wall)).collect();
        let marked = tx.exec_many(MARK_DONE, &keys).await?;
        if marked == keys.len() as u64 {
            Ok(())
        } else {
            Err(Error::internal("a lease of a delivery ran out while it was handled").into())
        }
    }
}

async fn listen(tx: &mut Tx, ctx: &Ctx, one: &Leased) -> Result<(), Refused> {
    let registry = std::sync::Arc::clone(&tx.registry);
    let Some(listener) = registry.listener(&one.subscriber, &one.happened.kind) else {
        let nobody = format!("nobody listens to {} as {}", one.happened.kind, one.subscriber);
        return Err(Error::internal(nobody).into());
    };
    let ctx = ctx.as_system(one.happened.scope);
    listener(tx, &ctx, &one.happened).await.map_err(Refused)
}

fn done_key(one: &Leased, wall: Timestamp) -> crate::Params<'_> {
    let h = &one.happened;
    p![wall, h.scope.key(), h.subject, &one.subscriber, h.version, one.lease]
}

struct NoteFailure(Leased, String);

impl Command for NoteFailure {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "store.note_failed_delivery";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        let Self(one, error) = self;
        let h = &one.happened;
        let parked = (one.attempts >= MOST_ATTEMPTS).then_some(ctx.wall);
        let again = ctx.wall + backoff_ms(one.attempts);
        tx.exec(
            MARK_FAILED,
            p![again, error, parked, h.scope.key(), h.subject, &one.subscriber, h.version, one.lease],
        )
        .await?;
        Ok(())
    }
}

// An event waits for the earlier ones of its subject, also for a parked one: inside subscribers apply in order. By
// row number: a list of keys would be looked for twice.
const LEASE_LITE: &str = "\
UPDATE store_delivery SET lease = $1, attempts = attempts + 1
WHERE rowid IN (
    SELECT d.rowid
    FROM store_delivery d
    WHERE d.done_wall IS NULL AND d.parked_wall IS NULL AND d.not_before <= $2 AND d.lease <= $2
    AND NOT EXISTS (
        SELECT 1 FROM store_delivery e
        WHERE e.scope = d.scope AND e.aggregate_id = d.aggregate_id AND e.subscriber = d.subscriber
        AND e.version < d.version AND e.done_wall IS NULL)
    ORDER BY d.not_before
    LIMIT $3)
RETURNING scope, aggregate_id, subscriber, version, attempts";

// The list is materialized: read anew for each row, it would lease more than the limit.
const LEASE_PG: &str = "\
WITH due AS MATERIALIZED (
    SELECT d.scope, d.aggregate_id, d.subscriber, d.version
    FROM store_delivery d
    WHERE d.done_wall IS NULL AND d.parked_wall IS NULL AND d.not_before <= $2 AND d.lease <= $2
    AND NOT EXISTS (
        SELECT 1 FROM store_delivery e
        WHERE e.scope = d.scope AND e.aggregate_id = d.aggregate_id AND e.subscriber = d.subscriber
        AND e.version < d.version AND e.done_wall IS NULL)
    ORDER BY d.not_before
    LIMIT $3
    FOR UPDATE OF d SKIP LOCKED)
UPDATE store_delivery l SET lease = $1, attempts = l.attempts + 1
FROM due
WHERE l.scope = due.scope AND l.aggregate_id = due.aggregate_id AND l.subscriber = due.subscriber
AND l.version = due.version
RETURNING l.scope, l.aggregate_id, l.subscriber, l.version, l.attempts";

const END_LEASES: &str = "\
UPDATE store_delivery SET lease = 0
WHERE done_wall IS NULL AND lease > $1";

const SELECT_EVENT: &str = "\
SELECT scope_kind, scope, aggregate_id, version, kind, payload, at
FROM store_event
WHERE scope = $1 AND aggregate_id = $2 AND version = $3";

const MARK_DONE: &str = "\
UPDATE store_delivery SET done_wall = $1, error = NULL
WHERE scope = $2 AND aggregate_id = $3 AND subscriber = $4 AND version = $5 AND lease = $6 AND done_wall IS NULL";

const MARK_FAILED: &str = "\
UPDATE store_delivery SET not_before = $1, error = $2, parked_wall = $3, lease = 0
WHERE scope = $4 AND aggregate_id = $5 AND subscriber = $6 AND version = $7 AND lease = $8";
