//! What the room's tests stand on: the tables of the room and of those below it.

use catalog::{AddCategory, AddProduct, Attr, CategoryRules, Content, SkuContent, SkuInput};
use identity::{Address, AddressParts, EnsureShopper, Phone};
use kernel::{Caller, Currency, Item, OrderId, PaymentId, Scope, ShopId, ShopperId, SkuId};
use media::{Files, Purpose};
use stock::Movement;
use store::{Command, Registry, Room, Store, Tx, testkit::Kit};

use crate::{Error, Order, Place, Placed, find};

/// In the order of levels.
pub(crate) fn rooms() -> Vec<Room> {
    vec![
        identity::MIGRATIONS,
        ledger::MIGRATIONS,
        media::MIGRATIONS,
        push::MIGRATIONS,
        shop::MIGRATIONS,
        catalog::MIGRATIONS,
        stock::MIGRATIONS,
        logistics::MIGRATIONS,
        pay::MIGRATIONS,
        crate::MIGRATIONS,
    ]
}

/// A shop with two skus at 10.00 and 3.33, a hundred pieces each, and a shopper.
pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) shop: ShopId,
    pub(crate) skus: Vec<SkuId>,
    pub(crate) shopper: ShopperId,
}

impl Fixture {
    pub(crate) async fn new(kit: &Kit) -> Self {
        let mut registry = Registry::new();
        catalog::register(&mut registry);
        crate::register(&mut registry);
        let store = kit.store(registry).await;
        let (shop, skus) = a_shop(&store, &[1000, 333]).await;
        let shopper = a_shopper(&store, "13800000001").await;
        Self { store, shop, skus, shopper }
    }

    /// The shopper, buying from the shop.
    pub(crate) fn buyer(&self) -> Caller {
        Caller::shopper(self.shopper).within(Scope::Shop(self.shop))
    }

    /// The program itself, in the shop's scope: it may whatever the shop's owner may.
    pub(crate) fn owner(&self) -> Caller {
        Caller::system(Scope::Shop(self.shop))
    }

    pub(crate) fn items(&self, quantities: &[i64]) -> Vec<Item> {
        let items =
            self.skus.iter().zip(quantities).map(|(sku, quantity)| Item { sku: *sku, quantity: *quantity });
        items.filter(|i| i.quantity != 0).collect()
    }

    pub(crate) fn wish(&self, quantities: &[i64]) -> Place {
        Place {
            shopper: None,
            items: self.items(quantities),
            receiver: Some(receiver()),
            customer_notes: String::new(),
            discount: None,
            expected_total: None,
        }
    }

    pub(crate) async fn placed(&self, quantities: &[i64]) -> Placed {
        self.store.write(&self.buyer(), self.wish(quantities)).await.unwrap()
    }

    /// Placed and paid.
    pub(crate) async fn bought(&self, quantities: &[i64]) -> Placed {
        let placed = self.placed(quantities).await;
        self.pay(&placed).await;
        placed
    }

    pub(crate) async fn pay(&self, placed: &Placed) {
        let payment = placed.payment.unwrap();
        self.store.write(&self.owner(), PayFor { payment, total: placed.total }).await.unwrap();
    }

    pub(crate) async fn order(&self, order: OrderId) -> Order {
        let mut tx = self.store.read().await.unwrap();
        find::load(&mut tx, Scope::Shop(self.shop), order).await.unwrap()
    }

    /// Available and sold pieces of each sku.
    pub(crate) async fn stock(&self) -> Vec<(i64, i64, i64)> {
        let mut tx = self.store.read().await.unwrap();
        let mut out = Vec::new();
        for sku in &self.skus {
            let level = stock::level(&mut tx, self.shop, *sku).await.unwrap();
            out.push((level.available, level.reserved, level.sold));
        }
        out
    }

    /// What `doctor` would say of this room and of those below.
    pub(crate) async fn healthy(&self) {
        let ctx = self.store.ctx(&Caller::system(Scope::Platform)).await.unwrap();
        let mut tx = self.store.read().await.unwrap();
        assert_eq!(crate::check(&mut tx).await.unwrap(), []);
        assert_eq!(stock::check(&mut tx).await.unwrap(), []);
        assert_eq!(ledger::check(&mut tx).await.unwrap(), []);
        assert_eq!(pay::check(&mut tx, &ctx).await.unwrap(), []);
    }
}

