//! What stock refuses.

use kernel::{Denied, Fault, Kind, SkuId, TextError};
use serde_json::json;

/// A refusal of stock.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Fewer pieces are available than are wanted.
    #[error("there is not enough of this sku")]
    SoldOut {
        /// Which sku.
        sku: SkuId,
    },
    /// A correction would leave less than nothing.
    #[error("there is less than that to take away")]
    NotEnough {
        /// Which sku.
        sku: SkuId,
        /// Pieces that are there.
        available: i64,
    },
    /// A quantity below one, or beyond what a level may hold.
    #[error("the quantity is out of range")]
    QuantityInvalid {
        /// Which sku.
        sku: SkuId,
    },
    /// A correction by nothing.
    #[error("a correction changes something")]
    NothingToChange,
    /// The note is too long or holds a control character.
    #[error("the note {0}")]
    NoteInvalid(TextError),
    /// A correction both by a difference and to a number, or neither.
    #[error("a correction is either by a difference or to a number")]
    ChangeUnclear,
    /// The product's draft is in audit.
    #[error("the product's draft is in audit")]
    InAudit,
    /// The product was never on sale.
    #[error("the product was never on sale")]
    NeverListed,
    /// The product has no such sku in this shop.
    #[error("there is no such sku")]
    SkuUnknown,
    /// There is no such hold on this sku.
    #[error("there is no such hold")]
    HoldUnknown {
        /// Which sku.
        sku: SkuId,
    },
    /// The hold exists with another quantity, or existed before.
    #[error("this hold was used before with other content")]
    HoldReused,
    /// The hold was settled otherwise: released and not sold, or the other way round.
    #[error("this hold is settled already")]
    HoldSettled {
        /// Which sku.
        sku: SkuId,
    },
    /// More would come back than was sold.
    #[error("more would come back than was sold")]
    ReturnTooMuch {
        /// Which sku.
        sku: SkuId,
    },
    /// The same reference gave back another quantity before.
    #[error("this return was used before with other content")]
    ReturnReused,
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
            Self::SoldOut { .. }
            | Self::NotEnough { .. }
            | Self::HoldReused
            | Self::HoldSettled { .. }
            | Self::ReturnTooMuch { .. }
            | Self::ReturnReused
            | Self::InAudit
            | Self::NeverListed => Kind::Conflict,
            Self::QuantityInvalid { .. }
            | Self::NothingToChange
            | Self::NoteInvalid(_)
            | Self::ChangeUnclear => Kind::Invalid,
            Self::SkuUnknown | Self::HoldUnknown { .. } => Kind::NotFound,
            Self::Denied(e) => e.kind(),
            Self::Store(e) => e.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::SoldOut { .. } => "stock.sold_out",
            Self::NotEnough { .. } => "stock.not_enough",
            Self::QuantityInvalid { .. } => "stock.quantity_invalid",
            Self::NothingToChange => "stock.nothing_to_change",
            Self::NoteInvalid(_) => "stock.note_invalid",
            Self::ChangeUnclear => "stock.change_unclear",
            Self::InAudit => "stock.in_audit",
            Self::NeverListed => "stock.never_listed",
            Self::SkuUnknown => "stock.sku_unknown",
            Self::HoldUnknown { .. } => "stock.hold_unknown",
            Self::HoldReused => "stock.hold_reused",
            Self::HoldSettled { .. } => "stock.hold_settled",
            Self::ReturnTooMuch { .. } => "stock.return_too_much",
            Self::ReturnReused => "stock.return_reused",
            Self::Denied(e) => e.code(),
            Self::Store(e) => e.code(),
        }
    }

    fn facts(&self) -> Option<serde_json::Value> {
        match self {
            Self::NotEnough { sku, available } => Some(json!({ "sku": sku, "available": available })),
            Self::SoldOut { sku }
            | Self::QuantityInvalid { sku }
            | Self::HoldUnknown { sku }
            | Self::HoldSettled { sku }
            | Self::ReturnTooMuch { sku } => Some(json!({ "sku": sku })),
            _ => None,
        }
    }
}
