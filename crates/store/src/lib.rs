#![doc = include_str!("../README.md")]

mod clock;
mod command;
mod deliver;
mod effect;
mod error;
mod health;
mod jobs;
mod lite;
mod lot;
mod migrate;
mod node;
mod pg;
mod record;
mod registry;
mod row;
mod run;
mod sql;
mod store;
#[cfg(any(test, feature = "testkit"))]
pub mod testkit;
#[cfg(test)]
mod tests;
mod tx;
mod value;
mod vault;
mod work;

pub use command::{Command, Key};
pub use effect::{Event, Job};
pub use error::{Cause, Error};
pub use health::{Backlog, Finding, Parked};
pub use migrate::Room;
pub use record::{Executed, Recorder, array_form};
pub use registry::{BoxFault, Happened, Outcome, Registry};
pub use row::Row;
pub use store::{Options, Snapshot, Store};
pub use tx::{Batch, Tx};
pub use value::{FromCol, Params, Val};
pub use vault::Vault;
pub use work::{Roles, Stop};

#[doc(hidden)]
pub use futures::future::BoxFuture;
