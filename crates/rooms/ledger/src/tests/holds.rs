//! Holds: once each, in part, and never more than there is.

use kernel::{Currency, Scope, ShopId};
use store::Registry;

use crate::{Account, AccountKind, Hold, testing::*};

store::on_both! {
    rooms = crate::testing::rooms();

    async fn a_hold_is_captured_in_part_and_the_rest_is_free_again(kit) {
        let store = kit.store(Registry::new()).await;
        shift(&store, SHOP, PENDING, AVAILABLE, 100).await.unwrap();
        authorise(&store, SHOP, hold(1, 80)).await.unwrap();
        assert_eq!((balance(&store, SHOP, AVAILABLE).await, available(&store, SHOP, AVAILABLE).await), (100, 20));
        assert_eq!(code(shift(&store, SHOP, AVAILABLE, OUT, 21).await), "ledger.overdraft");
        take(&store, SHOP, capture(1, 50)).await.unwrap();
        assert_eq!((balance(&store, SHOP, AVAILABLE).await, available(&store, SHOP, AVAILABLE).await), (50, 50));
        assert_eq!(balance(&store, SHOP, OUT).await, 50);
    }

    async fn more_than_is_free_is_not_held_where_overdraft_is_forbidden(kit) {
        let store = kit.store(Registry::new()).await;
        shift(&store, SHOP, PENDING, AVAILABLE, 100).await.unwrap();
        authorise(&store, SHOP, hold(1, 60)).await.unwrap();
        assert_eq!(code(authorise(&store, SHOP, hold(2, 41)).await), "ledger.overdraft");
        let elsewhere = Hold { account: Account::of(AccountKind::ShopPending), ..hold(3, 500) };
        assert_eq!(code(authorise(&store, SHOP, elsewhere).await), "ok");
    }

    async fn a_repeat_of_each_step_changes_nothing(kit) {
        let store = kit.store(Registry::new()).await;
        shift(&store, SHOP, PENDING, AVAILABLE, 100).await.unwrap();
        authorise(&store, SHOP, hold(1, 60)).await.unwrap();
        authorise(&store, SHOP, hold(1, 60)).await.unwrap();
        assert_eq!(available(&store, SHOP, AVAILABLE).await, 40);
        let first = take(&store, SHOP, capture(1, 60)).await.unwrap();
        assert_eq!(take(&store, SHOP, capture(1, 60)).await.unwrap(), first);
        authorise(&store, SHOP, hold(1, 60)).await.unwrap();
        assert_eq!((balance(&store, SHOP, AVAILABLE).await, available(&store, SHOP, AVAILABLE).await), (40, 40));
        authorise(&store, SHOP, hold(2, 40)).await.unwrap();
        release(&store, SHOP, 2).await.unwrap();
        release(&store, SHOP, 2).await.unwrap();
        assert_eq!(available(&store, SHOP, AVAILABLE).await, 40);
    }

    async fn the_same_id_with_other_content_is_refused(kit) {
        let store = kit.store(Registry::new()).await;
        shift(&store, SHOP, PENDING, AVAILABLE, 100).await.unwrap();
        authorise(&store, SHOP, hold(1, 60)).await.unwrap();
        assert_eq!(code(authorise(&store, SHOP, hold(1, 59)).await), "ledger.hold_reused");
        let other_account = Hold { account: PENDING, ..hold(1, 60) };
        assert_eq!(code(authorise(&store, SHOP, other_account).await), "ledger.hold_reused");
        let other_currency = Hold { currency: Currency::USD, ..hold(1, 60) };
        assert_eq!(code(authorise(&store, SHOP, other_currency).await), "ledger.hold_reused");
        take(&store, SHOP, capture(1, 10)).await.unwrap();
        assert_eq!(code(take(&store, SHOP, capture(1, 11)).await), "ledger.hold_reused");
        let other_target = crate::Capture { to: PENDING, ..capture(1, 10) };
        assert_eq!(code(take(&store, SHOP, other_target).await), "ledger.hold_reused");
    }

    async fn a_settled_hold_can_not_be_settled_otherwise(kit) {
        let store = kit.store(Registry::new()).await;
        shift(&store, SHOP, PENDING, AVAILABLE, 100).await.unwrap();
        authorise(&store, SHOP, hold(1, 60)).await.unwrap();
        take(&store, SHOP, capture(1, 60)).await.unwrap();
        assert_eq!(code(release(&store, SHOP, 1).await), "ledger.hold_settled");
        authorise(&store, SHOP, hold(2, 40)).await.unwrap();
        release(&store, SHOP, 2).await.unwrap();
        assert_eq!(code(take(&store, SHOP, capture(2, 40)).await), "ledger.hold_settled");
        assert_eq!(balance(&store, SHOP, AVAILABLE).await, 40);
    }

    async fn amounts_out_of_range_are_refused(kit) {
        let store = kit.store(Registry::new()).await;
        shift(&store, SHOP, PENDING, AVAILABLE, 100).await.unwrap();
        for amount in [0, -1, i64::MAX] {
            assert_eq!(code(authorise(&store, SHOP, hold(1, amount)).await), "ledger.amount_invalid");
        }
        authorise(&store, SHOP, hold(1, 60)).await.unwrap();
        for amount in [0, -1, 61] {
            assert_eq!(code(take(&store, SHOP, capture(1, amount)).await), "ledger.amount_invalid");
        }
    }

    async fn the_hold_of_another_scope_is_unknown(kit) {
        let store = kit.store(Registry::new()).await;
        shift(&store, SHOP, PENDING, AVAILABLE, 100).await.unwrap();
        authorise(&store, SHOP, hold(1, 60)).await.unwrap();
        let other = Scope::Shop(ShopId(8));
        assert_eq!(code(take(&store, other, capture(1, 60)).await), "ledger.hold_unknown");
        assert_eq!(code(release(&store, other, 1).await), "ledger.hold_unknown");
        assert_eq!(code(take(&store, SHOP, capture(9, 60)).await), "ledger.hold_unknown");
    }

    async fn a_capture_into_its_own_account_is_refused_and_the_hold_stays_open(kit) {
        let store = kit.store(Registry::new()).await;
        shift(&store, SHOP, PENDING, AVAILABLE, 100).await.unwrap();
        authorise(&store, SHOP, hold(1, 60)).await.unwrap();
        let into_itself = crate::Capture { to: AVAILABLE, ..capture(1, 60) };
        assert_eq!(code(take(&store, SHOP, into_itself).await), "ledger.empty");
        assert_eq!(available(&store, SHOP, AVAILABLE).await, 40);
    }
}
