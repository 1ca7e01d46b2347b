//! What stock says.

use kernel::{ProductId, SkuId};
use serde::{Deserialize, Serialize};

/// The last available piece of a sku was promised or taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RanOut {
    /// The product.
    pub product: ProductId,
    /// The sku.
    pub sku: SkuId,
    /// The level's version with which it ran out.
    pub version: i64,
}

impl store::Event for RanOut {
    const KIND: &'static str = "stock.ran_out";

    fn subject(&self) -> (i64, i64) {
        (self.sku.get(), self.version)
    }
}
