//! What can go wrong with a shop.

use identity::AddressError;
use kernel::{Denied, Fault, Kind, TextError};
use serde_json::{Value, json};

use crate::{
    AdmissionState,
    address::MOST_ADDRESSES,
    settings::{CONFIRM_DAYS, MOST_FEE, UNPAID_MINUTES},
};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A text of the profile or of an address is not as expected.
    #[error("the {field} {why}")]
    Text {
        /// Which.
        field: &'static str,
        /// Why.
        why: TextError,
    },
    /// The head picture is none of the shop's.
    #[error("the head picture is not one that this shop has stored")]
    Picture,
    /// The days until an order confirms itself are out of range.
    #[error("auto_confirm_days is {} to {}", CONFIRM_DAYS.start(), CONFIRM_DAYS.end())]
    ConfirmDays,
    /// The minutes until an unpaid order closes are out of range.
    #[error("unpaid_close_minutes is {} to {}", UNPAID_MINUTES.start(), UNPAID_MINUTES.end())]
    UnpaidMinutes,
    /// The fee is out of range.
    #[error("a fee is at most {} basis points", MOST_FEE.0)]
    Fee,
    /// An address is not as expected.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The place on the map is no place.
    #[error("lat is -90 to 90 and lng -180 to 180")]
    Place,
    /// The shop keeps as many addresses as it may.
    #[error("a shop keeps at most {MOST_ADDRESSES} addresses")]
    TooManyAddresses,
    /// No such shop.
    #[error("there is no such shop")]
    NotFound,
    /// No such address.
    #[error("there is no such address")]
    NoSuchAddress,
    /// The shop's state does not allow it.
    #[error("a shop that is {} can't do that", state.as_str())]
    WrongState {
        /// The state it is in.
        state: AdmissionState,
    },
    /// Somebody else changed the shop in the same moment.
    #[error("the shop was changed meanwhile; read it again")]
    Raced,
    /// The owner was not added.
    #[error(transparent)]
    Owner(#[from] identity::Error),
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
            Self::Text { .. }
            | Self::Picture
            | Self::ConfirmDays
            | Self::UnpaidMinutes
            | Self::Fee
            | Self::Address(_)
            | Self::Place => Kind::Invalid,
            Self::NotFound | Self::NoSuchAddress => Kind::NotFound,
            Self::TooManyAddresses | Self::WrongState { .. } | Self::Raced => Kind::Conflict,
            Self::Owner(e) => e.kind(),
            Self::Denied(e) => e.kind(),
            Self::Store(e) => e.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Text { .. } => "shop.text",
            Self::Picture => "shop.picture",
            Self::ConfirmDays => "shop.auto_confirm_days",
            Self::UnpaidMinutes => "shop.unpaid_close_minutes",
            Self::Fee => "shop.fee",
            Self::Address(_) => "shop.address",
            Self::Place => "shop.place",
            Self::TooManyAddresses => "shop.too_many_addresses",
            Self::NotFound => "shop.not_found",
            Self::NoSuchAddress => "shop.address_not_found",
            Self::WrongState { .. } => "shop.wrong_state",
            Self::Raced => "shop.raced",
            Self::Owner(e) => e.code(),
            Self::Denied(e) => e.code(),
            Self::Store(e) => e.code(),
        }
    }

    fn facts(&self) -> Option<Value> {
        match self {
            Self::Text { field, .. } | Self::Address(AddressError { field }) => {
                Some(json!({ "field": field }))
            }
            Self::Owner(e) => e.facts(),
            Self::WrongState { state } => Some(json!({ "state": state })),
            _ => None,
        }
    }
}
