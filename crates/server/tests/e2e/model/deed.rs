//! What is done, to whom: a draw that has been given its order, its lines and its amounts.

use kernel::RefundId;

use super::op::Mood;

/// One deed. Orders, skus and lines are places in lists; amounts are fen.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    Place { order: usize, shopper: usize, items: Vec<(usize, i64)>, off: i64, saw_another_price: bool },
    Reprice { order: usize, line: usize, price: i64 },
    Begin { order: usize },
    Callback { order: usize, txn: u8, amount: i64 },
    PayUntold { order: usize },
    Return { order: usize },
    Cancel { order: usize, by_shopper: bool },
    Refund { order: usize, amount: i64 },
    Till(Mood),
    RefundNews { order: usize, refund: RefundId, attempt: i64, well: bool },
    Retry { order: usize, refund: RefundId },
    Ship { order: usize, waybill: usize, carried: bool, items: Vec<(usize, i64)> },
    Carrier { waybill: usize, steps: Vec<i64> },
    Confirm { order: usize, owner: bool },
    Receive { sku: usize, pieces: i64 },
    Count { sku: usize, by: i64 },
    Wait { ms: i64 },
    Drain,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Heard {
    /// It was done.
    Done,
    /// An order was placed, and costs so much.
    Placed(i64),
    /// A refund was asked for.
    Refund(RefundId),
    /// It was refused, with this code.
    Refused(&'static str),
}

/// The till's answer to a callback that was not taken: it is sent again.
pub(super) const NOT_TAKEN: &str = "till.not_taken";
/// The till's answer to a payment of a bill that is not open.
pub(super) const BILL_OVER: &str = "till.bill_over";
