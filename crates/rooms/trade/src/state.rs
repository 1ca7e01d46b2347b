//! The states of an order and the moves between them.

use store::{Error as StoreError, FromCol, Row};

/// Where an order is. The numbers are the published ones (`docs/wire/orders.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[repr(i64)]
pub enum OrderState {
    /// Waiting for payment.
    Unpaid = 10,
    /// A gift that its receiver has not accepted yet.
    GiftUnclaimed = 12,
    /// Group buying: waiting for the group to be complete.
    GroupOpen = 13,
    /// Paid, or free of charge; waiting to be shipped.
    ToShip = 20,
    /// Some pieces are on their way.
    PartShipped = 21,
    /// All pieces are on their way.
    Shipped = 30,
    /// Received; the money can be settled.
    Done = 100,
    /// Everything was refunded before it was received.
    Refunded = 200,
    /// Cancelled by the shopper, the shop or time, before payment.
    Cancelled = 250,
}

use OrderState::{Cancelled, Done, GiftUnclaimed, GroupOpen, PartShipped, Refunded, Shipped, ToShip, Unpaid};

/// Every move that there is. What is not here does not happen.
pub const MOVES: &[(OrderState, OrderState)] = &[
    (Unpaid, ToShip),
    (Unpaid, GiftUnclaimed),
    (Unpaid, GroupOpen),
    (Unpaid, Cancelled),
    (GiftUnclaimed, ToShip),
    (GiftUnclaimed, Refunded),
    (GroupOpen, ToShip),
    (GroupOpen, Refunded),
    (ToShip, PartShipped),
    (ToShip, Shipped),
    (ToShip, Refunded),
    (PartShipped, PartShipped),
    (PartShipped, Shipped),
    (Shipped, Done),
];

impl OrderState {
    /// All of them.
    pub const ALL: &[Self] =
        &[Unpaid, GiftUnclaimed, GroupOpen, ToShip, PartShipped, Shipped, Done, Refunded, Cancelled];

    /// The published number.
    pub const fn number(self) -> i64 {
        self as i64
    }

    /// The state of a number.
    pub fn of(number: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|s| s.number() == number)
    }

    /// True if an order may go from here to `to`.
    pub fn may_become(self, to: Self) -> bool {
        MOVES.contains(&(self, to))
    }

    /// True if money was taken for it (or none was needed) and it is not given back.
    pub const fn is_paid(self) -> bool {
        !matches!(self, Unpaid | Cancelled)
    }
}

impl FromCol for OrderState {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, StoreError> {
        Self::of(row.get(index)?).ok_or_else(|| StoreError::internal("a stored order state can't be read"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_has_no_way_out_and_every_other_state_reaches_one() {
        let ends = [Done, Refunded, Cancelled];
        for state in OrderState::ALL {
            let leaves = MOVES.iter().any(|(from, to)| from == state && from != to);
            assert_eq!(leaves, !ends.contains(state), "{state:?}");
        }
    }

    #[test]
    fn every_state_but_the_first_can_be_reached() {
        for state in OrderState::ALL.iter().filter(|s| **s != Unpaid) {
            assert!(MOVES.iter().any(|(_, to)| to == state), "{state:?}");
        }
    }
}
