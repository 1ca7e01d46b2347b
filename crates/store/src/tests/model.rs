//! Random commands at once: what was acknowledged, and nothing else, is there.

use proptest::{prelude::*, test_runner::TestRunner};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use super::{
    events::{Heard, Moved, hearing},
    *,
};
use crate::Key;

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Well,
    Fails,
    Panics,
    MakesLightOfAFailure,
}

/// Adds to an account, or takes from it what must be there.
#[derive(Debug, Clone, Copy)]
struct Op {
    account: i64,
    amount: i64,
    end: End,
    /// The idempotency key, if it has one.
    key: Option<u8>,
}

/// What a command did, as it is answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Did {
    serial: i64,
    account: i64,
    amount: i64,
}

fn op() -> impl Strategy<Value = Op> {
    let end = prop_oneof![6 => Just(End::Well), 2 => Just(End::Fails), 1 => Just(End::Panics), 1 => Just(End::MakesLightOfAFailure)];
    (0..3_i64, -9..12_i64, end, proptest::option::weighted(0.3, 0..4_u8))
        .prop_map(|(account, amount, end, key)| Op { account, amount, end, key })
}

const ADD: &str = "UPDATE thing_thing SET a = a + $3, b = b + 1 WHERE scope = $1 AND id = $2 AND a + $3 >= 0";
const OPEN: &str = "INSERT INTO thing_thing (scope, id, a, b) VALUES ($1, $2, 0, 0) ON CONFLICT DO NOTHING";
const VERSION: &str = "SELECT b FROM thing_thing WHERE scope = $1 AND id = $2";

struct Run {
    op: Op,
    serial: i64,
}

impl Command for Run {
    type Out = Did;
    type Err = Error;
    const NAME: &'static str = "thing.run";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Did, Error> {
        let (Op { account, amount, end, .. }, serial, scope) = (self.op, self.serial, ctx.scope.key());
        tx.exec(OPEN, p![scope, account]).await?;
        if tx.exec(ADD, p![scope, account, amount]).await? == 0 {
            return Err(Error::internal("not enough"));
        }
        let version = tx.one(VERSION, p![scope, account], |r| r.get::<i64>(0)).await?;
        tx.exec(INSERT, p![scope, 1000 + serial, 0, amount]).await?;
        tx.say(ctx, &Moved::new(scope * 10 + account, version))?;
        match end {
            End::Well => {}
            End::Fails => return Err(Error::internal("told to")),
            End::Panics => panic!("as the test wants it"),
            End::MakesLightOfAFailure => drop(tx.exec(INSERT, p![scope, account, 0, 0]).await),
        }
        Ok(Did { serial, account, amount })
    }
}

/// Runs the commands of one case at once, in a scope of their own; what was acknowledged.
async fn acknowledged(store: &Store, scope: i64, ops: &[Op]) -> Vec<(Option<u8>, Did)> {
    let caller = Caller::system(Scope::Shop(ShopId(scope)));
    let running = (0..).zip(ops).map(|(serial, op)| {
        let (store, caller, run) = (store.clone(), caller.clone(), Run { op: *op, serial });
        let key = op.key.map(|k| Key::new(1, "POST /runs", k.to_string(), b""));
        let key_of = op.key;
        tokio::spawn(async move {
            let done = match key {
                Some(key) => store.once(&caller, key, run).await,
                None => store.write(&caller, run).await,
            };
            done.ok().map(|did| (key_of, did))
        })
    });
    futures::future::join_all(running).await.into_iter().filter_map(Result::unwrap).collect()
}

async fn check(store: &Store, heard: &Heard, scope: i64, ops: &[Op]) -> Result<(), TestCaseError> {
    let answers = acknowledged(store, scope, ops).await;
    // A key has one answer, and none that the command's own end forbids.
    let mut by_key: BTreeMap<u8, BTreeSet<Did>> = BTreeMap::new();
    let mut done: BTreeSet<Did> = BTreeSet::new();
    for (key, did) in answers {
        let op = ops[usize::try_from(did.serial).unwrap()];
        prop_assert_eq!((op.account, op.amount, op.end, op.key), (did.account, did.amount, End::Well, key));
        match key {
            Some(key) => {
                by_key.entry(key).or_default().insert(did.clone());
                done.insert(did);
            }
            None => prop_assert!(done.insert(did), "answered twice"),
        }
    }
    prop_assert!(by_key.values().all(|answers| answers.len() == 1), "{:?}", by_key);
    // The model: the sum of what was acknowledged, and a row and an event for each.
    let mut model: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for did in &done {
        let (sum, version) = model.entry(did.account).or_default();
        *sum += did.amount;
        *version += 1;
    }
    let mut tx = store.read().await.unwrap();
    let rows = tx
        .all("SELECT id, a, b FROM thing_thing WHERE scope = $1 ORDER BY id", p![scope], |r| {
            Ok((r.get::<i64>(0)?, (r.get::<i64>(1)?, r.get::<i64>(2)?)))
        })
        .await
        .unwrap();
    drop(tx);
    let (accounts, log): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(id, _)| *id < 1000);
    prop_assert_eq!(accounts.into_iter().collect::<BTreeMap<_, _>>(), model.clone());
    let serials: Vec<i64> = log.iter().map(|(id, _)| id - 1000).collect();
    prop_assert_eq!(serials, done.iter().map(|d| d.serial).collect::<Vec<_>>());
    prop_assert!(store.drain(200).await.unwrap());
    let heard = std::mem::take(&mut *heard.lock());
    for (account, (_, version)) in model {
        let of_account: Vec<i64> =
            heard.iter().filter(|(id, _)| *id == scope * 10 + account).map(|(_, v)| *v).collect();
        prop_assert_eq!(of_account, (1..=version).collect::<Vec<_>>());
    }
    Ok(())
}

crate::on_both! {
    rooms = [THINGS];

    async fn what_was_acknowledged_and_nothing_else_is_there_whatever_else_went_on(kit) {
        let heard = Heard::default();
        // The listener writes into rows of its own scope; they are told from the accounts by their ids.
        let store = kit.store(hearing("thing.ear", &heard, |_| false)).await;
        let mut runner = TestRunner::new(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() });
        let scopes = std::sync::atomic::AtomicI64::new(100);
        let result = tokio::task::block_in_place(|| {
            runner.run(&proptest::collection::vec(op(), 1..40), |ops| {
                let scope = scopes.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                tokio::runtime::Handle::current().block_on(check(&store, &heard, scope, &ops))
            })
        });
        result.unwrap();
    }
}
