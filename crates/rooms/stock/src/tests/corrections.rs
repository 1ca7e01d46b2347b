//! Pieces come in, are counted again, and show in the flow.

use kernel::{Caller, Ctx, ProductId, Scope, ShopperId, SkuId};
use store::Registry;

use crate::{Change, FlowFilter, MOST_PIECES, Movement, Reason, testing::*};

store::on_both! {
    rooms = crate::testing::rooms();

    async fn every_statement_is_understood(kit) {
        store::testkit::prepare_all(&kit, crate::sql::ALL).await;
    }

    async fn what_comes_in_is_available_and_what_is_corrected_shows_as_such(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        receive(&store, &me, 1, 100).await.unwrap();
        receive(&store, &me, 1, 20).await.unwrap();
        assert_eq!(correct(&store, &me, 1, Change::By(-5)).await.unwrap(), 115);
        assert_eq!(correct(&store, &me, 1, Change::To(200)).await.unwrap(), 200);
        assert_eq!(correct(&store, &me, 1, Change::To(200)).await.unwrap(), 200);
        let level = level(&store, &me, 1).await;
        assert_eq!((level.received, level.corrected, level.available), (120, 80, 200));
        assert_eq!((level.product, level.reserved), (ProductId(1), 0));
        assert_eq!(findings(&store).await, []);
    }

    async fn a_sku_that_never_had_any_stands_at_zero_and_may_be_set(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        assert_eq!(counts(&store, &me, 1).await, (0, 0, 0, 0));
        assert_eq!(code(correct(&store, &me, 1, Change::By(-1)).await), "stock.not_enough");
        assert_eq!(correct(&store, &me, 1, Change::To(9)).await.unwrap(), 9);
        assert_eq!(correct(&store, &me, 2, Change::By(3)).await.unwrap(), 3);
        let mut tx = store.read().await.unwrap();
        let levels = crate::levels(&mut tx, kernel::ShopId(7), &[SkuId(2), SkuId(5), SkuId(1)]).await.unwrap();
        let seen: Vec<_> = levels.iter().map(|l| (l.sku.get(), l.available)).collect();
        assert_eq!(seen, [(2, 3), (5, 0), (1, 9)]);
    }

    async fn numbers_out_of_range_are_refused(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        for quantity in [0, -1, MOST_PIECES + 1] {
            assert_eq!(code(receive(&store, &me, 1, quantity).await), "stock.quantity_invalid");
        }
        for change in [Change::To(-1), Change::To(MOST_PIECES + 1), Change::By(i64::MIN), Change::By(i64::MAX)] {
            assert_eq!(code(correct(&store, &me, 1, change).await), "stock.quantity_invalid");
        }
        assert_eq!(code(correct(&store, &me, 1, Change::By(0)).await), "stock.nothing_to_change");
        receive(&store, &me, 1, 5).await.unwrap();
        assert_eq!(code(correct(&store, &me, 1, Change::By(-6)).await), "stock.not_enough");
        assert_eq!(counts(&store, &me, 1).await.0, 5);
    }

    async fn who_may_not_write_stock_is_refused(kit) {
        let store = kit.store(Registry::new()).await;
        let shopper = Caller::shopper(ShopperId(3)).within(shop(7).scope);
        assert_eq!(code(receive(&store, &shopper, 1, 5).await), "auth.forbidden");
        assert_eq!(code(correct(&store, &shopper, 1, Change::By(5)).await), "auth.forbidden");
        let nobody = Caller { actor: kernel::Actor::Anonymous, ..shop(7) };
        assert_eq!(code(receive(&store, &nobody, 1, 5).await), "auth.unauthenticated");
        let platform = Caller::system(Scope::Platform);
        assert_eq!(code(reserve(&store, &platform, 1, &[item(1, 1)]).await), "auth.forbidden");
    }

    async fn a_note_is_kept_clean_or_refused(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        let receive_with = |note: String| {
            let store = store.clone();
            let cmd = Movement { sku: SkuId(1), product: ProductId(1), quantity: 1, note: Some(note) };
            async move {
                write(&store, &shop(7), move |tx, ctx: &Ctx| {
                    let cmd = cmd.clone();
                    Box::pin(async move { crate::receive(tx, ctx, &cmd).await })
                })
                .await
            }
        };
        receive_with(" 盘点 ".into()).await.unwrap();
        receive_with("  ".into()).await.unwrap();
        assert_eq!(code(receive_with("x".repeat(201)).await), "stock.note_invalid");
        let notes: Vec<_> = flow(&store, &me, 1, &FlowFilter::ALL, 9).await.into_iter().map(|l| l.note).collect();
        assert_eq!(notes, [None, Some("盘点".to_owned())]);
    }

    async fn the_flow_shows_every_change_in_order_whatever_the_page(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        receive(&store, &me, 1, 10).await.unwrap();
        reserve(&store, &me, 50, &[item(1, 4)]).await.unwrap();
        reserve(&store, &me, 51, &[item(1, 3)]).await.unwrap();
        release(&store, &me, 50, &[item(1, 4)]).await.unwrap();
        commit(&store, &me, 51, &[item(1, 3)]).await.unwrap();
        give_back(&store, &me, 900, 51, &[item(1, 1)]).await.unwrap();
        correct(&store, &me, 1, Change::By(-2)).await.unwrap();
        let lines = flow(&store, &me, 1, &FlowFilter::ALL, 100).await;
        assert_chain(&lines);
        let seen: Vec<_> =
            lines.iter().map(|l| (l.reason, l.amount, l.after, l.order.map_or(0, kernel::HoldId::get))).collect();
        assert_eq!(
            seen,
            [
                (Reason::Corrected, -2, 6, 0),
                (Reason::Returned, 1, 8, 51),
                (Reason::Released, 4, 7, 50),
                (Reason::Ordered, -3, 3, 51),
                (Reason::Ordered, -4, 6, 50),
                (Reason::Received, 10, 10, 0),
            ]
        );
        for size in 1..=6 {
            assert_eq!(flow(&store, &me, 1, &FlowFilter::ALL, size).await, lines, "{size} a page");
        }
        let orders = FlowFilter { reasons: vec![Reason::Ordered, Reason::Returned], ..FlowFilter::ALL };
        let amounts: Vec<_> = flow(&store, &me, 1, &orders, 2).await.iter().map(|l| l.amount).collect();
        assert_eq!(amounts, [1, -3, -4]);
        let later = FlowFilter { from: store.now() + 60_000, ..FlowFilter::ALL };
        assert_eq!(flow(&store, &me, 1, &later, 9).await, []);
        assert_eq!(flow(&store, &shop(8), 1, &FlowFilter::ALL, 9).await, []);
    }
}
