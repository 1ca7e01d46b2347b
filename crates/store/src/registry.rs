//! Who listens to which events and who does which jobs. Filled once, when the program is assembled.

use futures::future::BoxFuture;
use kernel::{Caller, Ctx, Fault, Kind, Scope, Timestamp};
use std::{collections::HashMap, sync::Arc};

use crate::{Error, Job, Recorder, Store, Tx, Vault};

/// The fault of a handler.
pub type BoxFault = Box<dyn Fault>;

/// An event on its way to a subscriber.
#[derive(Debug, Clone)]
pub struct Happened {
    /// Whose.
    pub scope: Scope,
    /// The thing that it happened to.
    pub subject: i64,
    /// The thing's version after it.
    pub version: i64,
    /// The name.
    pub kind: String,
    /// The facts, as JSON.
    pub payload: String,
    /// When, in business time.
    pub at: Timestamp,
}

impl Happened {
    /// The facts, read.
    pub fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(&self.payload)
            .map_err(|e| Error::internal(format!("event {} can't be read: {e}", self.kind)))
    }
}

/// What a task came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done; the job is removed.
    Done,
    /// To be tried again after so many ms of wall time.
    Again {
        /// Milliseconds from now.
        in_ms: i64,
    },
    /// Given up: it stays visible among the parked jobs, with this reason.
    Park(String),
}

type Listener = Arc<
    dyn for<'a> Fn(&'a mut Tx, &'a Ctx, &'a Happened) -> BoxFuture<'a, Result<(), BoxFault>> + Send + Sync,
>;
type InTx =
    Box<dyn for<'a> Fn(&'a mut Tx, &'a Ctx, &'a str) -> BoxFuture<'a, Result<(), BoxFault>> + Send + Sync>;
type Outside =
    Box<dyn Fn(Store, Caller, String) -> BoxFuture<'static, Result<Outcome, BoxFault>> + Send + Sync>;

pub(crate) enum Worker {
    InTx(InTx),
    Outside(Outside),
}

/// The subscribers and workers of all rooms.
pub struct Registry {
    /// By the kind of event: who, and what they do.
    listeners: HashMap<&'static str, Vec<(&'static str, Listener)>>,
    workers: HashMap<&'static str, Worker>,
    pub(crate) vault: Vault,
    /// Wants to know every statement; nobody but the bench does.
    pub(crate) recorder: Option<Recorder>,
}

impl Default for Registry {
    fn default() -> Self {
        let (listeners, workers) = Default::default();
        Self { listeners, workers, vault: Vault::new(&[0; 32]), recorder: None }
    }
}

impl Registry {
    /// Nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets `recorder` write down every statement of the store.
    pub fn record(&mut self, recorder: &Recorder) {
        self.recorder = Some(recorder.clone());
    }

    /// `subscriber` hears events of these kinds, each thing's in order. It runs in a transaction together with the
    /// mark that it has heard, as the program itself in the event's scope. It may hear other kinds by another
    /// listener; for a kind that it hears already, the later listener takes the place of the earlier.
    pub fn on_events<F>(&mut self, subscriber: &'static str, kinds: &[&'static str], listen: F)
    where
        F: for<'a> Fn(&'a mut Tx, &'a Ctx, &'a Happened) -> BoxFuture<'a, Result<(), BoxFault>>
            + Send
            + Sync
            + 'static,
    {
        let listener: Listener = Arc::new(listen);
        for kind in kinds {
            let of_kind = self.listeners.entry(kind).or_default();
            of_kind.retain(|(other, _)| *other != subscriber);
            of_kind.push((subscriber, Arc::clone(&listener)));
        }
    }

    /// A job that is done in one transaction, together with its removal: exactly once.
    pub fn on_job<J: Job, F>(&mut self, run: F)
    where
        F: for<'a> Fn(&'a mut Tx, &'a Ctx, J) -> BoxFuture<'a, Result<(), BoxFault>> + Send + Sync + 'static,
    {
        let worker: InTx = Box::new(move |tx, ctx, payload| match serde_json::from_str(payload) {
            Ok(job) => run(tx, ctx, job),
            Err(e) => Box::pin(async move { Err(unreadable::<J>(&e)) }),
        });
        self.workers.insert(J::KIND, Worker::InTx(worker));
    }

    /// A job that reaches outside. It holds no transaction; it runs at least once, with the job's scope and key as
    /// its own idempotency key.
    pub fn on_task<J: Job, F>(&mut self, run: F)
    where
        F: Fn(Store, Caller, J) -> BoxFuture<'static, Result<Outcome, BoxFault>> + Send + Sync + 'static,
    {
        let worker: Outside = Box::new(move |store, caller, payload| match serde_json::from_str(&payload) {
            Ok(job) => run(store, caller, job),
            Err(e) => Box::pin(async move { Err(unreadable::<J>(&e)) }),
        });
        self.workers.insert(J::KIND, Worker::Outside(worker));
    }

    /// Who hears events of this kind.
    pub(crate) fn subscribers_of(&self, kind: &str) -> impl ExactSizeIterator<Item = &'static str> {
        self.listeners.get(kind).map_or(&[][..], Vec::as_slice).iter().map(|(subscriber, _)| *subscriber)
    }

    pub(crate) fn listener(&self, subscriber: &str, kind: &str) -> Option<&Listener> {
        self.listeners.get(kind)?.iter().find(|(other, _)| *other == subscriber).map(|(_, listener)| listener)
    }

    pub(crate) fn worker(&self, kind: &str) -> Option<&Worker> {
        self.workers.get(kind)
    }
}

/// The fault of a handler as the store notes it: the code and the public words, for the list of what was parked.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) BoxFault);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.0.code(), self.0)
    }
}

impl std::error::Error for Refused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

impl Fault for Refused {
    fn kind(&self) -> Kind {
        self.0.kind()
    }

    fn code(&self) -> &'static str {
        self.0.code()
    }
}

impl From<Error> for Refused {
    fn from(e: Error) -> Self {
        Self(e.into())
    }
}

fn unreadable<J: Job>(e: &serde_json::Error) -> BoxFault {
    Error::internal(format!("job {} can't be read: {e}", J::KIND)).into()
}
