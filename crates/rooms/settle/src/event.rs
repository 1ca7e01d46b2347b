//! What happens here.

use kernel::{Currency, OrderId, ShopId, ShopperId, Timestamp, TransferId};
use serde::{Deserialize, Serialize};
use store::Event;

/// A finished order was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSettled {
    /// The shop.
    pub shop: ShopId,
    /// The order.
    pub order: OrderId,
    /// Who bought.
    pub shopper: ShopperId,
    /// What both halves of the fee carry.
    pub transfer: TransferId,
    /// The currency.
    pub currency: Currency,
    /// The platform's fee, minor units.
    pub fee: i64,
    /// The shop's share, minor units.
    pub net: i64,
    /// When, business time.
    pub at: Timestamp,
}

impl Event for OrderSettled {
    const KIND: &'static str = "settle.order_settled";
    fn subject(&self) -> (i64, i64) {
        (self.transfer.0, 1)
    }
}
