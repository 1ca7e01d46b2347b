//! A write is a command.

use kernel::{Caller, Ctx, Fault, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use std::future::Future;

use crate::{Batch, Error, Tx, p};

/// A write, as a value. It runs inside a transaction that it does not end, and may be run again: on PostgreSQL
/// after a serialization failure or a deadlock. It waits for nothing but its transaction.
pub trait Command: Send + Sync + 'static {
    /// What it gives back.
    type Out: Send + 'static;
    /// How it may fail. A failed command leaves no trace.
    type Err: Fault + From<Error>;
    /// The name in metrics and logs, `room.verb`.
    const NAME: &'static str;
    /// True if on PostgreSQL many of them that wait for the same scope may share a transaction, each kind of their
    /// statements executed once for all. Each of its updates and deletes must name one row by its whole key: of two
    /// that name the same row, one comes after the other.
    const IN_LOTS: bool = false;

    /// Runs.
    fn run(&self, tx: &mut Tx, ctx: &Ctx) -> impl Future<Output = Result<Self::Out, Self::Err>> + Send;
}

/// What makes a repeated request one: the same key on the same route by the same credential.
#[derive(Debug, Clone)]
pub struct Key {
    /// Whose key: the number behind the credential.
    pub credential: i64,
    /// The route, method and path pattern.
    pub route: String,
    /// The key as the caller sent it, at most 255 characters.
    pub key: String,
    /// SHA-256 of the request's content.
    pub hash: [u8; 32],
}

impl Key {
    /// The key of a request with this body.
    pub fn new(credential: i64, route: impl Into<String>, key: impl Into<String>, body: &[u8]) -> Self {
        Self { credential, route: route.into(), key: key.into(), hash: Sha256::digest(body).into() }
    }
}

/// How long an idempotency record is kept, in ms of wall time.
pub(crate) const KEEP_MS: i64 = kernel::day_ms(30);

/// How an answer is kept for a repeat.
pub(crate) struct Codec<T> {
    pub(crate) write: fn(&T) -> Result<String, serde_json::Error>,
    pub(crate) read: fn(&str) -> Result<T, serde_json::Error>,
}

impl<T: Serialize + DeserializeOwned> Codec<T> {
    pub(crate) fn json() -> Self {
        Self { write: |t| serde_json::to_string(t), read: |s| serde_json::from_str(s) }
    }
}

/// A command with everything that one run of it needs.
pub(crate) struct Attempt<C: Command> {
    pub(crate) command: C,
    pub(crate) caller: Caller,
    pub(crate) once: Option<(Key, Codec<C::Out>)>,
}

/// What a run came to, before the commit.
pub(crate) struct Ran<T> {
    pub(crate) out: T,
    /// The answer to be kept with it; `None` for a repeat and where there is no key.
    answer: Option<String>,
}

impl<C: Command> Attempt<C> {
    /// Answers from the record of an earlier run, or runs the command.
    pub(crate) async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Ran<C::Out>, C::Err> {
        let Some((key, codec)) = &self.once else {
            return Ok(Ran { out: self.command.run(tx, ctx).await?, answer: None });
        };
        if !claim(tx, ctx, key).await? {
            let out = (codec.read)(&earlier(tx, ctx, key).await?)
                .map_err(|e| Error::internal(format!("a stored answer can't be read: {e}")))?;
            return Ok(Ran { out, answer: None });
        }
        let out = self.command.run(tx, ctx).await?;
        let answer =
            (codec.write)(&out).map_err(|e| Error::internal(format!("an answer can't be stored: {e}")))?;
        Ok(Ran { out, answer: Some(answer) })
    }

    /// True if a run that changed so many rows has changed nothing but to take its key.
    pub(crate) fn only_took_key(&self, changed: u64) -> bool {
        changed == u64::from(self.once.is_some())
    }

    /// Gives the key back that a failed run has taken in a transaction that goes on.
    pub(crate) fn give_key_back<'a>(&'a self, ctx: &Ctx, batch: &mut Batch<'a>) {
        if let Some((key, _)) = &self.once {
            batch.add(FORGET_KEY, p![ctx.scope.key(), key.credential, &key.route, &key.key]);
        }
    }

    /// The statement that belongs to the run: its answer, for a repeat.
    pub(crate) fn keep_answer<'a>(&'a self, ran: &'a Ran<C::Out>, ctx: &Ctx, batch: &mut Batch<'a>) {
        if let (Some((key, _)), Some(answer)) = (&self.once, &ran.answer) {
            batch.add(KEEP_ANSWER, p![ctx.scope.key(), key.credential, &key.route, &key.key, answer]);
        }
    }
}

/// Takes the key before anything else is looked at; false if it is taken. On PostgreSQL this waits for another run
/// with the same key, so that a repeat never sees what the first has done before it sees the first's answer.
async fn claim(tx: &mut Tx, ctx: &Ctx, key: &Key) -> Result<bool, Error> {
    let keep_until = ctx.wall + KEEP_MS;
    let row = p![ctx.scope.key(), key.credential, &key.route, &key.key, key.hash.as_slice(), keep_until];
    Ok(tx.exec(CLAIM_KEY, row).await? == 1)
}

/// The answer of the run that took the key.
async fn earlier(tx: &mut Tx, ctx: &Ctx, key: &Key) -> Result<String, Error> {
    let row = p![ctx.scope.key(), key.credential, &key.route, &key.key];
    let seen = tx.opt(SELECT_ANSWER, row, |r| Ok((r.get::<Vec<u8>>(0)?, r.get::<String>(1)?))).await?;
    match seen {
        None => Err(Error::unavailable("the key was forgotten just now")),
        Some((hash, _)) if hash != key.hash => Err(Error::KeyReused),
        Some((_, answer)) => Ok(answer),
    }
}

const CLAIM_KEY: &str = "\
INSERT INTO store_idempotency (scope, credential, route, key, hash, answer, keep_until)
VALUES ($1, $2, $3, $4, $5, '', $6)
ON CONFLICT DO NOTHING";

const SELECT_ANSWER: &str = "\
SELECT hash, answer FROM store_idempotency
WHERE scope = $1 AND credential = $2 AND route = $3 AND key = $4";

const KEEP_ANSWER: &str = "\
UPDATE store_idempotency SET answer = $5
WHERE scope = $1 AND credential = $2 AND route = $3 AND key = $4";

const FORGET_KEY: &str = "\
DELETE FROM store_idempotency
WHERE scope = $1 AND credential = $2 AND route = $3 AND key = $4";

/// Forgets records that were kept long enough, a bounded number of them; how many.
pub(crate) async fn forget(tx: &mut Tx, wall: Timestamp, most: i64) -> Result<u64, Error> {
    tx.exec(FORGET_KEYS, p![wall, most]).await
}

const FORGET_KEYS: &str = "\
DELETE FROM store_idempotency
WHERE (scope, credential, route, key) IN (
    SELECT scope, credential, route, key FROM store_idempotency WHERE keep_until < $1 LIMIT $2)";
