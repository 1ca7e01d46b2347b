//! Snapshots of sums, so that a balance need not add up an account's whole life.
//!
//! A snapshot says: the entries of this account whose `posted` is at most `until` sum to so much. That stays true only
//! if no entry with such a `posted` can still appear. `posted` is the wall clock at the *begin* of a transaction, so an
//! entry becomes visible later than it says: by the life of its transaction, and by however much the clocks of two
//! nodes differ. A command waits for nothing but its database: it lives for milliseconds, for seconds behind locks or a
//! slow disk; a rerun takes a new wall clock. Clocks of servers differ by far less than a minute. [`MARGIN_MS`] is more
//! than both together by an order of magnitude, and costs no more than adding up the entries of these last minutes.
//!
//! Nothing relies on it silently: `check` compares the snapshots with the entries, and since the entries are the truth
//! a snapshot that an entry came too late for may simply be deleted.

use kernel::{Caller, Ctx, Currency, Scope, Timestamp, minute_ms};
use serde::{Deserialize, Serialize};
use store::{Command, Job, Outcome, Registry, Store, Tx, p};

use crate::{Account, Error, sql};

/// Entries younger than this, by the wall clock, are in no snapshot.
pub(crate) const MARGIN_MS: i64 = minute_ms(10);
/// How often snapshots are taken, in business time.
const PERIOD_MS: i64 = minute_ms(10);
/// An account gets a new snapshot when so many entries have come since its last.
pub(crate) const ENTRIES: i64 = 200;
/// So many accounts are written in one transaction.
const LOT: usize = 500;

/// The periodic job that takes snapshots. There is one, in the platform's scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotJob;

impl Job for SnapshotJob {
    const KIND: &'static str = "ledger.snapshot";

    fn key(&self) -> i64 {
        0
    }
}

/// Tells the store who takes snapshots.
pub fn register(registry: &mut Registry) {
    registry.on_task::<SnapshotJob, _>(|store, caller, _| {
        Box::pin(async move {
            take(&store, &caller, store.wall() + -MARGIN_MS).await?;
            Ok(Outcome::Done)
        })
    });
}

/// Schedules the first snapshots; to be called whenever the program starts. From then on they schedule themselves.
pub fn schedule(tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
    Ok(tx.later(&ctx.as_system(Scope::Platform), ctx.now, &SnapshotJob)?)
}

/// Takes a snapshot of each account that has moved enough, over its entries up to `until`; how many.
///
/// It reads outside of any write: what is older than the margin does not change. Running it twice, or by two nodes at
/// once, gives the same rows.
pub(crate) async fn take(store: &Store, caller: &Caller, until: Timestamp) -> Result<usize, Error> {
    let snapshots = due(store, until).await?;
    let count = snapshots.len();
    for lot in snapshots.chunks(LOT) {
        store.write(caller, Write { snapshots: lot.to_vec() }).await?;
    }
    store.write(caller, Finish { until }).await?;
    Ok(count)
}

struct Due {
    scope: i64,
    account: Account,
    currency: Currency,
}

#[derive(Clone)]
struct Snapshot {
    scope: i64,
    account: Account,
    currency: Currency,
    until: Timestamp,
    balance: i64,
}

async fn due(store: &Store, until: Timestamp) -> Result<Vec<Snapshot>, Error> {
    let mut tx = store.read().await?;
    let from: Timestamp = tx.one(sql::HORIZON, p![], |r| r.get(0)).await?;
    let moved = tx
        .all(sql::MOVED_ACCOUNTS, p![from, until], |r| {
            let account = Account { kind: r.get(1)?, owner: r.get(2)? };
            Ok(Due { scope: r.get(0)?, account, currency: r.get(3)? })
        })
        .await?;
    let mut snapshots = Vec::new();
    for Due { scope, account, currency } in moved {
        let params = p![scope, account.kind.as_str(), account.owner, currency, until];
        let (balance, entries): (i64, i64) =
            tx.one(sql::SUM_UNTIL, params, |r| Ok((r.get(0)?, r.get(1)?))).await?;
        if entries >= ENTRIES {
            snapshots.push(Snapshot { scope, account, currency, until, balance });
        }
    }
    Ok(snapshots)
}

struct Write {
    snapshots: Vec<Snapshot>,
}

impl Command for Write {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "ledger.write_snapshots";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        ctx.system()?;
        let rows: Vec<_> = self
            .snapshots
            .iter()
            .map(|s| p![s.scope, s.account.kind.as_str(), s.account.owner, s.currency, s.until, s.balance])
            .collect();
        tx.exec_many(sql::INSERT_SNAPSHOT, &rows).await?;
        Ok(())
    }
}

/// Moves the horizon and schedules the next round, which replaces the job that is running: the store removes a job
/// only under the lease that it was done with.
struct Finish {
    until: Timestamp,
}

impl Command for Finish {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "ledger.finish_snapshots";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        ctx.system()?;
        tx.exec(sql::MOVE_HORIZON, p![self.until]).await?;
        Ok(tx.later(&ctx.as_system(Scope::Platform), ctx.now + PERIOD_MS, &SnapshotJob)?)
    }
}
