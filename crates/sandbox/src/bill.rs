//! Bills and refunds of the outside service: states, moves, faults. Pure.

use kernel::{Money, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Error as StoreError, FromCol, Row, Val};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// As the database keeps it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The one of this name.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl From<$name> for Val<'_> {
            fn from(word: $name) -> Self {
                Val::from(word.as_str())
            }
        }

        impl FromCol for $name {
            fn from_col(row: &Row<'_>, index: usize) -> Result<Self, StoreError> {
                let name = String::from_col(row, index)?;
                Self::parse(&name).ok_or_else(|| StoreError::internal(format!(concat!("no ", $what, " is called {}"), name)))
            }
        }
    };
}

words! {
    /// Where a bill stands.
    BillState, "bill state" {
        /// Waits for the payer.
        Waiting = "waiting",
        /// Paid.
        Paid = "paid",
        /// The payer has refused.
        Declined = "declined",
        /// The merchant has closed it.
        Closed = "closed",
    }
}

/// Every move that a bill can make.
pub const MOVES: &[(BillState, BillState)] = &[
    (BillState::Waiting, BillState::Paid),
    (BillState::Waiting, BillState::Declined),
    (BillState::Waiting, BillState::Closed),
];

words! {
    /// Where a refund stands.
    RefundState, "refund state" {
        /// Accepted, not yet carried out.
        Pending = "pending",
        /// The payer has the money.
        Done = "done",
        /// Refused for good.
        Failed = "failed",
    }
}

words! {
    /// What becomes of the notice that a bill was paid.
    Notices, "way of notices" {
        /// Sent at once, until it is taken.
        Once = "once",
        /// Sent twice, each until it is taken.
        Twice = "twice",
        /// Sent after the delay.
        Delayed = "delayed",
        /// Never sent: only who asks will know.
        Lost = "lost",
        /// Sent at once; the notice that the payer has begun comes after it.
        OutOfOrder = "out_of_order",
    }
}

words! {
    /// What becomes of a refund.
    Refunds, "way of refunds" {
        /// Done at once.
        AtOnce = "at_once",
        /// Pending, and done after the delay.
        Pending = "pending",
        /// Refused.
        Failing = "failing",
    }
}

words! {
    /// What becomes of the merchant's calls.
    Calls, "way of calls" {
        /// They are answered.
        Answered = "answered",
        /// They get no answer, and nothing is done.
        Unanswered = "unanswered",
    }
}

/// How the service misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faults {
    /// Notices of payment.
    pub notices: Notices,
    /// Refunds.
    pub refunds: Refunds,
    /// Calls of the merchant.
    pub calls: Calls,
    /// How late a delayed notice or a pending refund comes, in ms of wall time.
    pub delay_ms: i64,
}

impl Default for Faults {
    /// None at all.
    fn default() -> Self {
        Self { notices: Notices::Once, refunds: Refunds::AtOnce, calls: Calls::Answered, delay_ms: 10_000 }
    }
}

/// A bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// The service's number.
    pub bill: i64,
    /// The merchant's number.
    pub out_no: String,
    /// What is to be paid.
    pub amount: Money,
    /// What the payer reads.
    pub description: String,
    /// Where notices go.
    pub notify_url: String,
    /// Where the payer's browser goes afterwards.
    pub return_url: String,
    /// Where it stands.
    pub state: BillState,
    /// The number of the transaction that paid.
    pub txn: Option<String>,
    /// When it was paid, business time.
    pub paid_at: Option<Timestamp>,
    /// What becomes of its notices, where that was said of this bill.
    pub notices: Option<Notices>,
    /// What becomes of its refunds, where that was said of this bill.
    pub refunds: Option<Refunds>,
}

/// A refund of a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// The service's number.
    pub refund: i64,
    /// The merchant's number.
    pub out_no: String,
    /// The bill.
    pub bill: i64,
    /// How much, minor units.
    pub amount: i64,
    /// Where notices go.
    pub notify_url: String,
    /// Where it stands.
    pub state: RefundState,
    /// When a pending one is carried out, wall time.
    pub ready_wall: Timestamp,
    /// When it was carried out, business time.
    pub done_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_moves_once() {
        assert!(MOVES.iter().all(|(from, to)| *from == BillState::Waiting && *to != BillState::Waiting));
    }

    #[test]
    fn a_word_is_read_as_it_is_written() {
        for word in [Notices::Once, Notices::Twice, Notices::Delayed, Notices::Lost, Notices::OutOfOrder] {
            assert_eq!(Notices::parse(word.as_str()), Some(word));
            assert_eq!(serde_json::to_value(word).unwrap(), word.as_str());
        }
        assert_eq!(Notices::parse("thrice"), None);
    }
}
