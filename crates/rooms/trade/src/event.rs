//! What happens to orders.

use kernel::{OrderId, ShopId, ShopperId};
use serde::{Deserialize, Serialize};
use store::Event;

macro_rules! order_events {
    ($($(#[$doc:meta])* $name:ident = $kind:literal { $($(#[$field_doc:meta])* $field:ident: $ty:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {
            /// The shop.
            pub shop: ShopId,
            /// The order.
            pub order: OrderId,
            /// Who bought.
            pub shopper: ShopperId,
            /// The order's version after it.
            pub version: i64,
            $($(#[$field_doc])* pub $field: $ty,)*
        }

        impl Event for $name {
            const KIND: &'static str = $kind;
            fn subject(&self) -> (i64, i64) {
                (self.order.0, self.version)
            }
        }
    )+};
}

order_events! {
    /// An order was placed.
    OrderPlaced = "trade.order_placed" {
        /// To be paid, minor units.
        total: i64,
    }
    /// An order was paid, or needs no payment.
    OrderPaid = "trade.order_paid" {
        /// Paid, minor units.
        total: i64,
    }
    /// Some or all pieces of an order were shipped.
    OrderShipped = "trade.order_shipped" {
        /// True if nothing is left to be shipped.
        all: bool,
    }
    /// An order was received and is over.
    OrderFinished = "trade.order_finished" {
        /// 1 by the shopper, 2 by time.
        confirm_type: i64,
    }
    /// An order was cancelled, or refunded in full.
    OrderCancelled = "trade.order_cancelled" {
        /// See `CancelType`.
        cancel_type: i64,
    }
    /// An order's price, remark or refunds changed.
    OrderChanged = "trade.order_changed" {
        /// The published number of what changed: 3 remark, 12 price; 0 for a refund.
        change: i64,
    }
}
