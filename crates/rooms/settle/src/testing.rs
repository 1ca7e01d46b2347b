//! What the room's tests stand on.

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
        trade::MIGRATIONS,
        crate::MIGRATIONS,
    ]
}
