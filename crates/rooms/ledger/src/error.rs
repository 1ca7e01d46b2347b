//! What the ledger refuses.

use kernel::{Denied, Fault, Kind};
use serde_json::json;

use crate::Account;

/// A refusal of the ledger.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The legs do not sum to zero: a fault of the program.
    #[error("the posting is not balanced")]
    Unbalanced,
    /// Fewer than two accounts move: a fault of the program.
    #[error("the posting moves nothing")]
    Empty,
    /// More accounts than a posting may have: a fault of the program.
    #[error("the posting has too many legs")]
    TooManyLegs,
    /// An amount beyond what a leg may carry.
    #[error("the amount is too large")]
    AmountTooLarge,
    /// A clearing account on the wrong side: a fault of the program.
    #[error("this account does not belong to this scope")]
    Misplaced {
        /// The account.
        account: Account,
    },
    /// A clearing leg without a transfer, or the other way round: a fault of the program.
    #[error("a transfer has exactly one clearing leg")]
    TransferMismatch,
    /// This half of the transfer has been posted before.
    #[error("this half of the transfer was posted before")]
    TransferRepeated,
    /// The account may not fall below zero and what is held on it.
    #[error("the balance is not enough")]
    Overdraft {
        /// The account.
        account: Account,
        /// What may still be debited, in minor units.
        available: i64,
    },
    /// A hold or a capture of nothing, or a capture of more than is held.
    #[error("the amount must be above zero and not more than is held")]
    AmountInvalid,
    /// There is no such hold in this scope.
    #[error("there is no such hold")]
    HoldUnknown,
    /// The hold id was used before with other content.
    #[error("this hold was used before with other content")]
    HoldReused,
    /// The hold was captured or released before.
    #[error("this hold is settled already")]
    HoldSettled,
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Unbalanced
            | Self::Empty
            | Self::TooManyLegs
            | Self::Misplaced { .. }
            | Self::TransferMismatch => Kind::Internal,
            Self::AmountTooLarge | Self::AmountInvalid => Kind::Invalid,
            Self::HoldUnknown => Kind::NotFound,
            Self::TransferRepeated | Self::Overdraft { .. } | Self::HoldReused | Self::HoldSettled => {
                Kind::Conflict
            }
            Self::Denied(e) => e.kind(),
            Self::Store(e) => e.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unbalanced => "ledger.unbalanced",
            Self::Empty => "ledger.empty",
            Self::TooManyLegs => "ledger.too_many_legs",
            Self::AmountTooLarge => "ledger.amount_too_large",
            Self::Misplaced { .. } => "ledger.misplaced",
            Self::TransferMismatch => "ledger.transfer_mismatch",
            Self::TransferRepeated => "ledger.transfer_repeated",
            Self::Overdraft { .. } => "ledger.overdraft",
            Self::AmountInvalid => "ledger.amount_invalid",
            Self::HoldUnknown => "ledger.hold_unknown",
            Self::HoldReused => "ledger.hold_reused",
            Self::HoldSettled => "ledger.hold_settled",
            Self::Denied(e) => e.code(),
            Self::Store(e) => e.code(),
        }
    }

    fn facts(&self) -> Option<serde_json::Value> {
        match self {
            Self::Overdraft { account, available } => {
                Some(json!({ "account": account.kind.as_str(), "available": available }))
            }
            _ => None,
        }
    }
}
