//! Lots: on PostgreSQL, commands of one kind that wait for the same scope run side by side in one transaction.
//!
//! Each runs as it would by itself, up to its next statement; then the statements of all are looked at together and
//! each text is sent once, with the rows of all as arrays. That costs a fraction of a transaction each, and a hot row is
//! locked once for many. A lot forms by itself: while one is under way, what comes in for the same scope waits and goes
//! together. Alone, a command has a transaction of its own as ever.
//!
//! A command that fails before it has changed anything leaves the others alone. In any other trouble the lot is undone as
//! if it had never been, and each of its commands runs by itself: whatever a lot does, they could have done one by one.

mod desk;
mod queue;
mod rewrite;
mod round;
mod run;

pub(crate) use desk::LotTx;
pub(crate) use queue::Lots;
pub(crate) use rewrite::{inserts_text, many_text};
pub(crate) use run::lot_once;
