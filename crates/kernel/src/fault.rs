//! What went wrong, in the few kinds that a face must tell apart.

use std::fmt;

/// The kind of a failure. Each face maps a kind once: REST to a status, the WeChat family to an errcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request itself is wrong; repeating it unchanged can't help.
    Invalid,
    /// No credential, or one that is unknown or expired.
    Unauthenticated,
    /// The credential is good but does not carry this permission.
    Forbidden,
    /// No such thing in the caller's scope; also what another tenant's thing looks like.
    NotFound,
    /// The thing's present state, or an earlier request, stands against it.
    Conflict,
    /// It was there and is over: expired, closed, used up.
    Gone,
    /// Too many requests.
    TooMany,
    /// Cannot be served now; may be repeated.
    Unavailable,
    /// A fault of the program or its database. Its text never reaches a caller.
    Internal,
}

impl Kind {
    /// True if the same request may succeed later without being changed.
    pub const fn may_retry(self) -> bool {
        matches!(self, Self::TooMany | Self::Unavailable)
    }
}

/// A typed error that a face can answer with.
///
/// `Display` is the public message: it must be fit for a caller to read, without SQL, secrets or personal data.
pub trait Fault: std::error::Error + Send + Sync + 'static {
    /// What sort of failure it is.
    fn kind(&self) -> Kind;
    /// The stable code, `room.what_went_wrong`, which clients may match on.
    fn code(&self) -> &'static str;
    /// Facts that a client can act on, as a JSON object; `None` when the code says all.
    fn facts(&self) -> Option<serde_json::Value> {
        None
    }
}

/// The caller may not do this: the answer of a use case's door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// Nobody is logged in.
    Unauthenticated,
    /// Somebody is, but not a person of this kind, or without this permission.
    Forbidden,
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unauthenticated => "a login is needed",
            Self::Forbidden => "this login may not do that",
        })
    }
}

impl std::error::Error for Denied {}

impl Fault for Denied {
    fn kind(&self) -> Kind {
        match self {
            Self::Unauthenticated => Kind::Unauthenticated,
            Self::Forbidden => Kind::Forbidden,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "auth.unauthenticated",
            Self::Forbidden => "auth.forbidden",
        }
    }
}

/// Any fault may travel as a boxed one, for handlers that meet the faults of several rooms.
impl<F: Fault> From<F> for Box<dyn Fault> {
    fn from(fault: F) -> Self {
        Box::new(fault)
    }
}
