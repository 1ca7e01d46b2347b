#![doc = include_str!("../README.md")]

mod channel;
mod combined;
mod door;
mod error;
mod event;
mod payment;
mod reference;
mod refunding;

mod anomaly;
mod ask;
mod bill;
mod books;
mod capture_combined;
mod change_amount;
mod check;
mod close;
mod combine;
mod complete;
mod give_up;
mod intake;
mod open;
mod poll;
mod read;
mod refund;
mod refund_end;
mod retry;
mod return_link;
mod send;
mod share;
mod spread;
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
pub use capture_combined::CaptureCombined;
pub use change_amount::change_amount;
pub use channel::{
    AskRefund, BillNews, Channel, ChannelError, Channels, Collected, Notice, Prepaid, Prepay, RawNotice,
    Receipt, RefundNews,
};
pub use check::check;
pub use close::close;
pub use combine::{Combine, combine, combined};
pub use combined::{COMBINED_MOVES, Combined, CombinedState, Share, SharePaid};
pub use complete::{complete, complete_share};
pub use error::Error;
pub use event::{Captured, RefundFailed, Refunded};
pub use give_up::LeaveCombined;
pub use http::{CombinedOut, routes};

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
pub use return_link::returned;
pub use send::SendRefund;
pub use share::{BindShare, ReleaseShare};
pub use spread::{ReturnShare, SpreadShares};
pub use start::{Start, Started};
pub use work::register;

/// The tables of this room.
pub const MIGRATIONS: store::Room = store::migrations!("pay", "V1__pay", "V2__combined");
