//! Combined payments: whatever comes in between, no more is collected than is owed, and every scope's book balances.

mod histories;
mod together;

use kernel::{Caller, Currency, Money, OrderId, PaymentId, RefundId, Scope, ShopId, ShopperId};
use ledger::{Account, AccountKind};
use store::{Store, testkit::Kit};

use self::together::{
    ALL, AT_CHANNELS, PAYER, PENDING, SHOPS, Spoil, Together, amount, combine, give_back, in_shop, order,
    payment, payment_of, wish,
};
use crate::{
    AnomalyKind, BillNews, BillNo, CaptureCombined, ChannelError, Combine, CombinedState, Error, NewRefund,
    OpenPayment, PaymentState, RefundSource,
    testing::{self, SHOPPER, code, findings, shopper},
};

async fn anomalies(store: &Store) -> Vec<(AnomalyKind, Scope)> {
    let ctx = store.ctx(&testing::operator()).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let page = crate::anomalies(&mut tx, &ctx, kernel::Cursor::NEWEST, kernel::PageSize::default());
    page.await.unwrap().items.into_iter().map(|a| (a.kind, a.scope)).collect()
}

store::on_both! {
    rooms = testing::rooms();

    async fn one_payment_at_one_cashier_pays_three_shops(kit) {
        let t = Together::new(&kit).await;
        assert_eq!(t.combined.amount, Money::fen(ALL));
        let started = t.start("till").await.unwrap();
        assert_eq!(started.cashier_url, format!("https://till/{}", t.bill(1)));
        assert_eq!(t.start("till").await.unwrap(), started, "the same cashier");
        t.pay(1);
        assert_eq!(t.ask().await.unwrap().state, CombinedState::Captured);
        t.settle_down().await;
        for paid in t.payments().await {
            assert_eq!((paid.state, paid.captured), (PaymentState::Captured, amount(paid.shop)));
            assert_eq!(paid.combined, Some(t.combined.combined));
            assert_eq!(t.held(Scope::Shop(paid.shop), PENDING).await, paid.captured);
            assert_eq!(t.held(Scope::Shop(paid.shop), Account::peer(PAYER)).await, -paid.captured);
            assert_eq!(t.held(Scope::Shop(paid.shop), AT_CHANNELS).await, 0);
            assert_eq!(t.held(PAYER, Account::peer(Scope::Shop(paid.shop))).await, paid.captured);
        }
        assert_eq!(t.held(PAYER, AT_CHANNELS).await, -ALL);
        assert!(testing::jobs(&t.house.store).await.is_empty());
        t.healthy().await;
    }

    async fn the_poll_makes_up_for_a_lost_notice_and_many_at_once_take_it_once(kit) {
        let t = Together::new(&kit).await;
        t.start("till").await.unwrap();
        t.pay(1);
        let asked = futures::future::join_all((0..8).map(|_| t.ask())).await;
        assert!(asked.iter().all(|a| a.as_ref().is_ok_and(|c| c.state == CombinedState::Captured)), "{asked:?}");
        t.settle_down().await;
        assert_eq!(testing::events(&t.house.store, "pay.captured").await, 3);
        assert_eq!(t.held(PAYER, AT_CHANNELS).await, -ALL);
        t.healthy().await;
    }

    async fn the_task_alone_brings_every_share_home(kit) {
        let t = Together::new(&kit).await;
        t.start("till").await.unwrap();
        let store = &t.house.store;
        let capture = CaptureCombined {
            combined: t.combined.combined,
            channel: "till".into(),
            channel_txn: "t1".into(),
            amount: Money::fen(ALL),
            paid_at: kernel::Timestamp::from_ms(1),
        };
        // As if the program had been killed between the capture and the first share.
        store.write(&Caller::system(PAYER), capture.clone()).await.unwrap();
        assert_eq!(t.states().await, [PaymentState::Open; 3]);
        let in_flight = ledger::in_flight(&mut store.read().await.unwrap()).await.unwrap();
        assert_eq!(in_flight, 3, "doctor sees the shares on their way");
        assert_eq!(findings(store).await, [], "and nothing wrong with that");
        t.house.work().await;
        assert_eq!(t.states().await, [PaymentState::Captured; 3]);
        store.write(&Caller::system(PAYER), capture.clone()).await.unwrap();
        let other = CaptureCombined { channel_txn: "t2".into(), ..capture };
        assert_eq!(code(&store.write(&Caller::system(PAYER), other).await), "pay.paid_twice");
        t.healthy().await;
    }

    async fn a_share_that_comes_too_late_goes_back_and_the_others_are_paid(kit) {
        let t = Together::new(&kit).await;
        t.start("till").await.unwrap();
        t.pay(1);
        t.close(SHOPS[1]).await.unwrap();
        t.settle_down().await;
        assert_eq!(t.now().await.state, CombinedState::Captured);
        assert_eq!(t.states().await, [PaymentState::Captured; 3]);
        let late = payment(&t.house.store, SHOPS[1]).await;
        assert!(late.is_late());
        assert_eq!((late.captured, late.refunded), (amount(SHOPS[1]), amount(SHOPS[1])));
        assert_eq!(t.held(Scope::Shop(SHOPS[1]), PENDING).await, 0);
        assert_eq!(t.held(PAYER, AT_CHANNELS).await, amount(SHOPS[1]) - ALL);
        t.healthy().await;
    }

    async fn a_part_of_a_share_goes_back_and_never_more_than_the_share(kit) {
        let t = Together::new(&kit).await;
        t.start("till").await.unwrap();
        t.pay(1);
        t.ask().await.unwrap();
        let store = &t.house.store;
        assert_eq!(code(&give_back(store, SHOPS[0], 1, amount(SHOPS[0]) + 1).await), "pay.refund_too_much");
        give_back(store, SHOPS[0], 1, 250).await.unwrap();
        t.settle_down().await;
        let paid = payment(store, SHOPS[0]).await;
        assert_eq!((paid.refunding, paid.refunded), (0, 250));
        assert_eq!(t.held(Scope::Shop(SHOPS[0]), PENDING).await, amount(SHOPS[0]) - 250);
        assert_eq!(t.held(PAYER, AT_CHANNELS).await, 250 - ALL);
        t.healthy().await;
        // The other half of the transfer is posted once, however often the task runs.
        testing::write(store, &in_shop(SHOPS[0]), |tx, ctx| {
            let again = crate::ReturnShare { refund: RefundId(1), payer: SHOPPER };
            Box::pin(async move { Ok(tx.later(ctx, ctx.now, &again)?) })
        })
        .await
        .unwrap();
        t.house.work().await;
        assert!(testing::jobs(store).await.is_empty());
        t.healthy().await;
    }

    async fn what_comes_from_the_balance_crosses_to_the_payers_book_too(kit) {
        let t = Together::new(&kit).await;
        t.start("till").await.unwrap();
        t.pay(1);
        t.ask().await.unwrap();
        testing::settle(&t.house.store, amount(SHOPS[0])).await;
        let refund = NewRefund {
            payment: payment_of(SHOPS[0]),
            from: RefundSource::Available,
            ..testing::refund_of(1, 60)
        };
        testing::refund(&t.house.store, refund).await.unwrap();
        t.settle_down().await;
        let available = Account::of(AccountKind::ShopAvailable);
        assert_eq!(t.held(Scope::Shop(SHOPS[0]), available).await, amount(SHOPS[0]) - 60);
        assert_eq!(t.held(PAYER, AT_CHANNELS).await, 60 - ALL);
        t.healthy().await;
    }

    async fn an_order_that_is_closed_before_anything_is_paid_ends_the_combined_payment(kit) {
        let t = Together::new(&kit).await;
        t.start("till").await.unwrap();
        t.close(SHOPS[2]).await.unwrap();
        t.settle_down().await;
        assert_eq!(t.now().await.state, CombinedState::Closed);
        assert_eq!(t.house.till.bills.lock().unwrap().get(&t.bill(1).to_string()), Some(&BillNews::Closed));
        assert!(t.payments().await.iter().all(|p| p.combined.is_none()));
        assert_eq!(code(&t.start("till").await), "pay.closed");
        // The others are paid by themselves, or together anew.
        let rest = combine(&t.house.store, &SHOPS[..2]).await.unwrap();
        let start = wish(rest.combined, "till");
        t.house.intake.start_combined(&t.house.store, &shopper(), &start).await.unwrap();
        assert_eq!(code(&combine(&t.house.store, &SHOPS).await), "pay.closed");
        t.healthy().await;
    }

    async fn while_the_channel_does_not_say_so_nothing_is_over(kit) {
        let t = Together::new(&kit).await;
        t.start("till").await.unwrap();
        *t.house.till.down.lock().unwrap() = Some(ChannelError::Unavailable("asleep".into()));
        assert_eq!(code(&t.start_alone(SHOPS[0]).await), "pay.channel_unavailable");
        assert_eq!(t.now().await.state, CombinedState::Closing);
        t.pay(1);
        *t.house.till.down.lock().unwrap() = None;
        t.settle_down().await;
        assert_eq!(t.now().await.state, CombinedState::Captured);
        assert_eq!(t.states().await, [PaymentState::Captured; 3]);
        assert_eq!(code(&t.start_alone(SHOPS[0]).await), "pay.already_paid");
        t.healthy().await;
    }

    async fn whoever_pays_one_order_by_itself_gives_the_combined_payment_up(kit) {
        let t = Together::new(&kit).await;
        t.start("till").await.unwrap();
        assert_eq!(code(&t.reprice(SHOPS[0], 1).await), "pay.started", "the sum is at the cashier");
        t.start_alone(SHOPS[0]).await.unwrap();
        assert_eq!(t.now().await.state, CombinedState::Closed);
        let alone = BillNo { scope: Scope::Shop(SHOPS[0]), payment: payment_of(SHOPS[0]), attempt: 1 };
        t.house.till.pay(&alone, amount(SHOPS[0]));
        t.settle_down().await;
        assert_eq!(t.states().await, [PaymentState::Captured, PaymentState::Open, PaymentState::Open]);
        assert_eq!(payment(&t.house.store, SHOPS[0]).await.combined, None);
        t.reprice(SHOPS[1], 1).await.unwrap();
        t.healthy().await;
    }

    async fn a_bill_of_one_order_is_closed_before_all_are_paid_together(kit) {
        let t = Together::new(&kit).await;
        t.start_alone(SHOPS[0]).await.unwrap();
        t.start("till").await.unwrap();
        let alone = BillNo { scope: Scope::Shop(SHOPS[0]), payment: payment_of(SHOPS[0]), attempt: 1 };
        assert_eq!(t.house.till.bills.lock().unwrap().get(&alone.to_string()), Some(&BillNews::Closed));
        t.pay(1);
        t.ask().await.unwrap();
        assert_eq!(t.states().await, [PaymentState::Captured; 3]);
        t.settle_down().await;
        t.healthy().await;
    }

    async fn what_was_paid_alone_meanwhile_is_not_collected_again(kit) {
        let t = Together::new(&kit).await;
        t.start_alone(SHOPS[1]).await.unwrap();
        let alone = BillNo { scope: Scope::Shop(SHOPS[1]), payment: payment_of(SHOPS[1]), attempt: 1 };
        t.house.till.pay(&alone, amount(SHOPS[1]));
        let refused = t.start("till").await;
        assert!(
            matches!(&refused, Err(Error::Share { shop, why, .. })
                if *shop == SHOPS[1] && matches!(**why, Error::AlreadyPaid)),
            "{refused:?}"
        );
        assert_eq!(t.now().await.state, CombinedState::Closed);
        t.settle_down().await;
        assert_eq!(t.states().await, [PaymentState::Open, PaymentState::Captured, PaymentState::Open]);
        t.healthy().await;
    }

    async fn a_price_that_was_changed_is_not_collected_at_the_old_one(kit) {
        let t = Together::new(&kit).await;
        t.reprice(SHOPS[2], 1).await.unwrap();
        assert_eq!(code(&t.start("till").await), "pay.share_changed");
        assert_eq!(t.now().await.state, CombinedState::Closed);
        assert!(t.payments().await.iter().all(|p| p.combined.is_none()));
        assert_eq!(combine(&t.house.store, &SHOPS).await.unwrap().amount, Money::fen(ALL - amount(SHOPS[2]) + 1));
        t.healthy().await;
    }

    async fn a_second_combined_payment_takes_over_from_the_first(kit) {
        let t = Together::new(&kit).await;
        t.start("till").await.unwrap();
        let second = combine(&t.house.store, &SHOPS[1..]).await.unwrap();
        let start = wish(second.combined, "other_till");
        t.house.intake.start_combined(&t.house.store, &shopper(), &start).await.unwrap();
        assert_eq!(t.now().await.state, CombinedState::Closed);
        let bound: Vec<_> = t.payments().await.iter().map(|p| p.combined).collect();
        assert_eq!(bound, [None, Some(second.combined), Some(second.combined)]);
        assert_eq!(code(&t.start("till").await), "pay.closed");
        t.healthy().await;
    }

    async fn money_for_what_the_channel_had_closed_waits_for_the_operator(kit) {
        let t = Together::new(&kit).await;
        t.start("till").await.unwrap();
        t.close(SHOPS[0]).await.unwrap();
        t.settle_down().await;
        t.pay(1);
        let news = BillNews::Paid(crate::Collected {
            bill: t.bill(1),
            channel: "till".into(),
            channel_txn: "t1".into(),
            amount: Money::fen(ALL),
            paid_at: kernel::Timestamp::from_ms(1),
        });
        t.house.till.bills.lock().unwrap().insert(t.bill(1).to_string(), news);
        t.house.intake.look(&t.house.store, &t.bill(1), "till").await.unwrap();
        assert_eq!(anomalies(&t.house.store).await, [(AnomalyKind::PaidAfterClose, PAYER)]);
        assert_eq!(t.now().await.state, CombinedState::Closed);
        assert_eq!(t.held(PAYER, AT_CHANNELS).await, 0);
    }

    async fn another_sum_than_the_whole_is_taken_for_no_share(kit) {
        let t = Together::new(&kit).await;
        t.start("till").await.unwrap();
        t.house.till.pay(&t.bill(1), ALL - 1);
        assert_eq!(t.ask().await.unwrap().state, CombinedState::Open);
        assert_eq!(anomalies(&t.house.store).await, [(AnomalyKind::AmountMismatch, PAYER)]);
        assert_eq!(t.states().await, [PaymentState::Open; 3]);
        let found = findings(&t.house.store).await;
        assert_eq!(found.iter().map(|f| f.check).collect::<Vec<_>>(), ["pay.anomalies"]);
    }

    async fn a_share_that_was_paid_by_itself_after_all_waits_for_the_operator(kit) {
        let t = Together::new(&kit).await;
        t.start("till").await.unwrap();
        // No bill of its own is open; a channel that takes money all the same breaks its word.
        let stray = crate::Paid {
            shop: SHOPS[0],
            payment: payment_of(SHOPS[0]),
            ..testing::paid(amount(SHOPS[0]))
        };
        testing::complete(&t.house.store, stray).await.unwrap();
        t.pay(1);
        t.ask().await.unwrap();
        t.settle_down().await;
        assert_eq!(anomalies(&t.house.store).await, [(AnomalyKind::PaidTwice, Scope::Shop(SHOPS[0]))]);
        assert_eq!(t.states().await, [PaymentState::Captured; 3]);
        assert_eq!(payment(&t.house.store, SHOPS[0]).await.combined, None);
        let in_flight = ledger::in_flight(&mut t.house.store.read().await.unwrap()).await.unwrap();
        assert_eq!(in_flight, 1, "the share that nobody took");
    }

    async fn only_unpaid_orders_of_ones_own_are_paid_together_each_once(kit) {
        let t = Together::new(&kit).await;
        let store = &t.house.store;
        assert_eq!(code(&combine(store, &[]).await), "pay.shares");
        assert_eq!(code(&combine(store, &[SHOPS[0], SHOPS[0]]).await), "pay.shares");
        let many: Vec<ShopId> = (0..21).map(ShopId).collect();
        assert_eq!(code(&combine(store, &many).await), "pay.shares");
        assert_eq!(code(&combine(store, &[ShopId(1)]).await), "pay.not_found");
        let orders = vec![(SHOPS[0], order(SHOPS[0]))];
        let stranger = Caller::shopper(ShopperId(71));
        assert_eq!(code(&store.write(&stranger, Combine { orders: orders.clone() }).await), "pay.not_found");
        let staff = testing::staff(&[kernel::Permission::OrderRead]);
        assert_eq!(code(&store.write(&staff, Combine { orders }).await), "auth.forbidden");
        let paid = crate::Paid {
            shop: SHOPS[0],
            payment: payment_of(SHOPS[0]),
            ..testing::paid(amount(SHOPS[0]))
        };
        testing::complete(store, paid).await.unwrap();
        let refused = combine(store, &SHOPS).await;
        assert_eq!(code(&refused), "pay.already_paid");
        let facts = kernel::Fault::facts(&refused.unwrap_err()).unwrap();
        assert_eq!(facts["order_id"], order(SHOPS[0]).to_string());
        // Dollars and yuan have no sum.
        let dollars = OpenPayment {
            payment: PaymentId(1),
            order: OrderId(1),
            amount: Money::new(5, Currency::USD),
            ..testing::opening(1)
        };
        testing::open(store, dollars).await.unwrap();
        let orders = vec![(SHOPS[1], order(SHOPS[1])), (SHOPS[0], OrderId(1))];
        assert_eq!(code(&store.write(&shopper(), Combine { orders }).await), "pay.currency_mismatch");
    }

    async fn another_shoppers_combined_payment_is_not_there(kit) {
        let t = Together::new(&kit).await;
        let (store, stranger) = (&t.house.store, Caller::shopper(ShopperId(71)));
        let start = wish(t.combined.combined, "till");
        assert_eq!(code(&t.house.intake.start_combined(store, &stranger, &start).await), "pay.not_found");
        let asked = t.house.intake.ask_combined(store, &stranger, t.combined.combined).await;
        assert_eq!(code(&asked), "pay.not_found");
        let staff = testing::staff(&[kernel::Permission::OrderRead]);
        assert_eq!(code(&t.house.intake.start_combined(store, &staff, &start).await), "auth.forbidden");
        let at_home = crate::BeginBill { payment: t.combined.combined, channel: "till".into() };
        assert_eq!(code(&store.write(&stranger, at_home).await), "pay.not_found");
    }

    async fn doctor_sees_a_share_that_does_not_fit(kit) {
        for (spoil, check) in [
            ("UPDATE pay_share SET amount = 1 WHERE shop_id = 7", "pay.shares"),
            ("UPDATE pay_combined SET channel_txn = 'x'", "pay.shares"),
            ("DELETE FROM ledger_entry WHERE scope = 70", "pay.ledger"),
            ("DELETE FROM ledger_entry WHERE scope = 8", "pay.ledger"),
        ] {
            let fresh = Kit::new(kit.engine, &testing::rooms()).await;
            let t = Together::new(&fresh).await;
            t.start("till").await.unwrap();
            t.pay(1);
            t.ask().await.unwrap();
            t.settle_down().await;
            t.healthy().await;
            t.house.store.write(&Caller::system(Scope::Platform), Spoil(spoil)).await.unwrap();
            let found = findings(&t.house.store).await;
            assert!(found.iter().any(|f| f.check == check), "{spoil}: {found:?}");
        }
    }
}
