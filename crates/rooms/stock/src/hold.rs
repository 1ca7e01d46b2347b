//! Holds: pieces promised to somebody, who names them.

use store::{FromCol, Row};

/// Where a hold stands. Stored as a number; the statements know 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldState {
    /// Promised.
    Reserved = 0,
    /// Gone out.
    Sold = 1,
    /// Free again.
    Released = 2,
}

impl HoldState {
    /// The moves that a hold may make.
    pub const MOVES: &[(Self, Self)] = &[(Self::Reserved, Self::Sold), (Self::Reserved, Self::Released)];
}

impl FromCol for HoldState {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, store::Error> {
        match i64::from_col(row, index)? {
            0 => Ok(Self::Reserved),
            1 => Ok(Self::Sold),
            2 => Ok(Self::Released),
            n => Err(store::Error::internal(format!("a hold's state {n} is unknown"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_moves_from_reserved_once_and_never_back() {
        let moves = HoldState::MOVES;
        assert!(moves.iter().all(|(from, to)| *from == HoldState::Reserved && *to != HoldState::Reserved));
        assert_eq!(moves.len(), 2);
    }
}
