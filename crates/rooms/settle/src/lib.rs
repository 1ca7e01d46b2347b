#![doc = include_str!("../README.md")]

mod account;
mod error;
mod event;
mod health;
mod http;
mod order;
mod register;
mod sql;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use account::{Balance, Flow, Statement, balance, flow, statement};
pub use error::Error;
pub use event::OrderSettled;
pub use health::{Totals, check, totals};
pub use http::routes;
pub use order::{Settlement, platform_half, settle_order, settlements};
pub use register::register;

/// The tables of this room.
pub const MIGRATIONS: store::Room = store::migrations!("settle", "V1__settle");
