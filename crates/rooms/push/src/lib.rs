#![doc = include_str!("../README.md")]

mod claim;
pub mod crypto;
mod endpoint;
mod envelope;
mod error;
mod forget;
mod http;
mod inbox;
mod log;
mod message;
mod notice;
mod queue;
mod replay;
mod schedule;
mod send;
mod sender;
mod set_endpoint;
mod sql;
mod stream;
mod target;
mod tell;
#[cfg(test)]
mod testing;
mod verify;
mod xml;

pub use crypto::AesKey;
pub use endpoint::{ENDPOINT_MOVES, Endpoint, EndpointState, Failure, Format, Mode};
pub use error::Error;
pub use forget::KEEP_MS;
pub use http::routes;
pub use inbox::{MarkRead, glance, mark_read, notices};
pub use log::{Filter, push, pushes};
pub use message::{Attempt, Logged, Message, PUSH_MOVES, Push, PushState};
pub use notice::{BODY_CHARS, Glance, NewNotice, Notice, TITLE_CHARS};
pub use queue::queue;
pub use replay::{Replay, replay};
pub use schedule::{WAITS_MS, wait_after};
pub use sender::Sender;
pub use set_endpoint::{RemoveEndpoint, SetEndpoint, endpoint, endpoints, remove_endpoint, set_endpoint};
pub use stream::Streams;
pub use target::Targets;
pub use tell::tell;
pub use verify::{VerifyEndpoint, verify_endpoint};

use store::Registry;

/// The room's tables.
pub const MIGRATIONS: store::Room = store::migrations!("push", "V1__push");

/// Registers the room's jobs: pushes and checks go out through `sender`.
pub fn register(registry: &mut Registry, sender: &Sender) {
    let pushing = sender.clone();
    registry.on_task(move |store, caller, job| send::run(pushing.clone(), store, caller, job));
    let checking = sender.clone();
    registry.on_task(move |store, caller, job| verify::run(checking.clone(), store, caller, job));
    registry.on_job(|tx, ctx, _: forget::ForgetPushes| {
        Box::pin(async move { Ok(forget::forget(tx, ctx).await?) })
    });
}
