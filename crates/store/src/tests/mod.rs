//! What the store promises, on both engines.

mod batches;
mod clock;
mod commands;
mod delivery;
mod engine;
mod events;
mod full;
mod idempotency;
mod ids;
mod jobs;
mod lots;
mod migrations;
mod model;
mod record;
mod reruns;
mod workers;

use futures::future::BoxFuture;
use kernel::{Caller, Ctx, Scope, ShopId};
use std::{marker::PhantomData, time::Duration};

use crate::{Command, Error, Params, Room, Store, Tx, p, run};

const THINGS: Room = Room {
    name: "thing",
    files: &[(
        "V1__thing",
        "CREATE TABLE thing_thing (
            scope BIGINT NOT NULL,
            id BIGINT NOT NULL,
            a BIGINT NOT NULL CHECK (a >= 0),
            b BIGINT NOT NULL,
            PRIMARY KEY (scope, id));
        CREATE TABLE thing_note (
            id BIGINT NOT NULL PRIMARY KEY,
            words TEXT,
            data BYTEA,
            place DOUBLE PRECISION);",
    )],
};

const INSERT: &str = "INSERT INTO thing_thing (scope, id, a, b) VALUES ($1, $2, $3, $4)";
const COUNT: &str = "SELECT count(*) FROM thing_thing";
const IDS: &str = "SELECT id FROM thing_thing ORDER BY id";

/// Long enough for anything that is to happen, also on a machine that has much to do.
const SOON: Duration = Duration::from_secs(20);

fn caller() -> Caller {
    Caller::system(Scope::Shop(ShopId(7)))
}

/// A row of this id.
fn row(ctx: &Ctx, id: i64) -> Params<'static> {
    p![ctx.scope.key(), id, 1, 2]
}

/// A command made of a closure.
struct Doing<T, F>(F, PhantomData<fn() -> T>);

fn doing<T, F>(f: F) -> Doing<T, F>
where
    F: for<'a> Fn(&'a mut Tx, &'a Ctx) -> BoxFuture<'a, Result<T, Error>> + Send + Sync + 'static,
{
    Doing(f, PhantomData)
}

impl<T, F> Command for Doing<T, F>
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut Tx, &'a Ctx) -> BoxFuture<'a, Result<T, Error>> + Send + Sync + 'static,
{
    type Out = T;
    type Err = Error;
    const NAME: &'static str = "thing.do";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<T, Error> {
        (self.0)(tx, ctx).await
    }
}

/// Puts a thing, then fails if told to.
struct Put {
    id: i64,
    fail: bool,
}

impl Put {
    const fn new(id: i64) -> Self {
        Self { id, fail: false }
    }
}

impl Command for Put {
    type Out = i64;
    type Err = Error;
    const NAME: &'static str = "thing.put";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<i64, Error> {
        tx.exec(INSERT, row(ctx, self.id)).await?;
        if self.fail { Err(Error::internal("told to")) } else { Ok(self.id) }
    }
}

async fn number(store: &Store, sql: &'static str) -> i64 {
    let mut tx = store.read().await.unwrap();
    tx.one(sql, p![], |r| r.get(0)).await.unwrap()
}

async fn count(store: &Store) -> i64 {
    number(store, COUNT).await
}

async fn ids(store: &Store) -> Vec<i64> {
    let mut tx = store.read().await.unwrap();
    tx.all(IDS, p![], |r| r.get(0)).await.unwrap()
}

/// Runs a script of several statements in a transaction.
async fn script(store: &Store, sql: &'static str) {
    run::internal(store, move |tx| Box::pin(tx.script(sql))).await.unwrap();
}

/// Waits until `there` holds.
async fn until<F: Future<Output = bool>>(there: impl Fn() -> F) {
    let waiting = async {
        while !there().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(SOON, waiting).await.expect("it should have happened by now");
}
