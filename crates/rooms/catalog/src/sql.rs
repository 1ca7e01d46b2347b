//! Every statement of the room.

mod category;
mod product;
mod sku;

pub(crate) use category::*;
pub(crate) use product::*;
pub(crate) use sku::*;

/// All of them, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&[&str]] = &[category::ALL, product::ALL, sku::ALL];
