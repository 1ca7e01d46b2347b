//! What can go wrong in the catalogue.

use kernel::{Denied, Fault, Kind, TextError};
use serde_json::{Value, json};

use crate::{EditStatus, Flaw, Status};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What the merchant wrote is flawed.
    #[error(transparent)]
    Flaw(#[from] Flaw),
    /// No such product.
    #[error("there is no such product")]
    NotFound,
    /// The product is in the bin, or its draft in audit: it can't be edited or sent to audit.
    #[error("the product can't be edited now")]
    NotEditable {
        /// The product's status.
        status: Status,
        /// The draft's status.
        edit_status: EditStatus,
    },
    /// The draft is in audit, which a change without audit has to wait for.
    #[error("the draft is in audit")]
    InAudit,
    /// There is no audit to take back or to decide.
    #[error("the draft is not in audit")]
    NotInAudit,
    /// The draft that the verdict speaks of is not the one in audit.
    #[error("another draft is in audit; look at it first")]
    OtherRound {
        /// The round that is in audit.
        round: i64,
    },
    /// The product is not on sale.
    #[error("the product is not on sale")]
    NotListed,
    /// The product is not in the bin.
    #[error("the product is not in the bin")]
    NotBinned,
    /// A reason or a name is not as expected.
    #[error("the {field} {why}")]
    Text {
        /// Which.
        field: &'static str,
        /// Why.
        why: TextError,
    },
    /// No such category.
    #[error("there is no such category")]
    NoSuchCategory,
    /// The tree has three levels.
    #[error("the tree has three levels")]
    TooDeep,
    /// The rules of a category contradict themselves.
    #[error("the rule {field} is not as expected")]
    CategoryRule {
        /// Which.
        field: &'static str,
    },
    /// No such brand.
    #[error("there is no such brand")]
    NoSuchBrand,
    /// A brand of this name is there.
    #[error("a brand of this name is there already")]
    BrandExists,
    /// Somebody else changed the product in the same moment.
    #[error("the product was changed meanwhile; read it again")]
    Raced,
    /// Not allowed.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Flaw(_) | Self::Text { .. } | Self::TooDeep | Self::CategoryRule { .. } => Kind::Invalid,
            Self::NotFound | Self::NoSuchCategory | Self::NoSuchBrand => Kind::NotFound,
            Self::NotEditable { .. }
            | Self::InAudit
            | Self::NotInAudit
            | Self::OtherRound { .. }
            | Self::NotListed
            | Self::NotBinned
            | Self::BrandExists
            | Self::Raced => Kind::Conflict,
            Self::Denied(e) => e.kind(),
            Self::Store(e) => e.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Flaw(flaw) => flaw.code(),
            Self::NotFound => "catalog.not_found",
            Self::NotEditable { .. } => "catalog.not_editable",
            Self::InAudit => "catalog.in_audit",
            Self::NotInAudit => "catalog.not_in_audit",
            Self::OtherRound { .. } => "catalog.other_round",
            Self::NotListed => "catalog.not_listed",
            Self::NotBinned => "catalog.not_binned",
            Self::Text { .. } => "catalog.text",
            Self::NoSuchCategory => "catalog.category_not_found",
            Self::TooDeep => "catalog.category_too_deep",
            Self::CategoryRule { .. } => "catalog.category_rule",
            Self::NoSuchBrand => "catalog.brand_not_found",
            Self::BrandExists => "catalog.brand_exists",
            Self::Raced => "catalog.raced",
            Self::Denied(e) => e.code(),
            Self::Store(e) => e.code(),
        }
    }

    fn facts(&self) -> Option<Value> {
        match self {
            Self::Flaw(flaw) => Some(json!({ "field": flaw.field() })),
            Self::Text { field, .. } | Self::CategoryRule { field } => Some(json!({ "field": field })),
            Self::NotEditable { status, edit_status } => {
                Some(json!({ "status": status, "edit_status": edit_status }))
            }
            Self::OtherRound { round } => Some(json!({ "round": round })),
            _ => None,
        }
    }
}