/// What the flow of a completed payment does.
struct PayFor {
    payment: PaymentId,
    total: i64,
}

impl Command for PayFor {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "test.pay";

    async fn run(&self, tx: &mut Tx, ctx: &kernel::Ctx) -> Result<(), Error> {
        let paid = pay::Paid {
            shop: ShopId(ctx.scope.key()),
            payment: self.payment,
            channel: "test".into(),
            channel_txn: format!("t{}", self.payment),
            amount: kernel::Money::fen(self.total),
            paid_at: ctx.now,
        };
        if let pay::Completed::First(payment) = pay::complete(tx, ctx, &paid).await? {
            crate::paid(tx, ctx, payment.order).await?;
        }
        Ok(())
    }
}

pub(crate) fn receiver() -> Address {
    Address::new(&AddressParts {
        user_name: "王小蒙".into(),
        tel_number: "18610000000".into(),
        province_name: "广东省".into(),
        city_name: "广州市".into(),
        county_name: "天河区".into(),
        detail_info: "天河路 1 号".into(),
        ..AddressParts::default()
    })
    .unwrap()
}

pub(crate) async fn a_shopper(store: &Store, phone: &str) -> ShopperId {
    let system = Caller::system(Scope::Platform);
    store.write(&system, EnsureShopper(Phone::new(phone).unwrap())).await.unwrap()
}

/// An admitted shop with one listed product, a sku a price, a hundred pieces each.
pub(crate) async fn a_shop(store: &Store, prices: &[i64]) -> (ShopId, Vec<SkuId>) {
    let system = Caller::system(Scope::Platform);
    let create = shop::CreateShop {
        name: "A shop".into(),
        subject_type: shop::SubjectType::Company,
        currency: Currency::CNY,
    };
    let shop = store.write(&system, create).await.unwrap();
    store.write(&system, shop::SetAutoAudit { shop, on: true }).await.unwrap();
    store.write(&system, shop::Admission { shop, step: shop::Step::Admit }).await.unwrap();
    while !store.drain(100).await.unwrap() {}
    (shop, a_product(store, shop, prices).await)
}

async fn a_product(store: &Store, shop: ShopId, prices: &[i64]) -> Vec<SkuId> {
    let system = Caller::system(Scope::Platform);
    let owner = Caller::system(Scope::Shop(shop));
    let mut parent = None;
    for name in ["one", "two", "three"] {
        let rules = CategoryRules::default();
        parent = Some(
            store
                .write(&system, AddCategory { parent, position: 1, name: name.into(), rules })
                .await
                .unwrap(),
        );
    }
    let mut head_imgs = Vec::new();
    for seed in 0..3 {
        let picture = media::demo_picture(seed, "").unwrap();
        let files = Files::in_memory("");
        head_imgs
            .push(media::put(&files, store, &owner, picture.into(), Purpose::Product).await.unwrap().url);
    }
    let sku = |price: &i64| SkuInput {
        id: None,
        content: SkuContent {
            sale_price: *price,
            market_price: *price,
            attrs: vec![Attr::new("size", price.to_string())],
            ..SkuContent::default()
        },
        stock: None,
    };
    let content = Content { head_imgs, ..Content::new("A thing to be sold", parent.unwrap()) };
    let add = AddProduct { content, skus: prices.iter().map(sku).collect(), chain: None, list_now: true };
    let added = store.write(&owner, add).await.unwrap();
    let came = added.skus.iter().map(|sku| Movement {
        sku: *sku,
        product: added.product,
        quantity: 100,
        note: None,
    });
    store.write(&owner, Receive(came.collect())).await.unwrap();
    added.skus
}

struct Receive(Vec<Movement>);

impl Command for Receive {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "test.receive";

    async fn run(&self, tx: &mut Tx, ctx: &kernel::Ctx) -> Result<(), Error> {
        Ok(stock::receive_all(tx, ctx, &self.0).await?)
    }
}
