//! Refunds: their states, the table of moves, and what is said of them.

use kernel::{HoldId, Money, OrderId, PaymentId, RefundId, ShopId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Error as StoreError, FromCol, Row, Val};

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    /// Wanted; the channel knows nothing of it.
    Requested,
    /// On its way: the channel may have heard of it.
    Sent,
    /// The payer has the money, as the channel says. Final.
    Done,
    /// The channel refused for good. May be tried again.
    Failed,
}

/// Every move that a refund can make. The last one is a retry.
pub const REFUND_MOVES: &[(RefundState, RefundState)] = &[
    (RefundState::Requested, RefundState::Sent),
    (RefundState::Sent, RefundState::Done),
    (RefundState::Sent, RefundState::Failed),
    (RefundState::Failed, RefundState::Requested),
];

impl RefundState {
    /// True if the table of moves leads from here to `to`.
    pub fn may_become(self, to: Self) -> bool {
        REFUND_MOVES.contains(&(self, to))
    }

    /// As the database keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Sent => "sent",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

impl From<RefundState> for Val<'_> {
    fn from(state: RefundState) -> Self {
        Val::from(state.as_str())
    }
}

impl FromCol for RefundState {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, StoreError> {
        match String::from_col(row, index)?.as_str() {
            "requested" => Ok(Self::Requested),
            "sent" => Ok(Self::Sent),
            "done" => Ok(Self::Done),
            "failed" => Ok(Self::Failed),
            other => Err(StoreError::internal(format!("no refund state is called {other}"))),
        }
    }
}

/// Which of the shop's accounts the money comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundSource {
    /// What is collected and not yet settled: the order is not finished. Whoever settles leaves out what is
    /// [`refunding`](crate::Payment::refunding).
    Pending,
    /// The shop's balance: the order was settled. The sum is held there from the request on, so a balance that
    /// is too small refuses the request and not the answer of the channel.
    Available,
}

impl RefundSource {
    /// As the database keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Available => "available",
        }
    }
}

impl From<RefundSource> for Val<'_> {
    fn from(source: RefundSource) -> Self {
        Val::from(source.as_str())
    }
}

impl FromCol for RefundSource {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, StoreError> {
        match String::from_col(row, index)?.as_str() {
            "pending" => Ok(Self::Pending),
            "available" => Ok(Self::Available),
            other => Err(StoreError::internal(format!("no refund source is called {other}"))),
        }
    }
}

/// Money on its way back to a payer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The shop.
    pub shop: ShopId,
    /// Which.
    pub refund: RefundId,
    /// The payment that it gives back, wholly or in part.
    pub payment: PaymentId,
    /// The order that was paid for.
    pub order: OrderId,
    /// How much; more than nothing.
    pub amount: Money,
    /// The account that it comes from.
    pub from: RefundSource,
    /// Why, for the merchant and the payer.
    pub reason: String,
    /// Where it stands.
    pub state: RefundState,
    /// 1, and one more with each retry: a refund that the channel refused is another one to it.
    pub attempt: i64,
    /// The channel's number, once it has given one.
    pub channel_refund: Option<String>,
    /// Why the channel refused it last.
    pub failure: Option<String>,
    /// What is held for it on the shop's balance; `None` when it comes out of what is pending.
    pub hold: Option<HoldId>,
    /// When it was asked for, business time.
    pub requested_at: Timestamp,
    /// When the channel was first told, wall time.
    pub sent_wall: Option<Timestamp>,
    /// When the payer got it, by the channel's clock.
    pub done_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refund_that_is_done_stays_done_and_only_a_failed_one_is_tried_again() {
        use RefundState::{Done, Failed, Requested, Sent};
        for to in [Requested, Sent, Done, Failed] {
            assert!(!Done.may_become(to));
            assert_eq!(Failed.may_become(to), to == Requested);
        }
        assert!(!Requested.may_become(Done), "a refund is marked as sent before the channel hears of it");
    }
}
