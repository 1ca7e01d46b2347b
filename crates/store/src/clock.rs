//! The two clocks. Wall time is the machine's. Business time is wall time and an offset that is kept in the
//! database, so that all processes agree; the offset only grows.

use kernel::Timestamp;
use parking_lot::Mutex;

use crate::{Error, Tx, p};

/// Reads both clocks.
#[derive(Debug)]
pub(crate) struct Clock(Mutex<State>);

#[derive(Debug)]
struct State {
    setting: Setting,
    /// The latest business time given out: it stands still where the machine's clock steps back.
    latest: Timestamp,
}

/// How business time stands to wall time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) offset_ms: i64,
    /// How often it was changed: tells the newer of two.
    pub(crate) moves: i64,
}

impl Default for Clock {
    fn default() -> Self {
        let setting = Setting { offset_ms: 0, moves: -1 };
        Self(Mutex::new(State { setting, latest: Timestamp::from_ms(i64::MIN) }))
    }
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the wall clock is read")]
    pub(crate) fn wall() -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// Business time at this wall time; never earlier than it was.
    pub(crate) fn now(&self, wall: Timestamp) -> Timestamp {
        let mut state = self.0.lock();
        state.latest = state.latest.max(wall + state.setting.offset_ms);
        state.latest
    }

    /// Follows the database. An older setting than the one in use is ignored: it was read before a move.
    pub(crate) fn follow(&self, setting: Setting) {
        let mut state = self.0.lock();
        if setting.moves <= state.setting.moves {
            return;
        }
        if setting.offset_ms < state.setting.offset_ms {
            // Only in a database that nothing had happened in: business time begins anew.
            state.latest = Timestamp::from_ms(i64::MIN);
        }
        state.setting = setting;
    }
}

/// The setting that the database holds.
pub(crate) async fn setting(tx: &mut Tx) -> Result<Setting, Error> {
    tx.one(SELECT_SETTING, p![], |r| Ok(Setting { offset_ms: r.get(0)?, moves: r.get(1)? })).await
}

/// Moves business time forwards; the new setting.
pub(crate) async fn advance(tx: &mut Tx, ms: i64, wall: Timestamp) -> Result<Setting, Error> {
    tx.exec(ADVANCE, p![ms.max(0), wall]).await?;
    setting(tx).await
}

/// Lets business time begin at `start`, in a database that nothing has happened in yet; `None` if something has.
pub(crate) async fn begin_at(
    tx: &mut Tx,
    start: Timestamp,
    wall: Timestamp,
) -> Result<Option<Setting>, Error> {
    if tx.exec(BEGIN_AT, p![start - wall, wall]).await? == 0 {
        return Ok(None);
    }
    setting(tx).await.map(Some)
}

/// When business time was last moved, on the wall clock; 0 if never.
pub(crate) async fn moved_wall(tx: &mut Tx) -> Result<Timestamp, Error> {
    tx.one(SELECT_MOVED, p![], |r| r.get(0)).await
}

const SELECT_SETTING: &str = "SELECT offset_ms, moves FROM store_clock WHERE id = 1";

const SELECT_MOVED: &str = "SELECT moved_wall FROM store_clock WHERE id = 1";

const ADVANCE: &str = "\
UPDATE store_clock SET offset_ms = offset_ms + $1, moves = moves + 1, moved_wall = $2
WHERE id = 1";

const BEGIN_AT: &str = "\
UPDATE store_clock SET offset_ms = $1, moves = moves + 1, moved_wall = $2
WHERE id = 1
AND NOT EXISTS (SELECT 1 FROM store_event)
AND NOT EXISTS (SELECT 1 FROM store_job)
AND NOT EXISTS (SELECT 1 FROM store_idempotency)";

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    #[test]
    fn business_time_stands_still_where_the_machines_clock_steps_back() {
        let clock = Clock::default();
        assert_eq!(clock.now(at(1000)), at(1000));
        assert_eq!(clock.now(at(400)), at(1000));
        assert_eq!(clock.now(at(1001)), at(1001));
    }

    #[test]
    fn a_setting_that_was_read_before_a_move_does_not_undo_the_move() {
        let clock = Clock::default();
        clock.follow(Setting { offset_ms: 0, moves: 0 });
        clock.follow(Setting { offset_ms: 500, moves: 2 });
        clock.follow(Setting { offset_ms: 100, moves: 1 });
        assert_eq!(clock.now(at(1000)), at(1500));
    }

    #[test]
    fn business_time_may_begin_in_the_past() {
        let clock = Clock::default();
        assert_eq!(clock.now(at(1000)), at(1000));
        clock.follow(Setting { offset_ms: -900, moves: 1 });
        assert_eq!(clock.now(at(1000)), at(100));
    }
}
