//! Holds: all pieces or none, once each, and what they cost.

use store::Registry;

use crate::{Change, testing::*};

store::on_both! {
    rooms = crate::testing::rooms();

    async fn a_hold_is_reserved_sold_and_given_back(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        receive(&store, &me, 1, 10).await.unwrap();
        reserve(&store, &me, 50, &[item(1, 4)]).await.unwrap();
        assert_eq!(counts(&store, &me, 1).await, (6, 4, 0, 0));
        commit(&store, &me, 50, &[item(1, 4)]).await.unwrap();
        assert_eq!(counts(&store, &me, 1).await, (6, 0, 4, 0));
        give_back(&store, &me, 900, 50, &[item(1, 3)]).await.unwrap();
        assert_eq!(counts(&store, &me, 1).await, (9, 0, 4, 3));
        reserve(&store, &me, 51, &[item(1, 9)]).await.unwrap();
        release(&store, &me, 51, &[item(1, 9)]).await.unwrap();
        assert_eq!(counts(&store, &me, 1).await, (9, 0, 4, 3));
        assert_eq!(findings(&store).await, []);
    }

    async fn an_order_gets_all_of_its_items_or_none(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        receive(&store, &me, 1, 10).await.unwrap();
        receive(&store, &me, 2, 1).await.unwrap();
        let wanted = [item(1, 3), item(2, 2)];
        match reserve(&store, &me, 50, &wanted).await {
            Err(crate::Error::SoldOut { sku }) => assert_eq!(sku.get(), 2),
            other => panic!("{other:?}"),
        }
        assert_eq!(counts(&store, &me, 1).await, (10, 0, 0, 0));
        assert_eq!(code(reserve(&store, &me, 50, &[item(9, 1)]).await), "stock.sold_out");
        reserve(&store, &me, 50, &[item(2, 1), item(1, 2), item(1, 1)]).await.unwrap();
        assert_eq!((counts(&store, &me, 1).await.1, counts(&store, &me, 2).await.1), (3, 1));
        assert_eq!(findings(&store).await, []);
    }

    async fn a_reservation_and_a_sale_cost_two_statements_an_item(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        for sku in 1..=3 {
            receive(&store, &me, sku, 10).await.unwrap();
        }
        for (hold, items) in [vec![item(1, 2)], vec![item(1, 1), item(2, 1)], vec![item(1, 1), item(2, 2), item(3, 3)]]
            .into_iter()
            .enumerate()
        {
            let (hold, two_each) = (50 + hold as i64, 2 * items.len() as u64);
            let before = store.statements();
            reserve(&store, &me, hold, &items).await.unwrap();
            assert_eq!(store.statements() - before, two_each);
            let before = store.statements();
            commit(&store, &me, hold, &items).await.unwrap();
            assert_eq!(store.statements() - before, two_each);
        }
        let before = store.statements();
        reserve(&store, &me, 60, &[]).await.unwrap();
        assert_eq!(store.statements() - before, 0);
    }

    async fn a_repeat_of_each_step_changes_nothing(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        receive(&store, &me, 1, 10).await.unwrap();
        let four = [item(1, 4)];
        reserve(&store, &me, 50, &four).await.unwrap();
        assert_eq!(code(reserve(&store, &me, 50, &four).await), "stock.hold_reused");
        commit(&store, &me, 50, &four).await.unwrap();
        commit(&store, &me, 50, &four).await.unwrap();
        assert_eq!(counts(&store, &me, 1).await, (6, 0, 4, 0));
        for _ in 0..3 {
            give_back(&store, &me, 900, 50, &[item(1, 1)]).await.unwrap();
        }
        assert_eq!(counts(&store, &me, 1).await, (7, 0, 4, 1));
        reserve(&store, &me, 51, &four).await.unwrap();
        release(&store, &me, 51, &four).await.unwrap();
        release(&store, &me, 51, &four).await.unwrap();
        assert_eq!(counts(&store, &me, 1).await, (7, 0, 4, 1));
        assert_eq!(findings(&store).await, []);
    }

    async fn a_hold_is_not_settled_twice_in_two_ways(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        receive(&store, &me, 1, 10).await.unwrap();
        let four = [item(1, 4)];
        reserve(&store, &me, 50, &four).await.unwrap();
        assert_eq!(code(commit(&store, &me, 50, &[item(1, 3)]).await), "stock.hold_reused");
        commit(&store, &me, 50, &four).await.unwrap();
        assert_eq!(code(release(&store, &me, 50, &four).await), "stock.hold_settled");
        reserve(&store, &me, 51, &four).await.unwrap();
        release(&store, &me, 51, &four).await.unwrap();
        assert_eq!(code(commit(&store, &me, 51, &four).await), "stock.hold_settled");
        assert_eq!(code(commit(&store, &me, 99, &four).await), "stock.hold_unknown");
        assert_eq!(code(release(&store, &me, 50, &[item(2, 4)]).await), "stock.hold_unknown");
        assert_eq!(counts(&store, &me, 1).await, (6, 0, 4, 0));
    }

    async fn another_shops_hold_and_level_are_unknown(kit) {
        let (store, me, other) = (kit.store(Registry::new()).await, shop(7), shop(8));
        receive(&store, &me, 1, 10).await.unwrap();
        reserve(&store, &me, 50, &[item(1, 4)]).await.unwrap();
        assert_eq!(code(reserve(&store, &other, 51, &[item(1, 1)]).await), "stock.sold_out");
        assert_eq!(code(commit(&store, &other, 50, &[item(1, 4)]).await), "stock.hold_unknown");
        assert_eq!(code(release(&store, &other, 50, &[item(1, 4)]).await), "stock.hold_unknown");
        assert_eq!(code(give_back(&store, &other, 1, 50, &[item(1, 4)]).await), "stock.return_too_much");
        assert_eq!(counts(&store, &other, 1).await, (0, 0, 0, 0));
    }

    async fn no_more_comes_back_than_was_sold(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        receive(&store, &me, 1, 10).await.unwrap();
        let four = [item(1, 4)];
        reserve(&store, &me, 50, &four).await.unwrap();
        assert_eq!(code(give_back(&store, &me, 900, 50, &four).await), "stock.return_too_much");
        commit(&store, &me, 50, &four).await.unwrap();
        give_back(&store, &me, 900, 50, &[item(1, 3)]).await.unwrap();
        assert_eq!(code(give_back(&store, &me, 901, 50, &[item(1, 2)]).await), "stock.return_too_much");
        assert_eq!(code(give_back(&store, &me, 900, 50, &[item(1, 2)]).await), "stock.return_reused");
        give_back(&store, &me, 901, 50, &[item(1, 1)]).await.unwrap();
        assert_eq!(counts(&store, &me, 1).await, (10, 0, 4, 4));
    }

    async fn quantities_that_are_none_are_refused(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        for quantity in [0, -1, i64::MAX] {
            let items = [item(1, quantity)];
            assert_eq!(code(reserve(&store, &me, 50, &items).await), "stock.quantity_invalid");
            assert_eq!(code(commit(&store, &me, 50, &items).await), "stock.quantity_invalid");
            assert_eq!(code(release(&store, &me, 50, &items).await), "stock.quantity_invalid");
            assert_eq!(code(give_back(&store, &me, 1, 50, &items).await), "stock.quantity_invalid");
        }
    }

    async fn the_last_piece_is_told(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        receive(&store, &me, 1, 2).await.unwrap();
        reserve(&store, &me, 50, &[item(1, 1)]).await.unwrap();
        reserve(&store, &me, 51, &[item(1, 1)]).await.unwrap();
        correct(&store, &me, 1, Change::By(1)).await.unwrap();
        correct(&store, &me, 1, Change::To(0)).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let sql = "SELECT aggregate_id, version FROM store_event WHERE kind = 'stock.ran_out' ORDER BY version";
        let said: Vec<(i64, i64)> =
            tx.all(sql, store::p![], |r| Ok((r.get(0)?, r.get(1)?))).await.unwrap();
        assert_eq!(said, [(1, 3), (1, 5)]);
    }

    async fn doctor_finds_a_level_that_was_tampered_with(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        receive(&store, &me, 1, 10).await.unwrap();
        reserve(&store, &me, 50, &[item(1, 4)]).await.unwrap();
        commit(&store, &me, 50, &[item(1, 4)]).await.unwrap();
        for (tamper, check) in [
            ("UPDATE stock_level SET available = available + 1", "stock.level"),
            ("UPDATE stock_level SET available = available - 1, reserved = reserved + 1, sold = sold - 1", "stock.holds"),
            ("UPDATE stock_hold SET returned = 1", "stock.returns"),
            ("UPDATE stock_flow SET amount = amount + 1", "stock.flow"),
        ] {
            write(&store, &me, move |tx, _| {
                Box::pin(async move { Ok(tx.exec(tamper, store::p![]).await?) })
            })
            .await
            .unwrap();
            let found = findings(&store).await;
            assert!(found.iter().any(|f| f.check == check), "{check}: {found:?}");
        }
    }
}
