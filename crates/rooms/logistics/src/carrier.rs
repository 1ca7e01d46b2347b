//! What this house asks of a carrier. Real carriers are reached over the network, the sandbox lives in the process;
//! either is called outside any transaction.

use futures::future::BoxFuture;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, sync::Arc};

use crate::{NewWaybill, Step};

/// A customer account with a carrier.
#[derive(Clone, PartialEq, Eq)]
pub struct CarrierAccount {
    /// The customer code.
    pub biz_id: String,
    /// Its password; empty for a cash account.
    pub password: String,
    /// What the merchant tells the carrier's reviewer.
    pub remark: String,
}

// The password stays out of logs.
impl fmt::Debug for CarrierAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CarrierAccount").field("biz_id", &self.biz_id).finish_non_exhaustive()
    }
}

/// What a carrier thinks of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It may be used; with the waybill numbers left, from a carrier that sells them.
    Good {
        /// Numbers left.
        quota: Option<i64>,
    },
    /// A person of the carrier will look at it.
    UnderReview,
}

/// A waybill to be made.
#[derive(Debug)]
pub struct WaybillRequest<'a> {
    /// Paid by whom.
    pub account: &'a CarrierAccount,
    /// What is to be sent.
    pub order: &'a NewWaybill,
    /// The name of the service.
    pub service_name: &'static str,
    /// When it is asked for.
    pub at: Timestamp,
}

/// Something that belongs on the label, such as the sorting town.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelDatum {
    /// Begins with the carrier's id: `SF_bagAddr`.
    pub key: String,
    /// The text.
    pub value: String,
}

/// A waybill that a carrier made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedWaybill {
    /// The carrier's number.
    pub waybill_id: String,
    /// What belongs on the label.
    pub label_data: Vec<LabelDatum>,
}

/// A waybill to be cancelled.
#[derive(Debug)]
pub struct WaybillName<'a> {
    /// Paid by whom.
    pub account: &'a CarrierAccount,
    /// The merchant's order id.
    pub order_id: &'a str,
    /// The carrier's number.
    pub waybill_id: &'a str,
}

/// A push of a carrier, as it came in.
#[derive(Debug, Clone, Default)]
pub struct CarrierPush {
    /// Headers, their names in lower case. Values that are no text are left out.
    pub headers: BTreeMap<String, String>,
    /// The query string.
    pub query: String,
    /// The body.
    pub body: Vec<u8>,
}

/// What a push said, verified.
#[derive(Debug, Clone, PartialEq)]
pub struct PushedTracks {
    /// Steps by waybill number.
    pub tracks: Vec<(String, Vec<Step>)>,
    /// The body that the carrier expects as a receipt.
    pub receipt: String,
    /// Its content type.
    pub content_type: &'static str,
}

/// Why a carrier did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CarrierError {
    /// It said no, with its own code and words (`docs/wire/express.md`, `delivery_resultcode`).
    #[error("{code}: {message}")]
    Refused {
        /// Its code.
        code: i64,
        /// Its words.
        message: String,
    },
    /// It could not be reached, or its answer not be read. For the log.
    #[error("{0}")]
    Unavailable(String),
    /// The push is not signed by the carrier.
    #[error("the signature does not fit")]
    BadSignature,
    /// The push can't be read. For the log.
    #[error("{0}")]
    BadPush(String),
}

/// The carriers' code for a customer code that they don't know.
pub const UNKNOWN_CUSTOMER: i64 = 10_001;
/// The carriers' code for a wrong password.
pub const WRONG_PASSWORD: i64 = 10_002;
/// The carriers' code for a waybill that was cancelled before.
pub const DEAD_WAYBILL: i64 = 30_003;

/// A carrier. The same account and order must give the same waybill, so that a call whose answer was lost can be
/// repeated. A call ends within half a minute, well or badly: after a minute somebody else may ask again.
pub trait Carrier: Send + Sync {
    /// Its id in the directory, such as `SF`.
    fn id(&self) -> &'static str;

    /// Makes a waybill.
    fn create_waybill<'a>(
        &'a self,
        request: &'a WaybillRequest<'a>,
    ) -> BoxFuture<'a, Result<IssuedWaybill, CarrierError>>;

    /// Cancels a waybill.
    fn cancel<'a>(&'a self, waybill: &'a WaybillName<'a>) -> BoxFuture<'a, Result<(), CarrierError>>;

    /// All steps of a waybill that the carrier knows.
    fn query<'a>(&'a self, waybill_id: &'a str) -> BoxFuture<'a, Result<Vec<Step>, CarrierError>>;

    /// Verifies and reads a push.
    fn parse_push(&self, push: &CarrierPush) -> Result<PushedTracks, CarrierError>;

    /// Checks a customer account.
    fn check_account<'a>(
        &'a self,
        account: &'a CarrierAccount,
    ) -> BoxFuture<'a, Result<Standing, CarrierError>>;

    /// How often a parcel on its way is asked about, in ms of business time; `None` for a carrier that pushes.
    fn query_every_ms(&self) -> Option<i64> {
        None
    }
}

/// The carriers that this installation is connected with: a service of the faces, and of the workers.
#[derive(Clone, Default)]
pub struct Carriers(BTreeMap<&'static str, Arc<dyn Carrier>>);

impl Carriers {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more.
    #[must_use]
    pub fn with(mut self, carrier: Arc<dyn Carrier>) -> Self {
        self.0.insert(carrier.id(), carrier);
        self
    }

    /// The carrier of an id of the directory, if it is connected.
    pub fn get(&self, id: &str) -> Option<&Arc<dyn Carrier>> {
        self.0.get(id)
    }

    /// True if one of them has to be asked.
    pub(crate) fn any_is_asked(&self) -> bool {
        self.0.values().any(|carrier| carrier.query_every_ms().is_some())
    }
}

impl fmt::Debug for Carriers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}
