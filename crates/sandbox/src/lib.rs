#![doc = include_str!("../README.md")]

mod bill;
mod error;
mod sign;

mod channel;
mod faults;
mod make;
mod notice;
mod refund;
mod service;
mod settle;

mod http;
mod page;
mod sql;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use bill::{Bill, BillState, Calls, Faults, MOVES, Notices, Refund, RefundState, Refunds};
pub use channel::{NAME, SandboxChannel};
pub use error::Error;
pub use faults::{SetBillFaults, SetFaults};
pub use http::routes;
pub use make::MakeBill;
pub use notice::{Delivery, Notify};
pub use refund::{FinishRefund, MakeRefund};
pub use service::{Sandbox, register};
pub use settle::{Approve, CloseBill, Decline};
pub use sign::{Key, NONCE, SIGNATURE, TIMESTAMP, WINDOW_MS, is_fresh};

/// The tables of the simulated services.
pub const MIGRATIONS: store::Room = store::migrations!("sandbox", "V1__sandbox");
