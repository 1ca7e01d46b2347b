//! Read connections: each read is a snapshot of its own and waits for no writer.

use parking_lot::Mutex;
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{LiteTx, open};
use crate::Error;

/// As long as for a connection to a server.
const WAIT_FOR_SLOT: Duration = Duration::from_secs(10);

pub(crate) struct Readers {
    path: PathBuf,
    idle: Arc<Mutex<Vec<LiteTx>>>,
    slots: Arc<Semaphore>,
}

impl Readers {
    pub(crate) fn new(path: PathBuf, most: usize) -> Self {
        Self { path, idle: Arc::default(), slots: Arc::new(Semaphore::new(most)) }
    }

    /// A connection with an open read transaction.
    pub(crate) async fn begin(&self) -> Result<(LiteTx, Return), Error> {
        let slot = tokio::time::timeout(WAIT_FOR_SLOT, Arc::clone(&self.slots).acquire_owned())
            .await
            .map_err(|_| Error::unavailable("too many reads at once"))?
            .map_err(|_| Error::unavailable("the store is closed"))?;
        let idle = self.idle.lock().pop();
        let mut tx = match idle {
            Some(tx) => tx,
            None => LiteTx::new(open(&self.path, false, None)?),
        };
        tx.control("BEGIN")?;
        Ok((tx, Return { idle: Arc::clone(&self.idle), _slot: slot }))
    }
}

/// The way back into the pool.
pub(crate) struct Return {
    idle: Arc<Mutex<Vec<LiteTx>>>,
    _slot: OwnedSemaphorePermit,
}

impl Return {
    /// Ends the read. A connection that can't be ended cleanly is dropped.
    pub(crate) fn give_back(self, mut tx: LiteTx) {
        if tx.control("COMMIT").is_ok() {
            self.idle.lock().push(tx);
        }
    }
}
