#![doc = include_str!("../README.md")]

mod error;
mod inputs;
mod quote;
mod unit_price;

pub use error::QuoteError;
pub use inputs::{Discount, Inputs, LineChange, LineIn, PriceChange};
pub use quote::{LineOut, Quote, quote};
pub use unit_price::unit_price_up;
