//! Random histories of combined payments.

use kernel::Scope;
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use store::testkit::Kit;

use super::together::{PENDING, SHOPS, Together, give_back, in_shop};
use crate::{
    BillNews, BillNo, ChannelError, CombinedState,
    testing::{self, findings, hurry},
};

store::on_both! {
    rooms = testing::rooms();

    async fn whatever_happens_no_more_is_collected_than_is_owed(kit) {
        let mut seen = [0_u32; 3];
        for (n, history) in histories(24).into_iter().enumerate() {
            let fresh = Kit::new(kit.engine, &testing::rooms()).await;
            let t = Together::new(&fresh).await;
            for step in &history {
                take(&t, step).await;
                let found = findings(&t.house.store).await;
                assert!(
                    found.iter().all(|f| f.check == "pay.late"),
                    "history {n}, {step:?} of {history:?}: {found:?}"
                );
            }
            *t.house.till.down.lock().unwrap() = None;
            t.minutes_later().await;
            t.settle_down().await;
            t.healthy().await;
            let at_channel: i64 = t.house.till.bills.lock().unwrap().values().map(collected).sum();
            let payments = t.payments().await;
            let captured: i64 = payments.iter().map(|p| p.captured).sum();
            assert_eq!(captured, at_channel, "history {n}: {history:?}");
            let back: i64 = payments.iter().map(|p| p.refunded).sum();
            let owed: i64 = payments.iter().filter(|p| p.is_late()).map(|p| p.captured).sum();
            assert!(back >= owed, "history {n}: {history:?}");
            for p in &payments {
                let held = t.held(Scope::Shop(p.shop), PENDING).await;
                assert_eq!(held, p.captured - p.refunded, "history {n}: {history:?}");
            }
            let state = t.now().await.state;
            assert!(state != CombinedState::Closing, "history {n}: {history:?}");
            let kinds = [CombinedState::Captured, CombinedState::Closed];
            seen[kinds.iter().position(|s| *s == state).unwrap_or(2)] += 1;
        }
        assert!(seen.iter().all(|n| *n > 0), "the histories do something: {seen:?}");
    }
}

fn collected(news: &BillNews) -> i64 {
    if let BillNews::Paid(paid) = news { paid.amount.minor } else { 0 }
}

/// Something that may happen to three orders and their combined payment; `shop` is one of three.
#[derive(Debug, Clone)]
enum Step {
    Start,
    StartElsewhere,
    StartAlone { shop: usize },
    PayWhatIsOpen,
    Ask,
    Work,
    CloseOrder { shop: usize },
    Reprice { shop: usize },
    Refund { shop: usize, minor: i64 },
    Silence(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let shop = 0..3_usize;
    prop_oneof![
        4 => Just(Step::Start),
        1 => Just(Step::StartElsewhere),
        1 => shop.clone().prop_map(|shop| Step::StartAlone { shop }),
        3 => Just(Step::PayWhatIsOpen),
        2 => Just(Step::Ask),
        3 => Just(Step::Work),
        1 => shop.clone().prop_map(|shop| Step::CloseOrder { shop }),
        1 => shop.clone().prop_map(|shop| Step::Reprice { shop }),
        2 => (shop, 1..=300_i64).prop_map(|(shop, minor)| Step::Refund { shop, minor }),
        1 => prop::bool::weighted(0.3).prop_map(Step::Silence),
    ]
}

/// The same histories in each run.
fn histories(n: usize) -> Vec<Vec<Step>> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[9; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let history = prop::collection::vec(step(), 1..14);
    (0..n).map(|_| history.new_tree(&mut runner).unwrap().current()).collect()
}

async fn take(t: &Together, step: &Step) {
    let store = &t.house.store;
    match *step {
        Step::Start => drop(t.start("till").await),
        // The second till is another one; it takes no money here.
        Step::StartElsewhere => drop(t.start("other_till").await),
        Step::StartAlone { shop } => drop(t.start_alone(SHOPS[shop]).await),
        Step::PayWhatIsOpen => pay_what_is_open(t).await,
        Step::Ask => drop(t.ask().await),
        Step::Work => {
            hurry(store).await;
            t.house.work().await;
        }
        Step::CloseOrder { shop } => drop(t.close(SHOPS[shop]).await),
        Step::Reprice { shop } => drop(t.reprice(SHOPS[shop], 50).await),
        Step::Refund { shop, minor } => {
            let id = store.ctx(&in_shop(SHOPS[shop])).await.unwrap().id::<i64>();
            drop(give_back(store, SHOPS[shop], id, minor).await);
        }
        Step::Silence(silent) => {
            let down = silent.then(|| ChannelError::Unavailable("asleep".into()));
            *t.house.till.down.lock().unwrap() = down;
        }
    }
}

/// The payer pays one of the bills that the till still takes money for, the sum that it shows.
async fn pay_what_is_open(t: &Together) {
    let waiting = t
        .house
        .till
        .bills
        .lock()
        .unwrap()
        .iter()
        .find_map(|(no, news)| (*news == BillNews::Waiting).then(|| no.parse::<BillNo>().unwrap()));
    let Some(no) = waiting else { return };
    let mut tx = t.house.store.read().await.unwrap();
    let due = crate::bill::due(&mut tx, no.scope, no.payment).await.unwrap().unwrap();
    drop(tx);
    t.house.till.pay(&no, due.amount.minor);
}
