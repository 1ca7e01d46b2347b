//! Why there is no quote.

use kernel::{Fault, Kind, SkuId};
use serde_json::json;

/// A refusal of the inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuoteError {
    /// There is nothing to buy.
    #[error("there are no lines")]
    NoLines,
    /// A quantity below one.
    #[error("the quantity must be at least one")]
    QuantityInvalid {
        /// The line.
        sku: SkuId,
    },
    /// A negative price.
    #[error("the price must not be negative")]
    PriceInvalid {
        /// The line.
        sku: SkuId,
    },
    /// A sku in two lines.
    #[error("a sku stands in two lines")]
    SkuTwice {
        /// The sku.
        sku: SkuId,
    },
    /// A negative discount, or one above the goods.
    #[error("the discount must not be negative or above the price of the goods")]
    DiscountInvalid,
    /// A negative freight.
    #[error("the freight must not be negative")]
    FreightInvalid,
    /// A price change of a line that is not there.
    #[error("there is no such line to change")]
    ChangeUnknown {
        /// The sku.
        sku: SkuId,
    },
    /// A price change above what the line cost.
    #[error("a price may only be lowered")]
    ChangeRaises {
        /// The line.
        sku: SkuId,
    },
    /// A price change to nothing.
    #[error("a changed price must be above zero")]
    ChangeZero {
        /// The line.
        sku: SkuId,
    },
    /// A changed freight above what it was.
    #[error("the freight may only be lowered")]
    FreightRaised,
    /// A line's amount below zero, or of less than one piece.
    #[error("a line has at least one piece and no negative amount")]
    LineInvalid,
    /// A product or sum that does not fit.
    #[error("the amount is too large")]
    Overflow,
}

impl QuoteError {
    /// The line it is about.
    pub const fn sku(&self) -> Option<SkuId> {
        match self {
            Self::QuantityInvalid { sku }
            | Self::PriceInvalid { sku }
            | Self::SkuTwice { sku }
            | Self::ChangeUnknown { sku }
            | Self::ChangeRaises { sku }
            | Self::ChangeZero { sku } => Some(*sku),
            _ => None,
        }
    }
}

impl Fault for QuoteError {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NoLines => "promo.no_lines",
            Self::QuantityInvalid { .. } => "promo.quantity_invalid",
            Self::PriceInvalid { .. } => "promo.price_invalid",
            Self::SkuTwice { .. } => "promo.sku_twice",
            Self::DiscountInvalid => "promo.discount_invalid",
            Self::FreightInvalid => "promo.freight_invalid",
            Self::ChangeUnknown { .. } => "promo.change_unknown",
            Self::ChangeRaises { .. } => "promo.change_raises",
            Self::ChangeZero { .. } => "promo.change_zero",
            Self::FreightRaised => "promo.freight_raised",
            Self::LineInvalid => "promo.line_invalid",
            Self::Overflow => "promo.overflow",
        }
    }

    fn facts(&self) -> Option<serde_json::Value> {
        self.sku().map(|sku| json!({ "sku": sku }))
    }
}
