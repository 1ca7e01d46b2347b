//! Why a settlement use case refuses.

use kernel::{Denied, Fault, Kind, MoneyError};

/// A refusal, or a failure below.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The range of a statement is upside down or longer than 366 days.
    #[error("a statement covers at most 366 days")]
    Range,
    /// No such entry in the caller's flow.
    #[error("there is no such entry")]
    NotFound,
    /// An amount that does not fit.
    #[error("the amount is too large")]
    Amount(#[from] MoneyError),
    /// The door.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The order room refused.
    #[error(transparent)]
    Trade(#[from] trade::Error),
    /// The payment room refused.
    #[error(transparent)]
    Pay(#[from] pay::Error),
    /// The ledger refused.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Range | Self::Amount(_) => Kind::Invalid,
            Self::NotFound => Kind::NotFound,
            Self::Denied(e) => e.kind(),
            Self::Trade(e) => e.kind(),
            Self::Pay(e) => e.kind(),
            Self::Ledger(e) => e.kind(),
            Self::Store(e) => e.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Range => "settle.range",
            Self::NotFound => "settle.not_found",
            Self::Amount(_) => "settle.amount",
            Self::Denied(e) => e.code(),
            Self::Trade(e) => e.code(),
            Self::Pay(e) => e.code(),
            Self::Ledger(e) => e.code(),
            Self::Store(e) => e.code(),
        }
    }
}
