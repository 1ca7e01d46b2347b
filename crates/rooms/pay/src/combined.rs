//! Combined payments: their states, the table of moves, and what is said of them.
//!
//! A combined payment collects the payments of several orders in one sum. It lies in the scope of its payer, its shares
//! name payments in the scopes of shops; no transaction writes to both. What keeps the two sides together:
//!
//! - Before a bill is made every payment is bound to the combined one, and while it is bound it gets no bill of its own
//!   and keeps its amount ([`share`](crate::share)).
//! - A combined payment is closed only after its bills are closed at their channels; only then are its payments free
//!   ([`give_up`](crate::give_up)). So there is no late money for it.
//! - When it is paid, each share is completed by a command in its shop's scope ([`spread`](crate::spread)).

use kernel::{Money, OrderId, PaymentId, ShopId, ShopperId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Error as StoreError, FromCol, Row, Val};

/// Where a combined payment stands. What its shares came to is told by their payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CombinedState {
    /// Waits for the money.
    Open,
    /// Being given up: its bills are being closed. Money may still come.
    Closing,
    /// Given up for good: no bill of it can be paid any more, and its payments go their own ways.
    Closed,
    /// The money is here.
    Captured,
}

/// Every move that a combined payment can make.
pub const COMBINED_MOVES: &[(CombinedState, CombinedState)] = &[
    (CombinedState::Open, CombinedState::Closing),
    (CombinedState::Open, CombinedState::Captured),
    (CombinedState::Closing, CombinedState::Closed),
    (CombinedState::Closing, CombinedState::Captured),
];

impl CombinedState {
    /// True if the table of moves leads from here to `to`.
    pub fn may_become(self, to: Self) -> bool {
        COMBINED_MOVES.contains(&(self, to))
    }

    /// As the database keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closing => "closing",
            Self::Closed => "closed",
            Self::Captured => "captured",
        }
    }
}

impl From<CombinedState> for Val<'_> {
    fn from(state: CombinedState) -> Self {
        Val::from(state.as_str())
    }
}

impl FromCol for CombinedState {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, StoreError> {
        match String::from_col(row, index)?.as_str() {
            "open" => Ok(Self::Open),
            "closing" => Ok(Self::Closing),
            "closed" => Ok(Self::Closed),
            "captured" => Ok(Self::Captured),
            other => Err(StoreError::internal(format!("no state of a combined payment is called {other}"))),
        }
    }
}

/// A combined payment, with its shares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Combined {
    /// Who is to pay.
    pub payer: ShopperId,
    /// Which.
    pub combined: PaymentId,
    /// What is to be paid: the sum of the shares.
    pub amount: Money,
    /// What the payer reads at the channel.
    pub description: String,
    /// Where it stands.
    pub state: CombinedState,
    /// How many bills were made at channels so far; names the present one.
    pub attempt: i64,
    /// The channel of the present bill, or the one that the money came through.
    pub channel: Option<String>,
    /// The channel's number of the transaction that paid.
    pub channel_txn: Option<String>,
    /// When it was opened, business time.
    pub opened_at: Timestamp,
    /// When the first of its payments is to be given up, business time.
    pub expires_at: Timestamp,
    /// When the present bill was begun, wall time; `None` while there is none.
    pub started_wall: Option<Timestamp>,
    /// When the payer paid, by the channel's clock.
    pub paid_at: Option<Timestamp>,
    /// When it was captured here, business time.
    pub captured_at: Option<Timestamp>,
    /// When it was given up for good, business time.
    pub closed_at: Option<Timestamp>,
    /// Grows with each change.
    pub version: i64,
    /// What belongs to which payment.
    pub shares: Vec<Share>,
}

/// What of a combined payment belongs to one payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The shop that is paid.
    pub shop: ShopId,
    /// Its payment.
    pub payment: PaymentId,
    /// The order that it pays for.
    pub order: OrderId,
    /// How much, minor units.
    pub amount: i64,
}

/// A combined payment's money on its way to one shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharePaid {
    /// The combined payment that was captured.
    pub combined: PaymentId,
    /// The payment that the share completes, with the channel's transaction and the share's amount.
    pub paid: crate::Paid,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_over_only_after_its_bills_were_closed_and_never_paid_afterwards() {
        use CombinedState::{Captured, Closed, Closing, Open};
        for to in [Open, Closing, Closed, Captured] {
            assert!(!Captured.may_become(to) && !Closed.may_become(to));
        }
        assert!(!Open.may_become(Closed) && Open.may_become(Closing) && Closing.may_become(Closed));
        assert!(Open.may_become(Captured) && Closing.may_become(Captured) && !Closing.may_become(Open));
    }
}
