//! Whatever is done in whatever order, no piece appears or vanishes: checked against a model in a few lines.

use kernel::{Caller, Item};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicI64, Ordering},
};
use store::{Registry, Store};

use crate::{Change, FlowFilter, HoldState, Level, testing::*};

#[derive(Debug, Clone)]
enum Step {
    Receive(i64, i64),
    CorrectBy(i64, i64),
    CorrectTo(i64, i64),
    Reserve(Vec<(i64, i64)>),
    Commit(usize),
    Release(usize),
    CommitAll,
    GiveBack(usize, i64, i64),
}

fn step() -> impl Strategy<Value = Step> {
    let sku = || 1i64..4;
    prop_oneof![
        2 => (sku(), 1i64..30).prop_map(|(sku, n)| Step::Receive(sku, n)),
        1 => (sku(), -20i64..20).prop_map(|(sku, n)| Step::CorrectBy(sku, n)),
        1 => (sku(), 0i64..40).prop_map(|(sku, n)| Step::CorrectTo(sku, n)),
        4 => prop::collection::btree_map(sku(), 1i64..12, 1..3)
            .prop_map(|items| Step::Reserve(items.into_iter().collect())),
        3 => (0usize..8).prop_map(Step::Commit),
        2 => (0usize..8).prop_map(Step::Release),
        1 => Just(Step::CommitAll),
        3 => (0usize..8, 1i64..4, 1i64..6).prop_map(|(hold, reference, n)| Step::GiveBack(hold, reference, n)),
    ]
}

struct Held {
    id: i64,
    items: Vec<Item>,
    state: HoldState,
    /// Quantities of the first item by reference.
    returns: BTreeMap<i64, i64>,
}

#[derive(Default)]
struct Model {
    levels: BTreeMap<i64, Level>,
    holds: Vec<Held>,
}

impl Model {
    fn level(&mut self, sku: i64) -> &mut Level {
        self.levels.entry(sku).or_insert(Level::none(kernel::SkuId(sku)))
    }

    /// Reserves if everything is there; whether it was.
    fn reserve(&mut self, id: i64, items: &[Item]) -> bool {
        let fits = items.iter().all(|i| self.level(i.sku.get()).available >= i.quantity);
        if fits {
            for i in items {
                let level = self.level(i.sku.get());
                level.available -= i.quantity;
                level.reserved += i.quantity;
            }
            let (items, returns) = (items.to_vec(), BTreeMap::new());
            self.holds.push(Held { id, items, state: HoldState::Reserved, returns });
        }
        fits
    }

    /// Settles a hold; whether that was allowed.
    fn settle(&mut self, at: usize, to: HoldState) -> bool {
        let Some(held) = self.holds.get_mut(at) else { return false };
        if held.state != HoldState::Reserved {
            return held.state == to;
        }
        held.state = to;
        for i in held.items.clone() {
            let level = self.level(i.sku.get());
            level.reserved -= i.quantity;
            if to == HoldState::Sold { level.sold += i.quantity } else { level.available += i.quantity }
        }
        true
    }

    /// Gives pieces of a hold's first item back; whether that was allowed.
    fn give_back(&mut self, at: usize, reference: i64, quantity: i64) -> bool {
        let Some(held) = self.holds.get_mut(at) else { return false };
        if let Some(before) = held.returns.get(&reference) {
            return *before == quantity;
        }
        let (item, returned) = (held.items[0], held.returns.values().sum::<i64>());
        let allowed = held.state == HoldState::Sold && returned + quantity <= item.quantity;
        if allowed {
            held.returns.insert(reference, quantity);
            let level = self.level(item.sku.get());
            level.returned += quantity;
            level.available += quantity;
        }
        allowed
    }
}

async fn take_step(store: &Store, me: &Caller, model: &mut Model, step: &Step, next: &mut i64) {
    match step {
        Step::Receive(sku, n) => {
            receive(store, me, *sku, *n).await.unwrap();
            model.level(*sku).received += n;
            model.level(*sku).available += n;
        }
        Step::CorrectBy(sku, n) => {
            let allowed = *n != 0 && model.level(*sku).available + n >= 0;
            assert_eq!(correct(store, me, *sku, Change::By(*n)).await.is_ok(), allowed);
            if allowed {
                model.level(*sku).corrected += n;
                model.level(*sku).available += n;
            }
        }
        Step::CorrectTo(sku, n) => {
            assert_eq!(correct(store, me, *sku, Change::To(*n)).await.unwrap(), *n);
            let by = n - model.level(*sku).available;
            model.level(*sku).corrected += by;
            model.level(*sku).available = *n;
        }
        Step::Reserve(items) => {
            let items: Vec<Item> = items.iter().map(|(sku, n)| item(*sku, *n)).collect();
            *next += 1;
            let done = reserve(store, me, *next, &items).await.is_ok();
            assert_eq!(done, model.reserve(*next, &items));
        }
        Step::Commit(at) | Step::Release(at) => {
            let Some(held) = model.holds.get(*at) else { return };
            let (id, items) = (held.id, held.items.clone());
            let (to, done) = match step {
                Step::Commit(_) => (HoldState::Sold, commit(store, me, id, &items).await),
                _ => (HoldState::Released, release(store, me, id, &items).await),
            };
            assert_eq!(done.is_ok(), model.settle(*at, to));
        }
        Step::CommitAll => {
            let open = |held: &&Held| held.state != HoldState::Released;
            for held in model.holds.iter().filter(open) {
                commit(store, me, held.id, &held.items).await.unwrap();
            }
            for at in 0..model.holds.len() {
                model.settle(at, HoldState::Sold);
            }
        }
        Step::GiveBack(at, reference, quantity) => {
            let Some(held) = model.holds.get(*at) else { return };
            let (id, sku) = (held.id, held.items[0].sku.get());
            let done = give_back(store, me, *reference, id, &[item(sku, *quantity)]).await;
            assert_eq!(done.is_ok(), model.give_back(*at, *reference, *quantity));
        }
    }
}

async fn assert_like(store: &Store, me: &Caller, model: &Model) {
    for (sku, expected) in &model.levels {
        let level = level(store, me, *sku).await;
        let numbers = |l: &Level| (l.received, l.corrected, l.available, l.reserved, l.sold, l.returned);
        assert_eq!(numbers(&level), numbers(expected), "sku {sku}");
        assert_eq!(
            level.received + level.corrected,
            level.available + level.reserved + level.sold - level.returned
        );
        let lines = flow(store, me, *sku, &FlowFilter::ALL, 100).await;
        assert_chain(&lines);
        assert_eq!(lines.first().map_or(0, |line| line.after), level.available);
    }
}

store::on_both! {
    rooms = crate::testing::rooms();

    async fn no_piece_appears_or_vanishes_in_any_sequence(kit) {
        let store = kit.store(Registry::new()).await;
        let shops = AtomicI64::new(1);
        let mut runner = TestRunner::new(Config { cases: 32, ..Config::default() });
        let here = tokio::runtime::Handle::current();
        let outcome = runner.run(&prop::collection::vec(step(), 1..40), |steps| {
            // A shop of its own for each case: empty shelves without a fresh database.
            let me = shop(shops.fetch_add(1, Ordering::Relaxed));
            tokio::task::block_in_place(|| {
                here.block_on(async {
                    let (mut model, mut next) = (Model::default(), 0);
                    for step in &steps {
                        take_step(&store, &me, &mut model, step, &mut next).await;
                    }
                    assert_like(&store, &me, &model).await;
                    assert_eq!(findings(&store).await, []);
                });
            });
            Ok(())
        });
        outcome.unwrap();
    }
}
