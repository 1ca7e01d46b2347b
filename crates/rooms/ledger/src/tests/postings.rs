//! Postings: what is refused, what is written, and with how many statements.

use kernel::{Currency, Scope, ShopId};
use store::Registry;

use crate::{Account, AccountKind, Leg, testing::*};

store::on_both! {
    rooms = crate::testing::rooms();

    async fn every_statement_is_understood(kit) {
        store::testkit::prepare_all(&kit, crate::sql::ALL).await;
    }

    async fn a_posting_of_two_to_six_accounts_is_one_statement(kit) {
        let store = kit.store(Registry::new()).await;
        shift(&store, SHOP, CHANNEL, PENDING, 1).await.unwrap();
        for accounts in 2..=6 {
            let mut legs: Vec<Leg> =
                (1..accounts).map(|owner| Account { kind: AccountKind::FeeIncome, owner }.credit(1)).collect();
            legs.push(PENDING.debit(accounts - 1));
            let before = store.statements();
            post(&store, SHOP, posting(legs)).await.unwrap();
            assert_eq!(store.statements() - before, 1, "{accounts} accounts");
        }
        assert_eq!(balance(&store, SHOP, PENDING).await, 1 - (1 + 2 + 3 + 4 + 5));
    }

    async fn a_wrong_posting_is_refused_and_leaves_nothing(kit) {
        let store = kit.store(Registry::new()).await;
        let unbalanced = post(&store, SHOP, posting(vec![CHANNEL.debit(2), PENDING.credit(1)])).await;
        assert_eq!(code(unbalanced), "ledger.unbalanced");
        let empty = post(&store, SHOP, posting(vec![CHANNEL.debit(0), PENDING.credit(0)])).await;
        assert_eq!(code(empty), "ledger.empty");
        assert_eq!(balance(&store, SHOP, PENDING).await, 0);
    }

    async fn an_account_that_forbids_overdraft_stops_at_zero_and_others_do_not(kit) {
        let store = kit.store(Registry::new()).await;
        shift(&store, SHOP, PENDING, AVAILABLE, 100).await.unwrap();
        assert_eq!(balance(&store, SHOP, PENDING).await, -100);
        assert_eq!(code(shift(&store, SHOP, AVAILABLE, OUT, 101).await), "ledger.overdraft");
        assert_eq!(code(shift(&store, SHOP, AVAILABLE, OUT, 100).await), "ok");
        assert_eq!(balance(&store, SHOP, AVAILABLE).await, 0);
    }

    async fn another_scope_and_another_currency_are_other_accounts(kit) {
        let store = kit.store(Registry::new()).await;
        let other = Scope::Shop(ShopId(8));
        shift(&store, SHOP, PENDING, AVAILABLE, 100).await.unwrap();
        assert_eq!(code(shift(&store, other, AVAILABLE, OUT, 1).await), "ledger.overdraft");
        let dollars = crate::Posting {
            currency: Currency::USD,
            ..posting(vec![AVAILABLE.debit(1), OUT.credit(1)])
        };
        assert_eq!(code(post(&store, SHOP, dollars).await), "ledger.overdraft");
        assert_eq!(balance(&store, SHOP, AVAILABLE).await, 100);
    }

    async fn the_halves_of_a_transfer_pair_and_each_is_posted_once(kit) {
        let store = kit.store(Registry::new()).await;
        let in_shop = || half(5, vec![PENDING.debit(30), Account::of(AccountKind::PlatformClearing).credit(30)]);
        post(&store, SHOP, in_shop()).await.unwrap();
        let mut tx = store.read().await.unwrap();
        assert_eq!(crate::in_flight(&mut tx).await.unwrap(), 1);
        let flying = crate::in_flight_list(&mut tx, 10).await.unwrap();
        assert_eq!((flying[0].scope, flying[0].amount), (7, 30));
        drop(tx);

        assert_eq!(code(post(&store, SHOP, in_shop()).await), "ledger.transfer_repeated");
        let fees = Account::of(AccountKind::FeeIncome);
        let on_platform = half(5, vec![Account::clearing_with(SHOP).debit(30), fees.credit(30)]);
        post(&store, Scope::Platform, on_platform).await.unwrap();
        let mut tx = store.read().await.unwrap();
        assert_eq!(crate::in_flight(&mut tx).await.unwrap(), 0);
        assert_eq!(crate::check(&mut tx).await.unwrap(), []);
    }

    async fn doctor_finds_halves_that_do_not_match(kit) {
        let store = kit.store(Registry::new()).await;
        let clearing = Account::of(AccountKind::PlatformClearing);
        let fees = Account::of(AccountKind::FeeIncome);
        post(&store, SHOP, half(5, vec![PENDING.debit(30), clearing.credit(30)])).await.unwrap();
        let less = half(5, vec![Account::clearing_with(SHOP).debit(29), fees.credit(29)]);
        post(&store, Scope::Platform, less).await.unwrap();
        post(&store, SHOP, half(6, vec![PENDING.debit(9), clearing.credit(9)])).await.unwrap();
        let other = Scope::Shop(ShopId(8));
        let to_other = half(6, vec![Account::clearing_with(other).debit(9), fees.credit(9)]);
        post(&store, Scope::Platform, to_other).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let found = crate::check(&mut tx).await.unwrap();
        assert!(found.iter().all(|f| f.check == "ledger.transfers"), "{found:?}");
        assert_eq!(found.len(), 2);
    }

    async fn doctor_finds_entries_that_were_tampered_with(kit) {
        let store = kit.store(Registry::new()).await;
        shift(&store, SHOP, PENDING, AVAILABLE, 100).await.unwrap();
        write(&store, SHOP, |tx, _| {
            Box::pin(async move {
                let tamper = "UPDATE ledger_entry SET amount = -1 WHERE kind = 'shop_available'";
                Ok(tx.exec(tamper, store::p![]).await?)
            })
        })
        .await
        .unwrap();
        let mut tx = store.read().await.unwrap();
        let found: Vec<_> = crate::check(&mut tx).await.unwrap().into_iter().map(|f| f.check).collect();
        assert_eq!(found, ["ledger.balanced", "ledger.overdraft"]);
        let sums = crate::trial_balance(&mut tx).await.unwrap();
        assert_eq!((sums[0].scope, sums[0].sum), (7, -101));
    }
}
