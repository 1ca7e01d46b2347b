//! What an outside payment service must be able to do, and the list of those that are set up.

use futures::future::BoxFuture;
use kernel::{Money, Timestamp};
use std::{collections::BTreeMap, sync::Arc};

use crate::{BillNo, Error, RefundNo};

/// A bill to be made at a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepay {
    /// The bill's number here. Asking twice with one number gives one bill.
    pub bill: BillNo,
    /// What is to be paid.
    pub amount: Money,
    /// What the payer reads.
    pub description: String,
    /// Where the channel sends its notice.
    pub notify_url: String,
    /// Where the payer's browser goes afterwards.
    pub return_url: String,
}

/// A bill that a channel has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepaid {
    /// Where the payer pays.
    pub cashier_url: String,
}

/// Money that a channel says it has collected for a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    /// The bill that was paid.
    pub bill: BillNo,
    /// The channel's name.
    pub channel: String,
    /// The channel's number of the transaction.
    pub channel_txn: String,
    /// What was collected.
    pub amount: Money,
    /// When, by the channel's clock.
    pub paid_at: Timestamp,
}

/// What a channel knows of a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BillNews {
    /// No such bill.
    Unknown,
    /// Not paid yet.
    Waiting,
    /// Closed; it can't be paid any more.
    Closed,
    /// Paid.
    Paid(Collected),
}

/// A refund to be made at a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskRefund {
    /// The refund's number here. Asking twice with one number gives back once.
    pub refund: RefundNo,
    /// The channel's number of the transaction that paid.
    pub channel_txn: String,
    /// How much.
    pub amount: Money,
    /// What that transaction came to in all.
    pub paid: Money,
    /// Why, for the payer.
    pub reason: String,
    /// Where the channel sends its notice.
    pub notify_url: String,
}

/// What a channel knows of a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundNews {
    /// No such refund.
    Unknown,
    /// Accepted, not yet carried out.
    Pending,
    /// The payer has the money.
    Done {
        /// The channel's number.
        channel_refund: String,
        /// When, by the channel's clock.
        at: Timestamp,
    },
    /// Refused for good; under another number it may be tried again.
    Failed {
        /// The channel's words, without personal data.
        reason: String,
    },
}

/// A callback as it came in.
#[derive(Debug, Clone)]
pub struct RawNotice {
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// The very bytes, which the signature covers.
    pub body: Vec<u8>,
    /// The real clock, which the notice's own time is held against.
    pub wall: Timestamp,
}

impl RawNotice {
    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
}

/// A callback, verified and read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A bill was paid.
    Paid(Collected),
    /// A refund came to an end, or went on.
    Refund(RefundNo, RefundNews),
    /// Something that changes nothing here.
    Other,
}

/// What a channel wants to read in answer to its notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The HTTP status.
    pub status: u16,
    /// The type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

/// Why a channel did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// Not reached, or no clear answer: it may or may not have been done. Ask again under the same number.
    #[error("the channel gives no clear answer: {0}")]
    Unavailable(String),
    /// It was refused, and would be again.
    #[error("the channel refused: {0}")]
    Refused(String),
    /// The notice is not signed by the channel, is too old, or can't be read.
    #[error("this is no notice of the channel: {0}")]
    BadNotice(&'static str),
}

impl From<ChannelError> for Error {
    fn from(e: ChannelError) -> Self {
        match e {
            ChannelError::Unavailable(_) => Self::ChannelUnavailable,
            ChannelError::Refused(reason) => Self::ChannelRefused { reason },
            ChannelError::BadNotice(_) => Self::BadNotice,
        }
    }
}

