//! The life of an order, on both engines.

mod checkout;

use kernel::{Caller, Item, Scope, ShopId, day_ms, minute_ms};
use logistics::{RecordSteps, Step};
use store::testkit::prepare_all;

use crate::{
    Cancel, Confirm, Error, OrderDiscount, OrderState, Place, RefundOrder, Remark, Reprice, Ship, ShipParcel,
    find,
    testing::{Fixture, a_shop, a_shopper, rooms},
};

fn parcel(items: Vec<Item>) -> ShipParcel {
    ShipParcel { delivery_id: "TEST".into(), waybill_id: format!("W{}", items.len()), deliver_type: 1, items }
}

store::on_both! {
    rooms = rooms();

    async fn both_engines_understand_every_statement(kit) {
        prepare_all(&kit, crate::sql::ALL).await;
    }

    async fn an_order_is_placed_with_its_price_its_reservation_and_its_payment(kit) {
        let f = Fixture::new(&kit).await;
        let placed = f.placed(&[2, 3]).await;
        assert_eq!(placed.total, 2 * 1000 + 3 * 333);
        let order = f.order(placed.order).await;
        assert_eq!((order.state, order.goods, order.total), (OrderState::Unpaid, 2999, 2999));
        assert_eq!(f.stock().await, [(98, 2, 0), (97, 3, 0)]);
        f.healthy().await;
    }

    async fn a_paid_order_is_to_be_shipped_and_its_pieces_are_sold(kit) {
        let f = Fixture::new(&kit).await;
        let placed = f.bought(&[1, 0]).await;
        assert_eq!(f.order(placed.order).await.state, OrderState::ToShip);
        assert_eq!(f.stock().await[0], (99, 0, 1));
        f.healthy().await;
    }

    async fn what_can_not_be_ordered_is_refused_in_the_order_of_the_ladder(kit) {
        let f = Fixture::new(&kit).await;
        let refused = async |place: Place| f.store.write(&f.buyer(), place).await.unwrap_err();
        assert!(matches!(refused(f.wish(&[])).await, Error::LineCount));
        let none = Place { items: vec![Item { sku: f.skus[0], quantity: 0 }], ..f.wish(&[1]) };
        assert!(matches!(refused(none).await, Error::Quantity { .. }));
        assert!(matches!(refused(f.wish(&[10_000])).await, Error::Quantity { .. }));
        let twice = Place { items: vec![f.items(&[1])[0], f.items(&[1])[0]], ..f.wish(&[1]) };
        assert!(matches!(refused(twice).await, Error::DuplicateSku { .. }));
        let unknown = Place { items: vec![Item { sku: kernel::SkuId(1), quantity: 1 }], ..f.wish(&[1]) };
        assert!(matches!(refused(unknown).await, Error::NotOnSale { .. }));
        let seen = Place { expected_total: Some(1), ..f.wish(&[1]) };
        assert!(matches!(refused(seen).await, Error::PriceChanged { now: 1000 }));
        assert!(matches!(refused(f.wish(&[101])).await, Error::SoldOut { .. }));
        assert!(matches!(refused(Place { receiver: None, ..f.wish(&[1]) }).await, Error::Receiver));
        let noted = Place { customer_notes: "x".repeat(201), ..f.wish(&[1]) };
        assert!(matches!(refused(noted).await, Error::Text));
        let elsewhere = Caller::shopper(f.shopper).within(Scope::Shop(ShopId(1)));
        assert!(matches!(f.store.write(&elsewhere, f.wish(&[1])).await, Err(Error::ShopClosed)));
        assert_eq!(f.stock().await, [(100, 0, 0), (100, 0, 0)]);
    }

    async fn a_shopper_orders_for_themselves_and_grants_no_discount(kit) {
        let f = Fixture::new(&kit).await;
        let discount = Some(OrderDiscount { reason: "mine".into(), amount: 1 });
        let generous = f.store.write(&f.buyer(), Place { discount, ..f.wish(&[1]) }).await;
        assert!(matches!(generous, Err(Error::Denied(_))));
        let for_another = f.store.write(&f.buyer(), Place { shopper: Some(f.shopper), ..f.wish(&[1]) }).await;
        assert!(matches!(for_another, Err(Error::Denied(_))));
    }

    async fn an_order_that_costs_nothing_needs_no_payment(kit) {
        let f = Fixture::new(&kit).await;
        let discount = Some(OrderDiscount { reason: "exact amount".into(), amount: 1000 });
        let place = Place { shopper: Some(f.shopper), discount, ..f.wish(&[1]) };
        let placed = f.store.write(&f.owner(), place).await.unwrap();
        assert_eq!((placed.total, placed.payment), (0, None));
        assert_eq!(f.order(placed.order).await.state, OrderState::ToShip);
        assert_eq!(f.stock().await[0], (99, 0, 1));
        f.healthy().await;
    }

    async fn an_unpaid_order_closes_after_thirty_minutes_and_gives_its_stock_back(kit) {
        let f = Fixture::new(&kit).await;
        let (kept, paid) = (f.placed(&[2, 0]).await, f.bought(&[0, 1]).await);
        f.store.advance(minute_ms(30) - 1_000).await.unwrap();
        f.store.drain(100).await.unwrap();
        assert_eq!(f.order(kept.order).await.state, OrderState::Unpaid);
        f.store.advance(1_000).await.unwrap();
        f.store.drain(100).await.unwrap();
        assert_eq!(f.order(kept.order).await.state, OrderState::Cancelled);
        assert_eq!(f.order(paid.order).await.state, OrderState::ToShip);
        assert_eq!(f.stock().await, [(100, 0, 0), (99, 0, 1)]);
        f.healthy().await;
    }

    async fn a_cancelled_order_can_neither_be_paid_nor_cancelled_again(kit) {
        let f = Fixture::new(&kit).await;
        let placed = f.placed(&[1]).await;
        f.store.write(&f.buyer(), Cancel { order: placed.order }).await.unwrap();
        let again = f.store.write(&f.buyer(), Cancel { order: placed.order }).await;
        assert!(matches!(again, Err(Error::State { now: 250 })));
        assert_eq!(f.stock().await[0], (100, 0, 0));
        f.healthy().await;
    }

    async fn an_order_ships_in_parts_and_never_more_than_was_bought(kit) {
        let f = Fixture::new(&kit).await;
        let order = f.bought(&[2, 3]).await.order;
        let ship = async |parcels| f.store.write(&f.owner(), Ship { order, parcels }).await;
        assert!(matches!(ship(vec![parcel(f.items(&[3]))]).await, Err(Error::TooManyPieces { .. })));
        assert!(matches!(ship(vec![]).await, Err(Error::Parcel)));
        ship(vec![parcel(f.items(&[2, 1]))]).await.unwrap();
        assert_eq!(f.order(order).await.state, OrderState::PartShipped);
        assert!(matches!(ship(vec![parcel(f.items(&[1]))]).await, Err(Error::TooManyPieces { .. })));
        ship(vec![parcel(vec![])]).await.unwrap();
        let now = f.order(order).await;
        assert_eq!(now.state, OrderState::Shipped);
        assert_eq!(now.lines.iter().map(|l| l.shipped).collect::<Vec<_>>(), [2, 3]);
        assert!(matches!(ship(vec![parcel(vec![])]).await, Err(Error::State { now: 30 })));
        f.healthy().await;
    }

    async fn an_order_is_confirmed_by_time_ten_days_after_it_was_signed_for(kit) {
        let f = Fixture::new(&kit).await;
        let order = f.bought(&[1]).await.order;
        f.store.write(&f.owner(), Ship { order, parcels: vec![parcel(vec![])] }).await.unwrap();
        let signed = vec![Step::new(f.store.now(), 300_003, "signed")];
        let news = RecordSteps { delivery_id: "TEST".into(), waybill_id: "W0".into(), steps: signed };
        f.store.write(&f.owner(), news).await.unwrap();
        f.store.drain(100).await.unwrap();
        f.store.advance(day_ms(10) - minute_ms(1)).await.unwrap();
        f.store.drain(100).await.unwrap();
        assert_eq!(f.order(order).await.state, OrderState::Shipped);
        f.store.advance(minute_ms(1)).await.unwrap();
        f.store.drain(100).await.unwrap();
        assert_eq!(f.order(order).await.state, OrderState::Done);
        f.healthy().await;
    }

    async fn a_shopper_confirms_their_own_order_and_nobody_elses(kit) {
        let f = Fixture::new(&kit).await;
        let order = f.bought(&[1]).await.order;
        let early = f.store.write(&f.buyer(), Confirm { order }).await;
        assert!(matches!(early, Err(Error::State { now: 20 })));
        f.store.write(&f.owner(), Ship { order, parcels: vec![parcel(vec![])] }).await.unwrap();
        let stranger = Caller::shopper(a_shopper(&f.store, "13800000002").await).within(Scope::Shop(f.shop));
        assert!(matches!(f.store.write(&stranger, Confirm { order }).await, Err(Error::NotFound)));
        f.store.write(&f.buyer(), Confirm { order }).await.unwrap();
        assert_eq!(f.order(order).await.state, OrderState::Done);
    }

    async fn another_shop_sees_nothing_with_as_many_statements_as_for_an_unknown_order(kit) {
        let f = Fixture::new(&kit).await;
        let order = f.placed(&[1]).await.order;
        let (other, _) = a_shop(&f.store, &[5]).await;
        let theirs = Caller::system(Scope::Shop(other));
        let mut counts = Vec::new();
        for id in [order, kernel::OrderId(1)] {
            let before = f.store.statements();
            let refused = f.store.write(&theirs, Remark { order: id, notes: "mine".into() }).await;
            assert!(matches!(refused, Err(Error::NotFound)));
            counts.push(f.store.statements() - before);
        }
        assert_eq!(counts[0], counts[1]);
    }

    async fn a_price_goes_down_before_payment_and_the_last_change_counts(kit) {
        let f = Fixture::new(&kit).await;
        let order = f.placed(&[2, 1]).await.order;
        let reprice = async |sku, price| {
            f.store.write(&f.owner(), Reprice { order, lines: vec![(sku, price)], freight: None }).await
        };
        assert!(matches!(reprice(f.skus[0], 2001).await, Err(Error::NewPrice { .. })));
        reprice(f.skus[0], 1500).await.unwrap();
        assert_eq!(f.order(order).await.total, 1833);
        reprice(f.skus[1], 300).await.unwrap();
        let now = f.order(order).await;
        assert_eq!((now.total, now.change_down), (2300, 33));
        f.healthy().await;
        let payment = now.payment.unwrap();
        f.pay(&crate::Placed { order, payment: Some(payment), total: 2300 }).await;
        assert!(matches!(reprice(f.skus[0], 1).await, Err(Error::State { now: 20 })));
        f.healthy().await;
    }

    async fn a_full_refund_before_shipping_ends_the_order_and_gives_the_stock_back(kit) {
        let f = Fixture::new(&kit).await;
        let order = f.bought(&[2]).await.order;
        let refund = async |amount| {
            f.store.write(&f.owner(), RefundOrder { order, amount, reason: "sorry".into() }).await
        };
        assert!(matches!(refund(0).await, Err(Error::RefundAmount)));
        assert!(matches!(refund(2001).await, Err(Error::RefundAmount)));
        refund(500).await.unwrap();
        assert_eq!(f.order(order).await.state, OrderState::ToShip);
        assert!(matches!(refund(1501).await, Err(Error::RefundAmount)));
        refund(1500).await.unwrap();
        assert_eq!(f.order(order).await.state, OrderState::Refunded);
        assert_eq!(f.stock().await[0].0, 100);
        f.healthy().await;
    }

    async fn the_history_tells_every_step(kit) {
        let f = Fixture::new(&kit).await;
        let placed = f.bought(&[1]).await;
        f.store.write(&f.owner(), Remark { order: placed.order, notes: "fragile".into() }).await.unwrap();
        let order = f.order(placed.order).await;
        let mut tx = f.store.read().await.unwrap();
        let deeds: Vec<_> = find::history(&mut tx, &order).await.unwrap().into_iter().map(|s| s.deed).collect();
        assert_eq!(deeds, ["place", "pay", "remark"]);
    }

    async fn the_same_order_twice_under_one_key_is_one_order(kit) {
        let f = Fixture::new(&kit).await;
        let key = || store::Key::new(f.shopper.0, "POST /api/v1/orders", "k", b"body");
        let first = f.store.once(&f.buyer(), key(), f.wish(&[1])).await.unwrap();
        let second = f.store.once(&f.buyer(), key(), f.wish(&[1])).await.unwrap();
        assert_eq!(first, second);
        assert_eq!(f.stock().await[0], (99, 1, 0));
    }

    async fn placing_and_paying_an_order_takes_at_most_25_statements(kit) {
        let f = Fixture::new(&kit).await;
        f.bought(&[1]).await; // whatever is learnt once
        let key = store::Key::new(f.shopper.0, "POST /api/v1/orders", "counted", b"body");
        let before = f.store.statements();
        let placed = f.store.once(&f.buyer(), key, f.wish(&[1])).await.unwrap();
        let place = f.store.statements() - before;
        f.pay(&placed).await;
        let both = f.store.statements() - before;
        assert!(both <= 25, "placing {place}, both {both}");
    }
}
