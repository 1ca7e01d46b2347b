//! Node numbers: the part of an id that keeps processes apart. Leased from the database, the one that has been
//! free the longest first, so that a restarted process does not repeat the ids of its last seconds.

use kernel::{IdGen, Timestamp};
use parking_lot::Mutex;
use std::{
    hash::{BuildHasher, Hasher, RandomState},
    sync::Arc,
};

use crate::{Error, Store, Tx, clock::Clock, p, run};

const NODES: i64 = 256;

/// A lease lasts this long; housekeeping renews it once the shorter span is left.
const LEASE_MS: i64 = kernel::minute_ms(10);
const RENEW_MS: i64 = kernel::minute_ms(8);
/// No ids are made in the last part of a lease: another machine's clock may be a little ahead.
const SPARE_MS: i64 = kernel::minute_ms(1);

/// As many processes may start at once and reach for the same number.
const TRIES: usize = 64;

/// A number that tells this process from every other.
pub(crate) fn new_owner() -> i64 {
    // The hasher's keys are random for each process; no other source of chance is needed here.
    let n = RandomState::new().build_hasher().finish();
    i64::try_from(n >> 1).unwrap_or(1)
}

/// The ids of this process.
pub(crate) struct Ids {
    seeded: Option<Arc<IdGen>>,
    held: Mutex<Option<Held>>,
    leasing: tokio::sync::Mutex<()>,
    owner: i64,
}

#[derive(Clone)]
struct Held {
    ids: Arc<IdGen>,
    node: i64,
    until: Timestamp,
}

impl Ids {
    /// Ids from a leased node, or from a counter that begins at `seed`.
    pub(crate) fn new(seed: Option<i64>) -> Self {
        Self {
            seeded: seed.map(|first| Arc::new(IdGen::seeded(first))),
            held: Mutex::default(),
            leasing: tokio::sync::Mutex::default(),
            owner: new_owner(),
        }
    }

    /// The generator, if it is there and may be used at this moment.
    pub(crate) fn at(&self, wall: Timestamp) -> Option<Arc<IdGen>> {
        if self.seeded.is_some() {
            return self.seeded.clone();
        }
        let held = self.held.lock();
        held.as_ref().filter(|h| wall + SPARE_MS < h.until).map(|h| Arc::clone(&h.ids))
    }

    /// The generator; a node is leased when the store is first used, and again when the lease has run out, as after
    /// a long sleep of the machine.
    pub(crate) async fn get(&self, store: &Store) -> Result<Arc<IdGen>, Error> {
        if let Some(ids) = self.at(Clock::wall()) {
            return Ok(ids);
        }
        let _one_at_a_time = self.leasing.lock().await;
        match self.at(Clock::wall()) {
            Some(ids) => Ok(ids),
            None => self.lease(store).await.map(|held| held.ids),
        }
    }

    /// As after a long sleep: the lease has run out.
    #[cfg(test)]
    pub(crate) fn forget_lease(&self) {
        if let Some(held) = self.held.lock().as_mut() {
            held.until = Timestamp::from_ms(0);
        }
    }

    /// Renews the lease in good time; housekeeping calls it again and again.
    pub(crate) async fn keep(&self, store: &Store) -> Result<(), Error> {
        let _one_at_a_time = self.leasing.lock().await;
        let until = self.held.lock().as_ref().map(|h| h.until);
        match until {
            Some(until) if until < Clock::wall() + RENEW_MS => self.lease(store).await.map(drop),
            _ => Ok(()),
        }
    }

    /// Keeps the node that is held, or takes another, with a generator of its own.
    async fn lease(&self, store: &Store) -> Result<Held, Error> {
        let until = Clock::wall() + LEASE_MS;
        let before = self.held.lock().clone();
        let kept = match before {
            Some(held) if renew(store, self.owner, held.node, until).await? => Some(Held { until, ..held }),
            _ => None,
        };
        let held = if let Some(held) = kept {
            held
        } else {
            let node = take_one(store, self.owner, until).await?;
            let of = u8::try_from(node).map_err(|_| Error::internal("a node number is out of range"))?;
            Held { ids: Arc::new(IdGen::for_node(of)), node, until }
        };
        *self.held.lock() = Some(held.clone());
        Ok(held)
    }
}

async fn renew(store: &Store, owner: i64, node: i64, until: Timestamp) -> Result<bool, Error> {
    let renewed =
        run::internal(store, move |tx| Box::pin(async move { tx.exec(RENEW, p![owner, node, until]).await }));
    Ok(renewed.await? == 1)
}

async fn take_one(store: &Store, owner: i64, until: Timestamp) -> Result<i64, Error> {
    for _ in 0..TRIES {
        let taken = run::internal(store, move |tx| Box::pin(take(tx, owner, until)));
        if let Some(node) = taken.await? {
            return Ok(node);
        }
    }
    Err(Error::unavailable("other processes took every node number just now"))
}

/// Takes a number that nobody has had, or else the one whose lease ran out first; `None` if another process was
/// faster.
async fn take(tx: &mut Tx, owner: i64, until: Timestamp) -> Result<Option<i64>, Error> {
    let wall = Clock::wall();
    let leased = tx.all(SELECT_NODES, p![], |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?))).await?;
    let fresh = (0..NODES).find(|n| leased.iter().all(|(taken, _)| taken != n));
    let node = match fresh {
        Some(node) => node,
        None => leased
            .iter()
            .filter(|(_, until)| *until < wall.ms())
            .min_by_key(|(_, until)| *until)
            .map(|(node, _)| *node)
            .ok_or_else(|| Error::unavailable("all 256 node numbers are in use"))?,
    };
    let taken = tx.exec(TAKE, p![node, owner, until, wall]).await?;
    Ok((taken == 1).then_some(node))
}

const SELECT_NODES: &str = "SELECT node, lease_until FROM store_node ORDER BY node";

const TAKE: &str = "\
INSERT INTO store_node (node, owner, lease_until) VALUES ($1, $2, $3)
ON CONFLICT (node) DO UPDATE SET owner = excluded.owner, lease_until = excluded.lease_until
WHERE store_node.lease_until < $4";

const RENEW: &str = "\
UPDATE store_node SET lease_until = $3
WHERE owner = $1 AND node = $2";
