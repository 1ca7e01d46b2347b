#![doc = include_str!("../README.md")]

mod account;
mod balance;
mod check;
mod error;
mod hold;
mod http;
mod post;
mod posting;
mod snapshot;
mod sql;
mod statement;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use account::{Account, AccountKind, Leg};
pub use balance::{AccountBalance, accounts, available, balance, own_accounts};
pub use check::{
    InFlight, KindTotal, Sum, TrialBalance, check, in_flight, in_flight_list, platform_trial_balance,
    trial_balance,
};
pub use error::Error;
pub use hold::{Capture, Hold, HoldState, authorise, capture, release};
pub use http::routes;
pub use post::post;
pub use posting::Posting;
pub use snapshot::{SnapshotJob, register, schedule};
pub use statement::{Line, own_statement, platform_statement, statement};

/// The tables of this room.
pub const MIGRATIONS: store::Room = store::migrations!("ledger", "V1__ledger");
