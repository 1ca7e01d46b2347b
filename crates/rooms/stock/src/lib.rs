#![doc = include_str!("../README.md")]

mod adjust;
mod check;
mod correct;
mod error;
mod event;
mod flow;
mod give_back;
mod hold;
mod http;
mod level;
mod pushes;
mod receive;
mod reserve;
mod settle;
mod sql;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod wire;

pub use adjust::Update;
pub use check::check;
pub use correct::{Change, Correction, correct};
pub use error::Error;
pub use event::RanOut;
pub use flow::{FlowFilter, FlowLine, Reason, flow};
pub use give_back::give_back;
pub use hold::HoldState;
pub use http::routes;
pub use level::{Level, MOST_PIECES, level, levels, own_level, own_levels};
pub use pushes::register;
pub use receive::{Movement, receive, receive_all};
pub use reserve::reserve;
pub use settle::{commit, release};
pub use wire::wire_routes;

/// The tables of this room.
pub const MIGRATIONS: store::Room = store::migrations!("stock", "V1__stock");