/// An outside payment service. Every call may be repeated: the numbers make it safe.
pub trait Channel: Send + Sync + 'static {
    /// The name, in routes and rows: lower-case letters and underscores.
    fn name(&self) -> &'static str;

    /// Makes a bill, or finds the one that was made under this number.
    fn prepay<'a>(&'a self, ask: &'a Prepay) -> BoxFuture<'a, Result<Prepaid, ChannelError>>;

    /// Verifies the signature of a notice, and reads it.
    fn parse_notice<'a>(&'a self, raw: &'a RawNotice) -> BoxFuture<'a, Result<Notice, ChannelError>>;

    /// The answer to a notice: taken, or to be sent again.
    fn receipt(&self, taken: bool) -> Receipt;

    /// Asks how a bill stands.
    fn query<'a>(&'a self, bill: &'a BillNo) -> BoxFuture<'a, Result<BillNews, ChannelError>>;

    /// Closes a bill so that it can't be paid any more. One that is paid already answers [`BillNews::Paid`], one that
    /// never was made [`BillNews::Unknown`].
    fn close<'a>(&'a self, bill: &'a BillNo) -> BoxFuture<'a, Result<BillNews, ChannelError>>;

    /// Gives money back, or finds the refund that was made under this number.
    fn refund<'a>(&'a self, ask: &'a AskRefund) -> BoxFuture<'a, Result<RefundNews, ChannelError>>;

    /// Asks how a refund stands.
    fn query_refund<'a>(&'a self, refund: &'a RefundNo) -> BoxFuture<'a, Result<RefundNews, ChannelError>>;
}

/// The channels that are set up, by name. A service of the program.
pub struct Channels {
    public_url: String,
    by_name: BTreeMap<&'static str, Arc<dyn Channel>>,
    polls_ms: Vec<i64>,
}

/// When a bill is asked after, in ms from its beginning; from the last one on, again and again after as long as lies
/// between the last two.
const POLLS_MS: [i64; 5] = [10_000, 30_000, 60_000, 300_000, 600_000];

impl Channels {
    /// None yet. `public_url` is this program's address as channels and browsers see it, without a slash at the end.
    pub fn new(public_url: impl Into<String>) -> Self {
        Self { public_url: public_url.into(), by_name: BTreeMap::new(), polls_ms: POLLS_MS.to_vec() }
    }

    /// Adds a channel.
    #[must_use]
    pub fn with(mut self, channel: Arc<dyn Channel>) -> Self {
        self.by_name.insert(channel.name(), channel);
        self
    }

    /// Asks after an open bill at these ages (ms, growing) rather than after 10 s, 30 s, 1, 5, 10, 15 … minutes.
    #[must_use]
    pub fn polled_at(mut self, ages_ms: Vec<i64>) -> Self {
        self.polls_ms = ages_ms;
        self
    }

    /// The channel of this name.
    pub fn get(&self, name: &str) -> Result<&Arc<dyn Channel>, Error> {
        self.by_name.get(name).ok_or(Error::NoSuchChannel)
    }

    /// Their names, in alphabetical order.
    pub fn names(&self) -> Vec<&'static str> {
        self.by_name.keys().copied().collect()
    }

    /// Verifies and reads a callback of the channel `name`.
    pub async fn parse_notice(&self, name: &str, raw: &RawNotice) -> Result<Notice, Error> {
        Ok(self.get(name)?.parse_notice(raw).await?)
    }

    /// Where the channel `name` sends its notices.
    pub fn notify_url(&self, name: &str) -> String {
        format!("{}/callbacks/pay/{name}", self.public_url)
    }

    /// A path of this program as browsers outside see it.
    pub fn outside(&self, path: &str) -> String {
        format!("{}{path}", self.public_url)
    }

    /// The age at which a bill is first asked after, in ms.
    pub(crate) fn first_poll_ms(&self) -> i64 {
        self.polls_ms.first().copied().unwrap_or(0)
    }

    /// How long to wait until the next question, in ms, when a bill is `age_ms` old.
    pub(crate) fn next_poll_ms(&self, age_ms: i64) -> i64 {
        let age = age_ms.max(0);
        if let Some(at) = self.polls_ms.iter().find(|at| **at > age) {
            return at - age;
        }
        match self.polls_ms.as_slice() {
            [.., before, last] => (last - before).max(1000),
            _ => kernel::minute_ms(5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_is_asked_after_ever_more_rarely() {
        let channels = Channels::new("http://localhost");
        let mut at = 0;
        let mut asked = Vec::new();
        while asked.len() < 7 {
            at += channels.next_poll_ms(at);
            asked.push(at / 1000);
        }
        assert_eq!(asked, [10, 30, 60, 300, 600, 900, 1200]);
    }

    #[test]
    fn a_header_is_found_whatever_its_case() {
        let raw = RawNotice {
            headers: vec![("x-sign".into(), "1".into())],
            body: vec![],
            wall: Timestamp::from_ms(0),
        };
        assert_eq!(raw.header("X-Sign"), Some("1"));
        assert_eq!(raw.header("y"), None);
    }
}
