//! The two clocks. Wall time is the machine's. Business time is wall time and an offset that is kept in the
//! database, so that all processes agree; the offset only grows.

use kernel::Timestamp;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::{Error, Tx, p};

/// Reads both clocks.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    offset_ms: AtomicI64,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the wall clock is read")]
    pub(crate) fn wall() -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// Business time at this wall time.
    pub(crate) fn now(&self, wall: Timestamp) -> Timestamp {
        wall + self.offset_ms.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self, offset_ms: i64) {
        self.offset_ms.store(offset_ms, Ordering::Relaxed);
    }
}

/// The offset that the database holds.
pub(crate) async fn offset(tx: &mut Tx) -> Result<i64, Error> {
    tx.one(SELECT_OFFSET, p![], |r| r.get(0)).await
}

/// Moves business time forwards; the new offset.
pub(crate) async fn advance(tx: &mut Tx, ms: i64, wall: Timestamp) -> Result<i64, Error> {
    tx.exec(ADVANCE, p![ms.max(0), wall]).await?;
    offset(tx).await
}

/// Lets business time begin at `start`, in a database that nothing has happened in yet; `None` if something has.
pub(crate) async fn begin_at(tx: &mut Tx, start: Timestamp, wall: Timestamp) -> Result<Option<i64>, Error> {
    let used = tx.opt(ANY_EVENT, p![], |r| r.get::<i64>(0)).await?.is_some();
    if used {
        return Ok(None);
    }
    let offset = start - wall;
    tx.exec(SET_OFFSET, p![offset, wall]).await?;
    Ok(Some(offset))
}

/// When business time was last moved, on the wall clock; 0 if never.
pub(crate) async fn moved_wall(tx: &mut Tx) -> Result<Timestamp, Error> {
    tx.one(SELECT_MOVED, p![], |r| r.get(0)).await
}

const SELECT_OFFSET: &str = "SELECT offset_ms FROM store_clock WHERE id = 1";
const SELECT_MOVED: &str = "SELECT moved_wall FROM store_clock WHERE id = 1";
const ADVANCE: &str = "UPDATE store_clock SET offset_ms = offset_ms + $1, moved_wall = $2 WHERE id = 1";
const SET_OFFSET: &str = "UPDATE store_clock SET offset_ms = $1, moved_wall = $2 WHERE id = 1";
const ANY_EVENT: &str = "SELECT version FROM store_event LIMIT 1";
