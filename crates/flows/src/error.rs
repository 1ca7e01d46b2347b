//! The failures of flows: those of the rooms that they lead through.

use kernel::{Fault, Kind};

/// A failure of one of the rooms.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The payment room refused.
    #[error(transparent)]
    Pay(#[from] pay::Error),
    /// The catalogue refused.
    #[error(transparent)]
    Catalog(#[from] catalog::Error),
    /// The stock room refused.
    #[error(transparent)]
    Stock(#[from] stock::Error),
    /// The order room refused.
    #[error(transparent)]
    Trade(#[from] trade::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Pay(e) => e.kind(),
            Self::Catalog(e) => e.kind(),
            Self::Stock(e) => e.kind(),
            Self::Trade(e) => e.kind(),
            Self::Store(e) => e.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Pay(e) => e.code(),
            Self::Catalog(e) => e.code(),
            Self::Stock(e) => e.code(),
            Self::Trade(e) => e.code(),
            Self::Store(e) => e.code(),
        }
    }

    fn facts(&self) -> Option<serde_json::Value> {
        match self {
            Self::Pay(e) => e.facts(),
            Self::Catalog(e) => e.facts(),
            Self::Stock(e) => e.facts(),
            Self::Trade(e) => e.facts(),
            Self::Store(e) => e.facts(),
        }
    }
}
