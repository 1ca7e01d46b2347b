//! Why a trade use case refuses.

use kernel::{Denied, Fault, Kind, SkuId};
use serde_json::json;

/// A refusal, or a failure below.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such order in the caller's scope.
    #[error("there is no such order")]
    NotFound,
    /// No such shop, or it does not sell now.
    #[error("this shop does not sell at the moment")]
    ShopClosed,
    /// An order needs at least one line, and not too many.
    #[error("an order has 1 to {} lines", crate::place::LINES_MAX)]
    LineCount,
    /// A quantity outside 1 to 9,999.
    #[error("a quantity is 1 to {}", crate::place::QUANTITY_MAX)]
    Quantity {
        /// Of which sku.
        sku: SkuId,
    },
    /// The same sku twice.
    #[error("a sku stands in an order once")]
    DuplicateSku {
        /// Which.
        sku: SkuId,
    },
    /// The shop sells no such thing now.
    #[error("this is not on sale")]
    NotOnSale {
        /// Which.
        sku: SkuId,
    },
    /// Not enough pieces are left.
    #[error("sold out")]
    SoldOut {
        /// Which.
        sku: SkuId,
    },
    /// The price is not the one that the shopper agreed to.
    #[error("the price has changed")]
    PriceChanged {
        /// What it costs now, in minor units.
        now: i64,
    },
    /// The amounts can't be computed: too large, or a discount above the price.
    #[error("the amounts are out of range")]
    Amount,
    /// The receiver's address is missing or not well-formed.
    #[error("the receiver's address is incomplete")]
    Receiver,
    /// The order's state does not allow it.
    #[error("the order's state does not allow this")]
    State {
        /// The published number of the state that it is in.
        now: i64,
    },
    /// Somebody else changed the order at the same time.
    #[error("the order was changed meanwhile; look again")]
    Changed,
    /// The payment has begun, or is over: its amount can't be changed.
    #[error("the payment has begun")]
    PaymentBegun,
    /// More pieces of a line than are still to be shipped; or a sku that is not in the order.
    #[error("more pieces than are still to be shipped")]
    TooManyPieces {
        /// Which.
        sku: SkuId,
    },
    /// A carrier code or waybill number that is empty or too long.
    #[error("a parcel needs a carrier code, a waybill number and its pieces")]
    Parcel,
    /// A new price above the old one, or below nothing.
    #[error("a changed price lies between 0 and the line's price")]
    NewPrice {
        /// Of which sku.
        sku: SkuId,
    },
    /// The price was changed as often as it may be.
    #[error("the price was changed {} times already", crate::reprice::MOST_CHANGES)]
    PriceChanges,
    /// The receiver's address was changed as often as it may be.
    #[error("the address was changed {} times already", crate::readdress::MOST_CHANGES)]
    AddressChanges,
    /// A refund of nothing, or of more than was paid and not yet given back.
    #[error("a refund is more than nothing and at most what was paid")]
    RefundAmount,
    /// A text is too long or holds control characters.
    #[error("the text is too long or holds control characters")]
    Text,
    /// A list filter that makes no sense, such as a span above seven days.
    #[error("the range or page is not allowed")]
    Range,
    /// The cart is full.
    #[error("the cart is full")]
    CartFull,
    /// A checkout over no shop, over too many, or twice over one.
    #[error("a checkout is over 1 to {} different shops", crate::checkout::SHOPS_MAX)]
    Shops,
    /// One shop of a checkout refuses.
    #[error("shop {shop}: {why}")]
    InShop {
        /// Which.
        shop: kernel::ShopId,
        /// Why.
        why: Box<Error>,
    },
    /// The door.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The payment room refused.
    #[error(transparent)]
    Pay(pay::Error),
    /// A room below refused in a way that this one does not expect.
    #[error("{0}")]
    Below(Box<dyn Fault>),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::LineCount
            | Self::Quantity { .. }
            | Self::DuplicateSku { .. }
            | Self::Amount
            | Self::Receiver
            | Self::TooManyPieces { .. }
            | Self::Parcel
            | Self::NewPrice { .. }
            | Self::RefundAmount
            | Self::Text
            | Self::Shops
            | Self::Range => Kind::Invalid,
            Self::ShopClosed | Self::NotOnSale { .. } | Self::SoldOut { .. } => Kind::Gone,
            Self::PriceChanged { .. }
            | Self::State { .. }
            | Self::Changed
            | Self::PaymentBegun
            | Self::PriceChanges
            | Self::AddressChanges
            | Self::CartFull => Kind::Conflict,
            Self::InShop { why, .. } => why.kind(),
            Self::Denied(e) => e.kind(),
            Self::Pay(e) => e.kind(),
            Self::Below(e) => e.kind(),
            Self::Store(e) => e.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "trade.not_found",
            Self::ShopClosed => "trade.shop_closed",
            Self::LineCount => "trade.line_count",
            Self::Quantity { .. } => "trade.quantity",
            Self::DuplicateSku { .. } => "trade.duplicate_sku",
            Self::NotOnSale { .. } => "trade.not_on_sale",
            Self::SoldOut { .. } => "trade.sold_out",
            Self::PriceChanged { .. } => "trade.price_changed",
            Self::Amount => "trade.amount",
            Self::Receiver => "trade.receiver",
            Self::State { .. } => "trade.state",
            Self::Changed => "trade.changed",
            Self::PaymentBegun => "trade.payment_begun",
            Self::TooManyPieces { .. } => "trade.too_many_pieces",
            Self::Parcel => "trade.parcel",
            Self::NewPrice { .. } => "trade.new_price",
            Self::PriceChanges => "trade.price_changes",
            Self::AddressChanges => "trade.address_changes",
            Self::RefundAmount => "trade.refund_amount",
            Self::Text => "trade.text",
            Self::Range => "trade.range",
            Self::CartFull => "trade.cart_full",
            Self::Shops => "trade.shops",
            Self::InShop { why, .. } => why.code(),
            Self::Denied(e) => e.code(),
            Self::Pay(e) => e.code(),
            Self::Below(e) => e.code(),
            Self::Store(e) => e.code(),
        }
    }

    fn facts(&self) -> Option<serde_json::Value> {
        match self {
            Self::Quantity { sku }
            | Self::DuplicateSku { sku }
            | Self::NotOnSale { sku }
            | Self::SoldOut { sku }
            | Self::TooManyPieces { sku }
            | Self::NewPrice { sku } => Some(json!({ "sku": sku })),
            Self::PriceChanged { now } => Some(json!({ "total": now })),
            Self::State { now } => Some(json!({ "state": now })),
            Self::InShop { shop, why } => {
                let mut facts = why.facts().unwrap_or_else(|| json!({}));
                if let Some(facts) = facts.as_object_mut() {
                    facts.insert("shop_id".into(), json!(shop));
                }
                Some(facts)
            }
            Self::Pay(e) => e.facts(),
            _ => None,
        }
    }
}

impl From<stock::Error> for Error {
    fn from(e: stock::Error) -> Self {
        match e {
            stock::Error::SoldOut { sku } => Self::SoldOut { sku },
            stock::Error::Store(e) => Self::Store(e),
            other => Self::Below(other.into()),
        }
    }
}

impl From<pay::Error> for Error {
    fn from(e: pay::Error) -> Self {
        match e {
            pay::Error::Store(e) => Self::Store(e),
            other => Self::Pay(other),
        }
    }
}

impl From<promo::QuoteError> for Error {
    fn from(_: promo::QuoteError) -> Self {
        Self::Amount
    }
}
