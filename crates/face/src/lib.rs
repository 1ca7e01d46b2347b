#![doc = include_str!("../README.md")]

mod app;
mod body;
mod identified;
mod problem;
mod query;
mod request_id;
mod strict;
pub mod wire;

pub use app::{App, AppBuilder, MissingService};
pub use body::{Body, Keyed};
pub use identified::{Identified, TokenFault, Who};
pub use problem::{Problem, ProblemBody};
pub use query::{IdPath, Paging, Params};
pub use request_id::{RequestId, assign_request_id};

/// The answer of a native handler.
pub type Rest<T> = Result<axum::Json<T>, Problem>;
