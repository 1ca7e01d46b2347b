//! Payments: their states, the table of moves, and what is said of them.

use kernel::{Money, OrderId, PaymentId, ShopId, ShopperId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Error as StoreError, FromCol, Row, Val};

/// Where a payment stands. How much of it went back is told by its sums, not by a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// Waits for the money.
    Open,
    /// The money is here.
    Captured,
    /// Given up before the money came.
    Closed,
}

/// Every move that a payment can make. The last one is money that came too late: it is taken, so that it can be
/// given back.
pub const MOVES: &[(PaymentState, PaymentState)] = &[
    (PaymentState::Open, PaymentState::Captured),
    (PaymentState::Open, PaymentState::Closed),
    (PaymentState::Closed, PaymentState::Captured),
];

impl PaymentState {
    /// True if the table of moves leads from here to `to`.
    pub fn may_become(self, to: Self) -> bool {
        MOVES.contains(&(self, to))
    }

    /// As the database keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Captured => "captured",
            Self::Closed => "closed",
        }
    }
}

impl From<PaymentState> for Val<'_> {
    fn from(state: PaymentState) -> Self {
        Val::from(state.as_str())
    }
}

impl FromCol for PaymentState {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, StoreError> {
        match String::from_col(row, index)?.as_str() {
            "open" => Ok(Self::Open),
            "captured" => Ok(Self::Captured),
            "closed" => Ok(Self::Closed),
            other => Err(StoreError::internal(format!("no payment state is called {other}"))),
        }
    }
}

/// A payment: the attempt to collect one sum once, for one order of one shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The shop that is paid.
    pub shop: ShopId,
    /// Which.
    pub payment: PaymentId,
    /// The order that it pays for.
    pub order: OrderId,
    /// Who is to pay.
    pub shopper: ShopperId,
    /// What is to be paid; more than nothing.
    pub amount: Money,
    /// What the payer reads at the channel.
    pub description: String,
    /// Where it stands.
    pub state: PaymentState,
    /// How many bills were made at channels so far; names the present one.
    pub attempt: i64,
    /// The channel of the present bill, or the one that the money came through.
    pub channel: Option<String>,
    /// The channel's number of the transaction that paid.
    pub channel_txn: Option<String>,
    /// What came in, minor units: the whole amount or 0.
    pub captured: i64,
    /// What is on its way back, minor units.
    pub refunding: i64,
    /// What went back, minor units.
    pub refunded: i64,
    /// When it was opened, business time.
    pub opened_at: Timestamp,
    /// When it is to be given up, business time. The room trade closes it.
    pub expires_at: Timestamp,
    /// When the present bill was begun, wall time; `None` while there is none.
    pub started_wall: Option<Timestamp>,
    /// When the payer paid, by the channel's clock.
    pub paid_at: Option<Timestamp>,
    /// When it was captured here, business time.
    pub captured_at: Option<Timestamp>,
    /// When it was given up, business time.
    pub closed_at: Option<Timestamp>,
    /// When money came after it had been given up, business time. Such money is given back in full.
    pub late_at: Option<Timestamp>,
    /// Grows with each event.
    pub version: i64,
    /// The combined payment that it is bound to, or that has paid it; see [`Combined`](crate::Combined).
    pub combined: Option<PaymentId>,
}

impl Payment {
    /// What may still be given back, minor units.
    pub const fn refundable(&self) -> i64 {
        self.captured - self.refunding - self.refunded
    }

    /// True if the money came after the payment had been given up.
    pub const fn is_late(&self) -> bool {
        self.late_at.is_some()
    }
}

/// Money that a channel says it has collected: what callback, return page and poll all come down to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    /// The shop that is paid.
    pub shop: ShopId,
    /// The payment.
    pub payment: PaymentId,
    /// The channel's name.
    pub channel: String,
    /// The channel's number of the transaction.
    pub channel_txn: String,
    /// What was collected.
    pub amount: Money,
    /// When, by the channel's clock.
    pub paid_at: Timestamp,
}

/// What [`complete`](crate::complete) came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Completed {
    /// The money was captured now.
    First(Payment),
    /// The same money was captured before; nothing was changed.
    Already(Payment),
    /// The payment had been given up. The money was captured now and flagged late; the caller must give it back
    /// in full with [`refund`](crate::refund).
    AfterClose(Payment),
}

impl Completed {
    /// The payment, as it is now.
    pub const fn payment(&self) -> &Payment {
        match self {
            Self::First(p) | Self::Already(p) | Self::AfterClose(p) => p,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_captured_payment_never_leaves_that_state() {
        use PaymentState::{Captured, Closed, Open};
        for to in [Open, Captured, Closed] {
            assert!(!Captured.may_become(to));
        }
        assert!(Open.may_become(Captured) && Open.may_become(Closed) && Closed.may_become(Captured));
        assert!(!Closed.may_become(Open) && !Open.may_become(Open));
    }
}
