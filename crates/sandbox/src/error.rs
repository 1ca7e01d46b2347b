//! What the sandbox refuses.

use kernel::{Denied, Fault, Kind};

/// A refusal of the sandbox.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such bill.
    #[error("there is no such bill")]
    NoSuchBill,
    /// The bill was declined or closed: it can't be paid any more.
    #[error("the bill is over")]
    BillOver,
    /// The number was used with other content.
    #[error("this number was used with other content")]
    NumberReused,
    /// Nothing was paid, so nothing can go back.
    #[error("the bill is not paid")]
    NotPaid,
    /// More than what is left of the bill.
    #[error("no more is left of the bill")]
    TooMuch,
    /// A fault was switched on: no answer.
    #[error("the payment service is down")]
    Down,
    /// The sandbox was not given its database, or has given it back.
    #[error("the payment service is not open")]
    NotOpen,
    /// A form or a body that can't be read.
    #[error("{0}")]
    BadRequest(&'static str),
    /// There is no client for the network.
    #[error("no connection outside can be made")]
    NoClient,
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::NoSuchBill => Kind::NotFound,
            Self::BillOver | Self::NumberReused | Self::NotPaid | Self::TooMuch => Kind::Conflict,
            Self::Down | Self::NotOpen | Self::NoClient => Kind::Unavailable,
            Self::BadRequest(_) => Kind::Invalid,
            Self::Denied(e) => e.kind(),
            Self::Store(e) => e.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NoSuchBill => "sandbox.no_such_bill",
            Self::BillOver => "sandbox.bill_over",
            Self::NumberReused => "sandbox.number_reused",
            Self::NotPaid => "sandbox.not_paid",
            Self::TooMuch => "sandbox.too_much",
            Self::Down => "sandbox.down",
            Self::NotOpen => "sandbox.not_open",
            Self::NoClient => "sandbox.no_client",
            Self::BadRequest(_) => "sandbox.bad_request",
            Self::Denied(e) => e.code(),
            Self::Store(e) => e.code(),
        }
    }
}

impl From<Error> for pay::ChannelError {
    fn from(e: Error) -> Self {
        match e.kind() {
            Kind::Unavailable | Kind::Internal | Kind::TooMany => Self::Unavailable(e.to_string()),
            _ => Self::Refused(e.to_string()),
        }
    }
}
