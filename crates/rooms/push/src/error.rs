//! How the use cases of this room refuse.

use kernel::{Denied, Fault, Kind};

/// A refusal of this room.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The door: not this person, or not with this permission.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// No such notice in the shopper's inbox.
    #[error("there is no such notice")]
    NoSuchNotice,
    /// The shop has set no push URL for this application.
    #[error("this application has no push URL")]
    NoSuchEndpoint,
    /// No such push in the shop's log.
    #[error("there is no such push")]
    NoSuchPush,
    /// The push is still on its way; it can be sent again when it has ended.
    #[error("this push is still on its way")]
    UnderWay,
    /// Not an absolute http or https URL without user name, of at most 1,024 characters.
    #[error("a push URL is an absolute http or https URL without user name, of at most 1024 characters")]
    BadUrl,
    /// The token is not 3 to 32 letters and digits.
    #[error("a push token is 3 to 32 letters and digits")]
    BadToken,
    /// The EncodingAESKey is not 43 characters of base64.
    #[error("an EncodingAESKey is 43 characters of base64")]
    BadAesKey,
    /// The compatible and the safe mode encrypt, so they need an EncodingAESKey.
    #[error("this mode needs an EncodingAESKey")]
    AesKeyMissing,
    /// The appid or the original id is empty, too long, or holds other than letters, digits, `_` and `-`.
    #[error("an appid and an original id are 1 to 64 letters, digits, _ and -")]
    BadAppid,
    /// A notice can only be told in a shopper's scope: a fault of the caller.
    #[error("a notice belongs to a shopper")]
    NotAShopper,
    /// The HTTP client can't be made: no TLS on this machine.
    #[error("the HTTP client can't be made")]
    Client(#[source] reqwest::Error),
    /// A push can't be written down or read back: a fault of the program.
    #[error("a push can't be written")]
    Encoding(#[source] serde_json::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied(e) => e.kind(),
            Self::NoSuchNotice | Self::NoSuchEndpoint | Self::NoSuchPush => Kind::NotFound,
            Self::UnderWay => Kind::Conflict,
            Self::BadUrl | Self::BadToken | Self::BadAesKey | Self::AesKeyMissing | Self::BadAppid => {
                Kind::Invalid
            }
            Self::NotAShopper | Self::Client(_) | Self::Encoding(_) => Kind::Internal,
            Self::Store(e) => e.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Denied(e) => e.code(),
            Self::NoSuchNotice => "push.no_such_notice",
            Self::NoSuchEndpoint => "push.no_such_endpoint",
            Self::NoSuchPush => "push.no_such_push",
            Self::UnderWay => "push.under_way",
            Self::BadUrl => "push.bad_url",
            Self::BadToken => "push.bad_token",
            Self::BadAesKey => "push.bad_aes_key",
            Self::AesKeyMissing => "push.aes_key_missing",
            Self::BadAppid => "push.bad_appid",
            Self::NotAShopper => "push.not_a_shopper",
            Self::Client(_) => "push.client",
            Self::Encoding(_) => "push.encoding",
            Self::Store(e) => e.code(),
        }
    }
}
