//! What the room refuses, and why.

use kernel::{Denied, Fault, Kind, Money};

/// A refusal of the room pay.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such payment in the caller's scope.
    #[error("there is no such payment")]
    NotFound,
    /// No such refund in the caller's scope.
    #[error("there is no such refund")]
    RefundNotFound,
    /// No such anomaly in the caller's scope, or it was settled before.
    #[error("there is no such anomaly that waits to be settled")]
    AnomalyNotFound,
    /// A payment or a refund of nothing, of less, or of more than the ledger carries.
    #[error("the amount must be more than nothing and within reason")]
    BadAmount,
    /// The amount is in another currency than the payment.
    #[error("the payment is in another currency")]
    CurrencyMismatch,
    /// A text is empty, too long or holds control characters.
    #[error("{field}: {reason}")]
    BadText {
        /// Which field.
        field: &'static str,
        /// What is wrong with it.
        reason: kernel::TextError,
    },
    /// The money is here already.
    #[error("it is paid already")]
    AlreadyPaid,
    /// The payment was given up.
    #[error("the payment is closed")]
    Closed,
    /// The time to pay is over.
    #[error("the time to pay is over")]
    Expired,
    /// A bill was made at a channel; its amount can't be changed any more.
    #[error("the payer has begun to pay; the amount can't be changed")]
    Started,
    /// A bill at another channel is open; it has to be closed before a second is made.
    #[error("a bill at {channel} is open")]
    OtherBillOpen {
        /// The other channel.
        channel: String,
        /// Which bill of the payment.
        attempt: i64,
    },
    /// The payment is to be paid together with others.
    #[error("it is being paid together with other orders")]
    Bound {
        /// The combined payment that it is a share of.
        combined: kernel::PaymentId,
    },
    /// Too few or too many orders to be paid together, or one of them twice.
    #[error("1 to {} different orders are paid together", crate::combine::MOST_SHARES)]
    Shares,
    /// One of the orders can't be paid together with the others.
    #[error("order {order} of shop {shop}: {why}")]
    Share {
        /// Its shop.
        shop: kernel::ShopId,
        /// Which.
        order: kernel::OrderId,
        /// Why not.
        why: Box<Error>,
    },
    /// What an order costs has changed since the combined payment was opened.
    #[error("what is to be paid has changed")]
    ShareChanged,
    /// Money for a combined payment whose bills the channel had closed.
    #[error("it was closed at the channel before it was paid")]
    PaidAfterClose,
    /// A channel has collected another sum than was asked for. It was not taken for the order.
    #[error("the amount collected is not the amount asked for")]
    AmountMismatch {
        /// What was asked for.
        expected: Money,
        /// What came.
        got: Money,
    },
    /// A second transaction has paid what was paid already. It was not taken for the order.
    #[error("it was paid before, by another transaction")]
    PaidTwice,
    /// Nothing came in, so nothing can go back.
    #[error("it is not paid")]
    NotCaptured,
    /// More than what came in and has not gone back.
    #[error("no more than {refundable} can be given back")]
    TooMuch {
        /// What may still be given back, minor units.
        refundable: i64,
    },
    /// The refund's id was used with other content.
    #[error("this refund number was used for another refund")]
    RefundIdUsed,
    /// Only a refund that failed can be tried again.
    #[error("the refund has not failed")]
    RefundNotFailed,
    /// The refund is not where the change expects it.
    #[error("the refund has moved on")]
    RefundMoved,
    /// Another change came first.
    #[error("another change came first; look again")]
    Changed,
    /// The return page is not one of this program.
    #[error("the return page must be a path of this site")]
    BadReturn,
    /// No channel of this name is set up.
    #[error("there is no such way to pay here")]
    NoSuchChannel,
    /// The channel can't be reached or gave no clear answer.
    #[error("the payment channel gives no answer; try again")]
    ChannelUnavailable,
    /// The channel refused.
    #[error("the payment channel refused: {reason}")]
    ChannelRefused {
        /// Its words.
        reason: String,
    },
    /// A notice that the channel did not sign, or that is too old, or that can't be read.
    #[error("this is no notice of the channel")]
    BadNotice,
    /// What follows a capture was refused by the rooms that do it.
    #[error("{0}")]
    Completion(store::BoxFault),
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The ledger refused.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound | Self::RefundNotFound | Self::AnomalyNotFound => Kind::NotFound,
            Self::BadAmount
            | Self::CurrencyMismatch
            | Self::BadText { .. }
            | Self::NoSuchChannel
            | Self::Shares
            | Self::BadReturn => Kind::Invalid,
            Self::AlreadyPaid
            | Self::Started
            | Self::OtherBillOpen { .. }
            | Self::Bound { .. }
            | Self::ShareChanged
            | Self::AmountMismatch { .. }
            | Self::PaidTwice
            | Self::PaidAfterClose
            | Self::NotCaptured
            | Self::TooMuch { .. }
            | Self::RefundIdUsed
            | Self::RefundNotFailed
            | Self::RefundMoved
            | Self::Changed
            | Self::ChannelRefused { .. } => Kind::Conflict,
            Self::Closed | Self::Expired => Kind::Gone,
            Self::ChannelUnavailable => Kind::Unavailable,
            Self::BadNotice => Kind::Unauthenticated,
            Self::Share { why, .. } => why.kind(),
            Self::Completion(e) => e.kind(),
            Self::Denied(e) => e.kind(),
            Self::Ledger(e) => e.kind(),
            Self::Store(e) => e.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "pay.not_found",
            Self::RefundNotFound => "pay.refund_not_found",
            Self::AnomalyNotFound => "pay.anomaly_not_found",
            Self::BadAmount => "pay.bad_amount",
            Self::CurrencyMismatch => "pay.currency_mismatch",
            Self::BadText { .. } => "pay.bad_text",
            Self::AlreadyPaid => "pay.already_paid",
            Self::Closed => "pay.closed",
            Self::Expired => "pay.expired",
            Self::Started => "pay.started",
            Self::OtherBillOpen { .. } => "pay.other_bill_open",
            Self::Bound { .. } => "pay.bound",
            Self::Shares => "pay.shares",
            Self::Share { why, .. } => why.code(),
            Self::ShareChanged => "pay.share_changed",
            Self::PaidAfterClose => "pay.paid_after_close",
            Self::AmountMismatch { .. } => AMOUNT_MISMATCH,
            Self::PaidTwice => "pay.paid_twice",
            Self::NotCaptured => "pay.not_captured",
            Self::TooMuch { .. } => "pay.refund_too_much",
            Self::RefundIdUsed => "pay.refund_id_used",
            Self::RefundNotFailed => "pay.refund_not_failed",
            Self::RefundMoved => "pay.refund_moved",
            Self::Changed => "pay.changed",
            Self::BadReturn => "pay.bad_return",
            Self::NoSuchChannel => "pay.no_such_channel",
            Self::ChannelUnavailable => "pay.channel_unavailable",
            Self::ChannelRefused { .. } => "pay.channel_refused",
            Self::BadNotice => "pay.bad_notice",
            Self::Completion(e) => e.code(),
            Self::Denied(e) => e.code(),
            Self::Ledger(e) => e.code(),
            Self::Store(e) => e.code(),
        }
    }

    fn facts(&self) -> Option<serde_json::Value> {
        match self {
            Self::TooMuch { refundable } => Some(serde_json::json!({ "refundable": refundable })),
            Self::OtherBillOpen { channel, .. } => Some(serde_json::json!({ "channel": channel })),
            Self::BadText { field, .. } => Some(serde_json::json!({ "field": field })),
            Self::Share { shop, order, .. } => {
                Some(serde_json::json!({ "shop_id": shop, "order_id": order }))
            }
            Self::Bound { combined } => Some(serde_json::json!({ "combined_id": combined })),
            Self::Completion(e) => e.facts(),
            Self::Denied(e) => e.facts(),
            Self::Ledger(e) => e.facts(),
            Self::Store(e) => e.facts(),
            _ => None,
        }
    }
}

/// The code of [`Error::AmountMismatch`], by which a fault that has passed through another room is known again.
pub(crate) const AMOUNT_MISMATCH: &str = "pay.amount_mismatch";
