//! A cart over several shops becomes an order with each, or none.

use kernel::{Caller, Fault, Item, Scope, ShopId, SkuId};
use serde_json::json;
use store::{Key, testkit::Kit};

use crate::{
    Basket, Cancel, CheckedOut, Checkout, Error, OrderState, Place, checkout, find,
    testing::{Fixture, a_shop, receiver, rooms},
};

/// Three shops, each with a thing at 10.00, 20.00 and 30.00, and a shopper.
struct Mall {
    f: Fixture,
    shops: Vec<(ShopId, SkuId)>,
}

impl Mall {
    async fn new(kit: &Kit) -> Self {
        let f = Fixture::new(kit).await;
        let mut shops = vec![(f.shop, f.skus[0])];
        for price in [2000, 3000] {
            let (shop, skus) = a_shop(&f.store, &[price]).await;
            shops.push((shop, skus[0]));
        }
        Self { f, shops }
    }

    fn wish(&self, quantities: &[i64]) -> Checkout {
        let basket = |((shop, sku), quantity): (&(ShopId, SkuId), &i64)| Basket {
            shop: *shop,
            items: vec![Item { sku: *sku, quantity: *quantity }],
            customer_notes: String::new(),
            expected_total: None,
        };
        Checkout { baskets: self.shops.iter().zip(quantities).map(basket).collect(), receiver: receiver() }
    }

    async fn check_out(&self, key: &str, wish: &Checkout) -> Result<CheckedOut, Error> {
        let key = Key::new(self.f.shopper.0, "POST /checkouts", key, format!("{wish:?}").as_bytes());
        checkout(&self.f.store, &Caller::shopper(self.f.shopper), key, wish).await
    }

    /// The states of all orders that the shopper has, the earliest first.
    async fn orders(&self) -> Vec<OrderState> {
        let ctx = self.f.store.ctx(&Caller::shopper(self.f.shopper)).await.unwrap();
        let mut tx = self.f.store.read().await.unwrap();
        let page = find::list_of_shopper(&mut tx, &ctx, kernel::Cursor::NEWEST, kernel::PageSize::default());
        page.await.unwrap().items.iter().rev().map(|o| o.state).collect()
    }

    async fn available(&self) -> Vec<i64> {
        let mut tx = self.f.store.read().await.unwrap();
        let mut all = Vec::new();
        for (shop, sku) in &self.shops {
            all.push(stock::level(&mut tx, *shop, *sku).await.unwrap().available);
        }
        all
    }

    async fn combined(&self, done: &CheckedOut) -> pay::Combined {
        let ctx = self.f.store.ctx(&Caller::shopper(self.f.shopper)).await.unwrap();
        let mut tx = self.f.store.read().await.unwrap();
        pay::combined(&mut tx, &ctx, done.combined.unwrap()).await.unwrap()
    }
}

use OrderState::{Cancelled, Unpaid};

