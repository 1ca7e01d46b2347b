//! What a quote is made from.

use kernel::{Currency, SkuId};
use serde::{Deserialize, Serialize};

/// Everything that a quote depends on. All amounts are minor units of `currency`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// The currency of all amounts.
    pub currency: Currency,
    /// The lines, at least one, each sku once.
    pub lines: Vec<LineIn>,
    /// What is taken off the goods as a whole.
    pub order_discount: Option<Discount>,
    /// The freight before any change.
    pub freight: i64,
    /// What the merchant changed before payment.
    pub price_change: Option<PriceChange>,
}

/// A line before any reduction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineIn {
    /// Which sku.
    pub sku: SkuId,
    /// Pieces, at least one.
    pub quantity: i64,
    /// The selling price of a piece.
    pub unit_price: i64,
    /// The list price of a piece; shown, not used.
    pub market_price: i64,
}

/// An exact amount off, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Discount {
    /// Why, in a word that is stored with the order and shown.
    pub reason: String,
    /// The amount, not negative.
    pub amount: i64,
}

/// A merchant's price change of an unpaid order. The last one replaces all before.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PriceChange {
    /// The lines that cost something else now.
    pub lines: Vec<LineChange>,
    /// The new freight; `None` leaves it.
    pub freight: Option<i64>,
}

/// A line's new total (`change_price`, `docs/wire/orders.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineChange {
    /// Which line.
    pub sku: SkuId,
    /// What the whole line costs now: above zero, at most what it cost after discounts.
    pub total: i64,
}
