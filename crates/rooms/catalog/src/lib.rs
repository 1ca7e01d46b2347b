#![doc = include_str!("../README.md")]

mod product;
mod sql;

pub use product::*;

/// The room's tables.
pub const MIGRATIONS: store::Room = store::migrations!("catalog", "V1__catalog");