store::on_both! {
    rooms = rooms();

    async fn a_cart_becomes_an_order_a_shop_and_one_payment(kit) {
        let mall = Mall::new(&kit).await;
        let done = mall.check_out("k", &mall.wish(&[1, 2, 3])).await.unwrap();
        let totals: Vec<_> = done.orders.iter().map(|o| (o.shop, o.total)).collect();
        let shops: Vec<_> = mall.shops.iter().map(|(shop, _)| *shop).collect();
        assert_eq!(totals, [(shops[0], 1000), (shops[1], 4000), (shops[2], 9000)]);
        let combined = mall.combined(&done).await;
        assert_eq!(combined.amount, kernel::Money::fen(14_000));
        assert_eq!(combined.shares.len(), 3);
        assert_eq!(mall.available().await, [99, 98, 97]);
        mall.f.healthy().await;
    }

    async fn the_same_key_gives_the_same_orders_also_when_they_are_gone(kit) {
        let mall = Mall::new(&kit).await;
        let wish = mall.wish(&[1, 1, 1]);
        let done = mall.check_out("k", &wish).await.unwrap();
        assert_eq!(mall.check_out("k", &wish).await.unwrap(), done);
        let cancel = Cancel { order: done.orders[0].order };
        mall.f.store.write(&mall.f.buyer(), cancel).await.unwrap();
        assert_eq!(mall.check_out("k", &wish).await.unwrap(), done);
        assert_eq!(mall.orders().await.len(), 3);
        let other = mall.check_out("k", &mall.wish(&[2])).await;
        assert_eq!(other.unwrap_err().code(), "idempotency.key_reused");
        assert_eq!(mall.orders().await.len(), 3);
    }

    async fn the_same_request_many_times_at_once_is_one_checkout(kit) {
        let mall = Mall::new(&kit).await;
        let wish = mall.wish(&[1, 1, 1]);
        let all = futures::future::join_all((0..6).map(|_| mall.check_out("k", &wish))).await;
        let first = all[0].as_ref().unwrap();
        assert!(all.iter().all(|done| done.as_ref().is_ok_and(|d| d == first)), "{all:?}");
        assert_eq!(mall.orders().await, [Unpaid; 3]);
    }

    async fn one_shop_that_is_sold_out_leaves_no_order_anywhere(kit) {
        let mall = Mall::new(&kit).await;
        let refused = mall.check_out("k", &mall.wish(&[1, 1, 101])).await.unwrap_err();
        let (shop, sku) = mall.shops[2];
        assert_eq!((refused.code(), refused.kind()), ("trade.sold_out", kernel::Kind::Gone));
        assert_eq!(refused.facts(), Some(json!({ "sku": sku, "shop_id": shop })));
        assert!(mall.orders().await.is_empty(), "it is seen before any order is placed");
        assert_eq!(mall.available().await, [100, 100, 100]);
        // Pieces come in: the same request is a new try.
        let more = stock::Movement { sku, product: product(&mall, sku).await, quantity: 1, note: None };
        mall.f.store.write(&Caller::system(Scope::Shop(shop)), Receive(more)).await.unwrap();
        let done = mall.check_out("k", &mall.wish(&[1, 1, 101])).await.unwrap();
        assert_eq!(done.orders.len(), 3);
        assert_eq!(mall.orders().await, [Unpaid; 3]);
        assert_eq!(mall.combined(&done).await.shares.len(), 3);
        mall.f.healthy().await;
    }

    async fn what_is_sold_out_after_the_look_takes_the_other_orders_back(kit) {
        let mall = Mall::new(&kit).await;
        // Two baskets of everything at once: each look sees all pieces, and one of the two gets them.
        let wishes = [mall.wish(&[1, 1, 100]), mall.wish(&[1, 2, 100])];
        let (one, other) =
            futures::future::join(mall.check_out("a", &wishes[0]), mall.check_out("b", &wishes[1])).await;
        let refused = [one, other].into_iter().filter_map(Result::err).collect::<Vec<_>>();
        assert_eq!(refused.iter().map(Fault::code).collect::<Vec<_>>(), ["trade.sold_out"]);
        let orders = mall.orders().await;
        assert_eq!(orders.iter().filter(|s| **s == Unpaid).count(), 3, "{orders:?}");
        assert!(orders.iter().all(|s| matches!(s, Unpaid | Cancelled)), "{orders:?}");
        mall.f.healthy().await;
    }

    async fn a_price_that_was_not_the_one_seen_refuses_before_any_order_is_placed(kit) {
        let mall = Mall::new(&kit).await;
        let mut wish = mall.wish(&[1, 1, 1]);
        wish.baskets[2].expected_total = Some(2999);
        let refused = mall.check_out("k", &wish).await.unwrap_err();
        assert_eq!(refused.code(), "trade.price_changed");
        assert_eq!(refused.facts(), Some(json!({ "total": 3000, "shop_id": mall.shops[2].0 })));
        assert!(mall.orders().await.is_empty());
    }

    async fn what_broke_off_is_taken_up_where_it_was(kit) {
        let mall = Mall::new(&kit).await;
        let wish = mall.wish(&[1, 1, 1]);
        let done = mall.check_out("k", &wish).await.unwrap();
        // As if the program had been killed before the outcome was written down.
        mall.f.store.write(&Caller::system(Scope::Platform), Forget).await.unwrap();
        let again = mall.check_out("k", &wish).await.unwrap();
        assert_eq!(again.orders, done.orders);
        assert_eq!(mall.orders().await, [Unpaid; 3]);
        // And so late that an order has been closed: the try is over, the next one places anew.
        mall.f.store.write(&Caller::system(Scope::Platform), Forget).await.unwrap();
        mall.f.store.write(&mall.f.buyer(), Cancel { order: done.orders[0].order }).await.unwrap();
        assert_eq!(mall.check_out("k", &wish).await.unwrap_err().code(), "pay.closed");
        assert_eq!(mall.orders().await, [Cancelled; 3]);
        assert_eq!(mall.check_out("k", &wish).await.unwrap().orders.len(), 3);
        mall.f.healthy().await;
    }

    async fn only_a_shopper_checks_out_and_each_shop_once(kit) {
        let mall = Mall::new(&kit).await;
        assert_eq!(mall.check_out("k", &mall.wish(&[])).await.unwrap_err().code(), "trade.shops");
        let mut twice = mall.wish(&[1, 1]);
        twice.baskets[1].shop = twice.baskets[0].shop;
        assert_eq!(mall.check_out("k", &twice).await.unwrap_err().code(), "trade.shops");
        let key = Key::new(1, "POST /checkouts", "k", b"");
        let by_the_program = checkout(&mall.f.store, &mall.f.owner(), key, &mall.wish(&[1])).await;
        assert_eq!(by_the_program.unwrap_err().code(), "auth.forbidden");
        let unknown = Basket { shop: ShopId(1), ..mall.wish(&[1]).baskets.remove(0) };
        let wish = Checkout { baskets: vec![unknown], receiver: receiver() };
        assert_eq!(mall.check_out("k2", &wish).await.unwrap_err().code(), "trade.shop_closed");
    }

    async fn an_order_that_waits_at_a_combined_cashier_keeps_its_price(kit) {
        let mall = Mall::new(&kit).await;
        let place = Place { ..mall.f.wish(&[1]) };
        let placed = mall.f.store.write(&mall.f.buyer(), place).await.unwrap();
        let orders = vec![(mall.f.shop, placed.order)];
        let home = Caller::shopper(mall.f.shopper);
        let combined = mall.f.store.write(&home, pay::Combine { orders }).await.unwrap();
        let bind = pay::BindShare {
            payment: placed.payment.unwrap(),
            combined: combined.combined,
            amount: placed.total,
        };
        mall.f.store.write(&mall.f.buyer(), bind).await.unwrap();
        let cheaper = crate::Reprice { order: placed.order, lines: vec![(mall.f.skus[0], 1)], freight: None };
        let refused = mall.f.store.write(&mall.f.owner(), cheaper).await.unwrap_err();
        assert!(matches!(refused, Error::PaymentBegun), "{refused:?}");
    }
}

async fn product(mall: &Mall, sku: SkuId) -> kernel::ProductId {
    let shop = mall.shops.iter().find(|(_, s)| *s == sku).unwrap().0;
    let mut tx = mall.f.store.read().await.unwrap();
    catalog::skus_for_order(&mut tx, shop, &[sku]).await.unwrap()[0].product
}

struct Receive(stock::Movement);

impl store::Command for Receive {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "test.receive";

    async fn run(&self, tx: &mut store::Tx, ctx: &kernel::Ctx) -> Result<(), Error> {
        Ok(stock::receive_all(tx, ctx, std::slice::from_ref(&self.0)).await?)
    }
}

/// Takes the outcomes of all checkouts back.
struct Forget;

impl store::Command for Forget {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "test.forget";

    async fn run(&self, tx: &mut store::Tx, _: &kernel::Ctx) -> Result<(), Error> {
        tx.exec("UPDATE trade_checkout SET outcome = NULL", store::p![]).await?;
        Ok(())
    }
}
