//! Node numbers: the part of an id that keeps processes apart. Leased from the database, the one that has been
//! free the longest first, so that a restarted process does not repeat the ids of its last seconds.

use std::hash::{BuildHasher, Hasher, RandomState};

use crate::{Error, Store, Tx, clock::Clock, p, run};

const NODES: i64 = 256;

/// A lease lasts this long and is renewed long before.
const LEASE_MS: i64 = kernel::minute_ms(10);

/// A number that tells this process from every other.
pub(crate) fn new_owner() -> i64 {
    // The hasher's keys are random for each process; no other source of chance is needed here.
    let n = RandomState::new().build_hasher().finish();
    i64::try_from(n >> 1).unwrap_or(1)
}

pub(crate) async fn lease(store: &Store) -> Result<u8, Error> {
    let owner = store.0.owner;
    let node: i64 = run::internal(store, move |tx| Box::pin(take(tx, owner))).await?;
    u8::try_from(node).map_err(|_| Error::internal("a node number is out of range"))
}

pub(crate) async fn renew(store: &Store) -> Result<(), Error> {
    let owner = store.0.owner;
    let kept = run::internal(store, move |tx| {
        Box::pin(async move { tx.exec(RENEW, p![owner, Clock::wall() + LEASE_MS]).await })
    })
    .await?;
    if kept == 0 && store.ids_now().is_some() {
        tracing::debug!("this process has no node to renew");
    }
    Ok(())
}

async fn take(tx: &mut Tx, owner: i64) -> Result<i64, Error> {
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
    let taken = tx.exec(TAKE, p![node, owner, wall + LEASE_MS, wall]).await?;
    if taken == 1 { Ok(node) } else { Err(Error::unavailable("another process took the node number")) }
}

const SELECT_NODES: &str = "SELECT node, lease_until FROM store_node ORDER BY node";
const TAKE: &str = "\
INSERT INTO store_node (node, owner, lease_until) VALUES ($1, $2, $3)
ON CONFLICT (node) DO UPDATE SET owner = excluded.owner, lease_until = excluded.lease_until
WHERE store_node.lease_until < $4";
const RENEW: &str = "UPDATE store_node SET lease_until = $2 WHERE owner = $1";
