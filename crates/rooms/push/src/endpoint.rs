//! A merchant's push URL: where the events of one application go, and in which form.

use kernel::{AppId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{FromCol, Row, Val};
use utoipa::ToSchema;

/// How much of a push is encrypted (`docs/wire/push.md`, modes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = push::Mode)]
pub enum Mode {
    /// Nothing.
    Plain,
    /// The event stands beside its encrypted form.
    Compatible,
    /// Only the encrypted form.
    Safe,
}

/// How a push is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = push::Format)]
pub enum Format {
    /// JSON, the default of shops.
    Json,
    /// XML: strings in CDATA, numbers bare, arrays as repeated siblings.
    Xml,
}

/// What is known of the URL. Pushes go to it in every state; the state is shown to the developer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = push::EndpointState)]
pub enum EndpointState {
    /// Set, or to be checked again; the check is on its way.
    Unverified,
    /// It echoed the text of the check.
    Verified,
    /// It did not; the failure says how.
    Failed,
}

/// The moves of an endpoint's state. A check always begins from `Unverified`; asking for one, or setting the
/// endpoint anew, leads back there from everywhere.
pub const ENDPOINT_MOVES: &[(EndpointState, EndpointState)] = &[
    (EndpointState::Unverified, EndpointState::Verified),
    (EndpointState::Unverified, EndpointState::Failed),
    (EndpointState::Verified, EndpointState::Unverified),
    (EndpointState::Failed, EndpointState::Unverified),
    (EndpointState::Unverified, EndpointState::Unverified),
];

/// Why a request to a merchant's URL failed: the error class of the delivery log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = push::Failure)]
pub enum Failure {
    /// The name has no address.
    Dns,
    /// The address is private, of this machine, or otherwise not of the public internet.
    TargetForbidden,
    /// No connection, or no TLS with a trusted certificate.
    Connect,
    /// No complete answer within 5 seconds.
    Timeout,
    /// The connection broke.
    Network,
    /// A status other than 200.
    Status,
    /// Status 200, but neither `success`, nothing, nor JSON with errcode 0; for a check: not the echoed text.
    Answer,
    /// The endpoint was removed before the push could be sent.
    EndpointRemoved,
}

/// Words in the database and on the native face; an unknown one is a fault of the program.
macro_rules! words {
    ($name:ident { $($variant:ident = $text:literal,)+ }) => {
        impl $name {
            /// The stable word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl FromCol for $name {
            fn from_col(row: &Row<'_>, index: usize) -> Result<Self, store::Error> {
                match row.get::<String>(index)?.as_str() {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(store::Error::internal(concat!("an unknown ", stringify!($name), " is stored"))),
                }
            }
        }

        impl From<$name> for Val<'_> {
            fn from(word: $name) -> Self {
                Val::from(word.as_str())
            }
        }
    };
}

words!(Mode { Plain = "plain", Compatible = "compatible", Safe = "safe", });
words!(Format { Json = "json", Xml = "xml", });
words!(EndpointState { Unverified = "unverified", Verified = "verified", Failed = "failed", });
words!(Failure {
    Dns = "dns",
    TargetForbidden = "target_forbidden",
    Connect = "connect",
    Timeout = "timeout",
    Network = "network",
    Status = "status",
    Answer = "answer",
    EndpointRemoved = "endpoint_removed",
});

impl Failure {
    /// Reads a column that may be empty.
    pub(crate) fn read(row: &Row<'_>, index: usize) -> Result<Option<Self>, store::Error> {
        match row.get::<Option<String>>(index)? {
            None => Ok(None),
            Some(_) => Self::from_col(row, index).map(Some),
        }
    }
}

/// A push URL as its owner may see it: without token and key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// The application whose events go there.
    pub app: AppId,
    /// Its appid, which ends the encrypted text.
    pub appid: String,
    /// Its original id (`gh_…`), the ToUserName of its pushes.
    pub original_id: String,
    /// Where to.
    pub url: String,
    /// How much is encrypted.
    pub mode: Mode,
    /// How it is written.
    pub format: Format,
    /// What is known of the URL.
    pub state: EndpointState,
    /// Why the last check failed.
    pub failure: Option<Failure>,
    /// When it was last checked, on the wall clock.
    pub checked_wall: Option<Timestamp>,
    /// True if an EncodingAESKey is kept.
    pub has_aes_key: bool,
    /// Grows with each change of the settings.
    pub version: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_the_only_way_out_of_unverified_and_leads_to_an_answer() {
        let from = |state| ENDPOINT_MOVES.iter().filter(move |(a, _)| *a == state).map(|(_, b)| *b);
        assert!(from(EndpointState::Verified).all(|to| to == EndpointState::Unverified));
        assert!(from(EndpointState::Failed).all(|to| to == EndpointState::Unverified));
        assert!(from(EndpointState::Unverified).any(|to| to == EndpointState::Verified));
        assert!(from(EndpointState::Unverified).any(|to| to == EndpointState::Failed));
    }

    #[test]
    fn words_in_the_database_are_those_of_the_native_face() {
        for mode in [Mode::Plain, Mode::Compatible, Mode::Safe] {
            assert_eq!(serde_json::to_value(mode).unwrap(), mode.as_str());
        }
        for failure in [Failure::Dns, Failure::TargetForbidden, Failure::EndpointRemoved] {
            assert_eq!(serde_json::to_value(failure).unwrap(), failure.as_str());
        }
    }
}
