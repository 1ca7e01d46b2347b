//! What the room's tests stand on: the tables of the room and of those below it.

use store::Room;

/// In the order of levels.
pub(crate) fn rooms() -> Vec<Room> {
    vec![
        identity::MIGRATIONS,
        ledger::MIGRATIONS,
        media::MIGRATIONS,
        push::MIGRATIONS,
        shop::MIGRATIONS,
        catalog::MIGRATIONS,
        stock::MIGRATIONS,
        logistics::MIGRATIONS,
        pay::MIGRATIONS,
        crate::MIGRATIONS,
    ]
}
