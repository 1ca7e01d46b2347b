//! What happens to products. All lie in the shop's scope, each with a version of its own.

use kernel::ProductId;
use serde::{Deserialize, Serialize};
use store::Event;

/// An audit is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductAudited {
    /// The product.
    pub product: ProductId,
    /// Which audit of it.
    pub round: i64,
    /// It passed.
    pub passed: bool,
    /// The product's version.
    pub version: i64,
}

/// The product went on sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductListed {
    /// The product.
    pub product: ProductId,
    /// The product's version.
    pub version: i64,
}

/// The product went off sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductDelisted {
    /// The product.
    pub product: ProductId,
    /// The number of its status: 11 by the shop, 13 by the platform.
    pub status: i64,
    /// The product's version.
    pub version: i64,
}

/// The product's data changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductUpdated {
    /// The product.
    pub product: ProductId,
    /// 0 changed, 1 added, 2 deleted, 3 erased.
    pub change: i64,
    /// The product's version.
    pub version: i64,
}

macro_rules! of_products {
    ($($name:ident = $kind:literal;)+) => {$(
        impl Event for $name {
            const KIND: &'static str = $kind;
            fn subject(&self) -> (i64, i64) {
                (self.product.0, self.version)
            }
        }
    )+};
}

of_products! {
    ProductAudited = "catalog.product_audited";
    ProductListed = "catalog.product_listed";
    ProductDelisted = "catalog.product_delisted";
    ProductUpdated = "catalog.product_updated";
}
