//! What a command leaves behind besides its rows: events and jobs, gathered while it runs and written when it
//! has succeeded, in its own transaction.

use kernel::{Ctx, Scope, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Batch, Error, Registry, p};

/// A fact in the past tense: ids and numbers only, no personal data. Read by rooms further up and by merchants'
/// pushes.
pub trait Event: Serialize + Send + Sync {
    /// The name, `room.happened`.
    const KIND: &'static str;
    /// The thing that it happened to, and the version of the thing that it made: subscribers see a thing's events
    /// in the order of versions.
    fn subject(&self) -> (i64, i64);
}

/// Work to be done later, or outside the transaction.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The name, `room.do_it`.
    const KIND: &'static str;
    /// Which one: there is at most one waiting job of a kind and key in a scope.
    fn key(&self) -> i64;
}

#[derive(Default)]
pub(crate) struct Effects {
    pub(crate) said: Vec<Said>,
    pub(crate) scheduled: Vec<Scheduled>,
}

impl Effects {
    pub(crate) fn clear(&mut self) {
        self.said.clear();
        self.scheduled.clear();
    }

    /// True if somebody should look for work after the commit.
    pub(crate) fn wakes(&self) -> bool {
        !self.said.is_empty() || !self.scheduled.is_empty()
    }
}

pub(crate) struct Said {
    scope: Scope,
    id: i64,
    version: i64,
    kind: &'static str,
    payload: String,
    at: Timestamp,
    wall: Timestamp,
}

impl Said {
    pub(crate) fn new<E: Event>(ctx: &Ctx, event: &E) -> Result<Self, Error> {
        let (id, version) = event.subject();
        Ok(Self {
            scope: ctx.scope,
            id,
            version,
            kind: E::KIND,
            payload: to_json(event)?,
            at: ctx.now,
            wall: ctx.wall,
        })
    }

    pub(crate) fn write<'a>(&'a self, registry: &Registry, batch: &mut Batch<'a>) {
        let subscribers = registry.subscribers_of(self.kind);
        batch.add(
            INSERT_EVENT,
            p![
                self.scope.key(),
                self.scope.kind(),
                self.id,
                self.version,
                self.kind,
                &self.payload,
                self.at,
                self.wall,
                i64::try_from(subscribers.len()).unwrap_or(i64::MAX)
            ],
        );
        for subscriber in subscribers {
            batch.add(INSERT_DELIVERY, p![self.scope.key(), self.id, subscriber, self.version, self.wall]);
        }
    }
}

pub(crate) struct Scheduled {
    scope: Scope,
    kind: &'static str,
    key: i64,
    /// `None` takes the job back.
    work: Option<(String, Timestamp)>,
}

impl Scheduled {
    pub(crate) fn at<J: Job>(ctx: &Ctx, due: Timestamp, job: &J) -> Result<Self, Error> {
        Ok(Self { scope: ctx.scope, kind: J::KIND, key: job.key(), work: Some((to_json(job)?, due)) })
    }

    pub(crate) const fn cancel<J: Job>(ctx: &Ctx, key: i64) -> Self {
        Self { scope: ctx.scope, kind: J::KIND, key, work: None }
    }

    pub(crate) fn write<'a>(&'a self, batch: &mut Batch<'a>) {
        match &self.work {
            Some((payload, due)) => batch
                .add(UPSERT_JOB, p![self.scope.key(), self.scope.kind(), self.kind, self.key, payload, *due]),
            None => batch.add(DELETE_JOB, p![self.scope.key(), self.kind, self.key]),
        };
    }
}

fn to_json<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|e| Error::internal(format!("can't be written as JSON: {e}")))
}

const INSERT_EVENT: &str = "\
INSERT INTO store_event (scope, scope_kind, aggregate_id, version, kind, payload, at, wall, subscribers)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

const INSERT_DELIVERY: &str = "\
INSERT INTO store_delivery (scope, aggregate_id, subscriber, version, wall, not_before, lease, attempts)
VALUES ($1, $2, $3, $4, $5, 0, 0, 0)";

const UPSERT_JOB: &str = "\
INSERT INTO store_job (scope, scope_kind, kind, key, payload, due, not_before, lease, attempts)
VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0)
ON CONFLICT (scope, kind, key) DO UPDATE
SET payload = excluded.payload, due = excluded.due, not_before = 0, lease = 0, attempts = 0,
    parked_wall = NULL, error = NULL";

const DELETE_JOB: &str = "\
DELETE FROM store_job
WHERE scope = $1 AND kind = $2 AND key = $3";
