//! Lots: the same outcome as one after the other, with few statements.

use kernel::HoldId;
use store::Registry;

use crate::{FlowFilter, testing::*};

store::on_both! {
    rooms = crate::testing::rooms();

    async fn a_lot_is_served_in_order_as_singles_would_be(kit) {
        let (store, one, lot) = (kit.store(Registry::new()).await, shop(7), shop(8));
        receive(&store, &one, 1, 10).await.unwrap();
        receive(&store, &lot, 1, 10).await.unwrap();
        let wants: Vec<(HoldId, i64)> =
            [4, 7, 3, 1, 2, 3, 1].into_iter().zip(50..).map(|(quantity, hold)| (HoldId(hold), quantity)).collect();
        let mut singly = Vec::new();
        for (hold, quantity) in &wants {
            singly.push(reserve(&store, &one, hold.get(), &[item(1, *quantity)]).await.is_ok());
        }
        assert_eq!(reserve_lot(&store, &lot, 1, &wants).await.unwrap(), singly);
        assert_eq!(singly, [true, false, true, true, true, false, false]);
        assert_eq!(counts(&store, &lot, 1).await, counts(&store, &one, 1).await);
        let plain = |lines: Vec<crate::FlowLine>| -> Vec<_> {
            lines.into_iter().map(|l| (l.reason, l.amount, l.after, l.order)).collect()
        };
        let (of_one, of_lot) =
            (flow(&store, &one, 1, &FlowFilter::ALL, 3).await, flow(&store, &lot, 1, &FlowFilter::ALL, 3).await);
        assert_chain(&of_lot);
        assert_eq!(plain(of_lot), plain(of_one));
        assert_eq!(findings(&store).await, []);
    }

    async fn a_lot_of_reservations_costs_three_statements_on_postgres(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        receive(&store, &me, 1, 1000).await.unwrap();
        let wants: Vec<(HoldId, i64)> = (0..500).map(|n| (HoldId(n + 1), 1)).collect();
        let before = store.statements();
        assert!(reserve_lot(&store, &me, 1, &wants).await.unwrap().into_iter().all(|granted| granted));
        let rows = if store.is_postgres() { 1 } else { 500 };
        assert_eq!(store.statements() - before, 2 + rows);
        assert_eq!(counts(&store, &me, 1).await, (500, 500, 0, 0));
    }

    async fn a_lot_of_sales_costs_one_statement_a_hold_and_one_a_sku(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        receive(&store, &me, 1, 100).await.unwrap();
        receive(&store, &me, 2, 100).await.unwrap();
        let mut holds = Vec::new();
        for hold in 1..=20 {
            let items = vec![item(2, 1), item(1, 2)];
            reserve(&store, &me, hold, &items).await.unwrap();
            holds.push((HoldId(hold), items));
        }
        let before = store.statements();
        commit_lot(&store, &me, &holds).await.unwrap();
        assert_eq!(store.statements() - before, 40 + 2);
        assert_eq!(counts(&store, &me, 1).await, (60, 0, 40, 0));
        commit_lot(&store, &me, &holds).await.unwrap();
        assert_eq!(counts(&store, &me, 2).await, (80, 0, 20, 0));
        assert_eq!(findings(&store).await, []);
    }

    async fn a_lot_that_can_not_be_is_refused_whole(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        assert_eq!(reserve_lot(&store, &me, 1, &[(HoldId(1), 1)]).await.unwrap(), [false]);
        receive(&store, &me, 1, 10).await.unwrap();
        assert_eq!(code(reserve_lot(&store, &me, 1, &[(HoldId(1), 0)]).await), "stock.quantity_invalid");
        let twice = [(HoldId(1), 1), (HoldId(2), 1), (HoldId(1), 1)];
        assert_eq!(code(reserve_lot(&store, &me, 1, &twice).await), "stock.hold_reused");
        assert_eq!(counts(&store, &me, 1).await, (10, 0, 0, 0));
        assert!(reserve_lot(&store, &me, 1, &[]).await.unwrap().is_empty());
        let unknown = vec![(HoldId(5), vec![item(1, 1)])];
        assert_eq!(code(commit_lot(&store, &me, &unknown).await), "stock.hold_unknown");
    }
}
