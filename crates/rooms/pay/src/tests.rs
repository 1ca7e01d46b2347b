//! Random histories of payments: whatever comes in whatever order, the sums and the books hold.

mod combined;

use kernel::{Money, OrderId, PaymentId, RefundId, Timestamp};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use std::collections::BTreeMap;
use store::{Registry, Store};

use crate::{
    Error, NewRefund, OpenPayment, Paid, Payment, RefundDone, RefundRefused, RefundSource, RetryRefund,
    testing::{self, SHOP, balance, findings, system},
};

/// Something that may happen to a payment of 100; `which` is one of three refunds.
#[derive(Debug, Clone)]
enum Step {
    Complete,
    CompleteOther { amount: i64 },
    Close,
    Refund { which: i64, amount: i64, settled: bool },
    Send { which: i64 },
    Done { which: i64, attempt: i64 },
    Refuse { which: i64, attempt: i64 },
    Retry { which: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let which = 1..=3i64;
    let attempt = prop_oneof![3 => Just(1i64), 1 => Just(2i64)];
    prop_oneof![
        3 => Just(Step::Complete),
        1 => (99..=101i64).prop_map(|amount| Step::CompleteOther { amount }),
        1 => Just(Step::Close),
        4 => (which.clone(), 1..=40i64, prop::bool::weighted(0.25))
            .prop_map(|(which, amount, settled)| Step::Refund { which, amount, settled }),
        8 => which.clone().prop_map(|which| Step::Send { which }),
        5 => (which.clone(), attempt.clone()).prop_map(|(which, attempt)| Step::Done { which, attempt }),
        3 => (which.clone(), attempt).prop_map(|(which, attempt)| Step::Refuse { which, attempt }),
        3 => which.prop_map(|which| Step::Retry { which }),
    ]
}

/// The same histories in each run.
fn histories(n: usize) -> Vec<Vec<Step>> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let history = prop::collection::vec(step(), 1..60);
    (0..n).map(|_| history.new_tree(&mut runner).unwrap().current()).collect()
}

const AMOUNT: i64 = 100;

async fn take(store: &Store, n: i64, step: &Step) -> Result<(), Error> {
    let payment = PaymentId(1_000 + n);
    let refund = |which: i64| RefundId(10 * n + which);
    let paid = |amount, channel_txn: &str| Paid {
        shop: SHOP,
        payment,
        channel: "till".into(),
        channel_txn: channel_txn.into(),
        amount: Money::fen(amount),
        paid_at: Timestamp::from_ms(1),
    };
    match *step {
        Step::Complete => testing::complete(store, paid(AMOUNT, "t1")).await.map(drop),
        Step::CompleteOther { amount } => testing::complete(store, paid(amount, "t2")).await.map(drop),
        Step::Close => testing::close(store, payment).await,
        Step::Refund { which, amount, settled } => {
            let from = if settled { RefundSource::Available } else { RefundSource::Pending };
            let (refund, amount) = (refund(which), Money::fen(amount));
            testing::refund(store, NewRefund { refund, payment, amount, from, reason: String::new() })
                .await
                .map(drop)
        }
        Step::Send { which } => mark_sent(store, refund(which)).await,
        Step::Done { which, attempt } => {
            let (refund, at) = (refund(which), Timestamp::from_ms(2));
            store.write(&system(), RefundDone { refund, attempt, channel_refund: "r".into(), at }).await
        }
        Step::Refuse { which, attempt } => {
            let refund = refund(which);
            store.write(&system(), RefundRefused { refund, attempt, reason: "no".into() }).await
        }
        Step::Retry { which } => {
            store.write(&system(), RetryRefund { refund: refund(which) }).await.map(drop)
        }
    }
}

/// As the task does before the channel hears of it.
async fn mark_sent(store: &Store, refund: RefundId) -> Result<(), Error> {
    testing::write(store, &system(), move |tx, ctx| {
        Box::pin(async move {
            for attempt in 1..=2 {
                tx.exec(crate::sql::REFUND_SENT, store::p![ctx.wall, SHOP, refund, attempt]).await?;
            }
            Ok(())
        })
    })
    .await
}

async fn payment(store: &Store, n: i64) -> Payment {
    crate::find(&mut store.read().await.unwrap(), SHOP, PaymentId(1_000 + n)).await.unwrap().unwrap()
}

store::on_both! {
    rooms = testing::rooms();

    async fn whatever_happens_the_sums_and_the_books_hold(kit) {
        use ledger::AccountKind::{ChannelClearing, ShopAvailable, ShopPending};
        let store = kit.store(Registry::new()).await;
        // A balance that some refunds may come from.
        testing::settle(&store, 150).await;
        let mut held = 0;
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        for (n, history) in (1..).zip(histories(120)) {
            let amount = Money::fen(AMOUNT);
            let opening = OpenPayment { payment: PaymentId(1_000 + n), order: OrderId(n), amount, ..testing::opening(1) };
            testing::open(&store, opening).await.unwrap();
            for (i, step) in history.iter().enumerate() {
                let before = payment(&store, n).await;
                let taken = take(&store, n, step).await;
                let now = payment(&store, n).await;
                let at = format!("history {n}, step {i}: {step:?} gave {taken:?}\n{history:?}");
                assert!(now.refunding >= 0 && now.refunded >= 0, "{at}");
                assert!(now.refunding + now.refunded <= now.captured, "{at}");
                assert!(now.captured == 0 || now.captured == AMOUNT, "{at}");
                assert!(now.captured >= before.captured && now.refunded >= before.refunded, "{at}");
                assert!(taken.is_ok() || now == before, "a refusal changes nothing: {at}");
                assert!(before.state == now.state || before.state.may_become(now.state), "{at}");
                if taken.is_ok() && now != before {
                    let kind = format!("{step:?}").split(' ').next().unwrap().to_owned();
                    *seen.entry(kind).or_default() += 1;
                }
            }
            let end = payment(&store, n).await;
            held += end.captured - end.refunded;
        }
        for kind in ["Complete", "Close", "Refund", "Done", "Refuse", "Retry"] {
            assert!(seen.get(kind).is_some_and(|n| *n >= 5), "the histories do something: {seen:?}");
        }
        assert_eq!(balance(&store, ChannelClearing).await, -held);
        assert_eq!(balance(&store, ShopPending).await + balance(&store, ShopAvailable).await, held);
        let found: Vec<_> = findings(&store).await.into_iter().filter(|f| f.check != "pay.late").collect();
        assert_eq!(found, []);
    }
}
