//! Any sequence of postings and holds keeps the book right: checked against a model in a few lines.

use kernel::{Caller, Currency, Cursor, PageSize, Scope, ShopId};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicI64, Ordering},
};
use store::{Registry, Store};

use crate::testing::*;

#[derive(Debug, Clone)]
enum Step {
    In(i64),
    Out(i64),
    Authorise(i64, i64),
    Capture(i64, i64),
    Release(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1i64..80).prop_map(Step::In),
        (1i64..80).prop_map(Step::Out),
        (0i64..5, 1i64..60).prop_map(|(id, amount)| Step::Authorise(id, amount)),
        (0i64..5, 1i64..60).prop_map(|(id, amount)| Step::Capture(id, amount)),
        (0i64..5).prop_map(Step::Release),
    ]
}

/// What the account should be like.
#[derive(Default)]
struct Model {
    balance: i64,
    /// Amount and whether it is open.
    holds: BTreeMap<i64, (i64, bool)>,
}

impl Model {
    fn free(&self) -> i64 {
        self.balance - self.holds.values().filter(|(_, open)| *open).map(|(amount, _)| amount).sum::<i64>()
    }
}

/// Takes a step in the model and in the ledger, and compares whether it was allowed.
async fn take_step(store: &Store, scope: Scope, model: &mut Model, step: &Step) {
    match *step {
        Step::In(amount) => {
            shift(store, scope, PENDING, AVAILABLE, amount).await.unwrap();
            model.balance += amount;
        }
        Step::Out(amount) => {
            let allowed = model.free() >= amount;
            assert_eq!(shift(store, scope, AVAILABLE, OUT, amount).await.is_ok(), allowed);
            model.balance -= if allowed { amount } else { 0 };
        }
        Step::Authorise(id, amount) => {
            let known = model.holds.get(&id).copied();
            let allowed = known.map_or(model.free() >= amount, |(held, _)| held == amount);
            assert_eq!(authorise(store, scope, hold(id, amount)).await.is_ok(), allowed);
            if allowed && known.is_none() {
                model.holds.insert(id, (amount, true));
            }
        }
        Step::Capture(id, amount) => {
            let open = model.holds.get(&id).is_some_and(|(held, open)| *open && *held >= amount);
            let done = take(store, scope, capture(id, amount)).await;
            if open {
                done.unwrap();
                model.balance -= amount;
                model.holds.entry(id).and_modify(|h| h.1 = false);
            }
        }
        Step::Release(id) => {
            let done = release(store, scope, id).await;
            if let Some(held) = model.holds.get_mut(&id).filter(|h| h.1) {
                done.unwrap();
                held.1 = false;
            }
        }
    }
    assert_eq!(balance(store, scope, AVAILABLE).await, model.balance);
    assert_eq!(available(store, scope, AVAILABLE).await, model.free());
    assert!(model.free() >= 0);
}

async fn assert_book(store: &Store, scope: Scope) {
    let ctx = store.ctx(&Caller::system(scope)).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let sums = crate::trial_balance(&mut tx).await.unwrap();
    assert!(sums.iter().all(|s| s.sum == 0));
    assert_eq!(crate::check(&mut tx).await.unwrap(), []);
    let size = PageSize::new(100).unwrap();
    for account in [PENDING, AVAILABLE, OUT] {
        let page =
            crate::statement(&mut tx, &ctx, account, Currency::CNY, Cursor::NEWEST, size).await.unwrap();
        super::statements::assert_running(&page.items);
    }
}

store::on_both! {
    rooms = crate::testing::rooms();

    async fn any_sequence_of_posts_and_holds_keeps_the_book_right(kit) {
        let store = kit.store(Registry::new()).await;
        let shops = AtomicI64::new(1);
        let mut runner = TestRunner::new(Config { cases: 24, ..Config::default() });
        let here = tokio::runtime::Handle::current();
        let outcome = runner.run(&prop::collection::vec(step(), 1..25), |steps| {
            // A shop of its own for each case: a fresh book without a fresh database.
            let scope = Scope::Shop(ShopId(shops.fetch_add(1, Ordering::Relaxed)));
            tokio::task::block_in_place(|| {
                here.block_on(async {
                    let mut model = Model::default();
                    for step in &steps {
                        take_step(&store, scope, &mut model, step).await;
                    }
                    assert_book(&store, scope).await;
                });
            });
            Ok(())
        });
        outcome.unwrap();
    }
}
