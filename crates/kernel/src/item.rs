//! So many of one sku.

use crate::SkuId;

/// A quantity of one sku: the word in which orders, reservations and parcels speak to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Item {
    /// Which sku.
    pub sku: SkuId,
    /// How many pieces; more than zero wherever a use case accepts it.
    pub quantity: i64,
}
