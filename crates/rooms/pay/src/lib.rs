#![doc = include_str!("../README.md")]

mod channel;
mod door;
mod error;
mod event;
mod payment;
mod reference;
mod refunding;

mod anomaly;
mod bill;
mod books;
mod change_amount;
mod check;
mod close;
mod complete;
mod intake;
mod open;
mod poll;
mod read;
mod refund;
mod refund_end;
mod retry;
mod send;
mod start;
mod work;

mod http;
mod sql;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use anomaly::{Anomaly, AnomalyKind, NoteAnomaly, ResolveAnomaly, anomalies, note, resolve};
pub use bill::{BeginBill, Begun, Bill, EndBill, SetCashier};
pub use change_amount::change_amount;
pub use channel::{
    AskRefund, BillNews, Channel, ChannelError, Channels, Notice, Prepaid, Prepay, RawNotice, Receipt,
    RefundNews,
};
pub use check::check;
pub use close::close;
pub use complete::complete;
pub use error::Error;
pub use event::{Captured, RefundFailed, Refunded};
pub use http::routes;

pub use intake::{Completion, Intake};
pub use open::{OpenPayment, open};
pub use payment::{Completed, MOVES, Paid, Payment, PaymentState};
pub use poll::{CloseBills, PollBill};
pub use read::{find, get, of_order, refund_of, refunds, refunds_of_order};
pub use reference::{BillNo, NotOurs, RefundNo};
pub use refund::{NewRefund, refund};
pub use refund_end::{RefundDone, RefundRefused, refund_done, refund_failed};
pub use refunding::{REFUND_MOVES, Refund, RefundSource, RefundState};
pub use retry::{RetryRefund, retry_refund};
pub use send::SendRefund;
pub use start::{Start, Started};
pub use work::register;

/// The tables of this room.
pub const MIGRATIONS: store::Room = store::migrations!("pay", "V1__pay");
