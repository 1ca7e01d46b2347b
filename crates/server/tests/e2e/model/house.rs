//! All rooms over one database, a till, and shops to play in.

use catalog::{AddCategory, AddProduct, Attr, CategoryRules, Content, SkuContent, SkuInput};
use identity::{Address, AddressParts, EnsureShopper, Phone};
use kernel::{Caller, CategoryId, Currency, ProductId, Scope, ShopId, ShopperId, SkuId};
use media::{Files, Purpose};
use pay::{Channel, Channels, Intake};
use std::sync::{Arc, Mutex};
use store::{
    Registry, Store,
    testkit::{Engine, Kit},
};
use trade::Placed;

use super::{
    books::{PIECES, PRICES},
    till::Till,
};

/// Bills and refunds are asked after when the test is long over: news come as it draws them.
const POLLS_MS: [i64; 2] = [36_000_000, 72_000_000];

/// The rooms.
pub(super) struct House {
    pub(super) store: Store,
    pub(super) intake: Arc<Intake>,
    pub(super) till: Arc<Till>,
    category: CategoryId,
    shoppers: Vec<ShopperId>,
    pub(super) address: Address,
    _kit: Kit,
}

/// A shop of a house, with everything that was done in it.
pub(super) struct Scene<'a> {
    pub(super) house: &'a House,
    pub(super) shop: ShopId,
    pub(super) product: ProductId,
    pub(super) skus: Vec<SkuId>,
    /// By their places.
    pub(super) orders: Mutex<Vec<Option<Placed>>>,
}

fn platform() -> Caller {
    Caller::system(Scope::Platform)
}

impl House {
    /// An empty one.
    pub(super) async fn new(engine: Engine) -> Self {
        let kit = Kit::new(engine, server::rooms::MIGRATIONS).await;
        let mut registry = Registry::new();
        let till = Till::new();
        let channels = Channels::new("https://shop.example")
            .with(Arc::clone(&till) as Arc<dyn Channel>)
            .polled_at(POLLS_MS.to_vec());
        ledger::register(&mut registry);
        catalog::register(&mut registry);
        logistics::register(&mut registry, &Arc::new(logistics::Carriers::new()));
        let intake = pay::register(&mut registry, Arc::new(channels), Arc::new(flows::PaidFlow));
        trade::register(&mut registry);
        settle::register(&mut registry);
        let store = kit.store(registry).await;
        let category = category(&store).await;
        let mut shoppers = Vec::new();
        for phone in ["13800000001", "13800000002"] {
            let ensure = EnsureShopper(Phone::new(phone).unwrap());
            shoppers.push(store.write(&platform(), ensure).await.unwrap());
        }
        Self { store, intake, till, category, shoppers, address: address(), _kit: kit }
    }

    /// A shop with three skus on sale.
    pub(super) async fn scene(&self) -> Scene<'_> {
        let create = shop::CreateShop {
            name: "Model".into(),
            subject_type: shop::SubjectType::Company,
            currency: Currency::CNY,
        };
        let shop = self.store.write(&platform(), create).await.unwrap();
        self.store.write(&platform(), shop::SetAutoAudit { shop, on: true }).await.unwrap();
        self.store.write(&platform(), shop::Admission { shop, step: shop::Step::Admit }).await.unwrap();
        self.drain().await;
        let owner = Caller::system(Scope::Shop(shop));
        let mut head_imgs = Vec::new();
        for seed in 0..3 {
            let picture = media::demo_picture(seed, "").unwrap().into();
            let files = Files::in_memory("");
            head_imgs
                .push(media::put(&files, &self.store, &owner, picture, Purpose::Product).await.unwrap().url);
        }
        let content = Content { head_imgs, ..Content::new("What the model counts", self.category) };
        let skus = PRICES.iter().zip(PIECES).map(|(price, pieces)| sku(*price, pieces)).collect();
        let add = AddProduct { content, skus, chain: None, list_now: true };
        let added = self.store.write(&owner, flows::AddProductWithStock(add)).await.unwrap();
        self.till.set(super::op::Mood::Pays);
        let (product, skus) = (added.product, added.skus);
        Scene { house: self, shop, product, skus, orders: Mutex::default() }
    }

    /// Carries events and does jobs until nothing is due.
    pub(super) async fn drain(&self) {
        assert!(self.store.drain(1_000).await.unwrap(), "there is no end to the work");
    }
}

impl Scene<'_> {
    /// The program itself, in the shop's scope: it may whatever the shop's owner may.
    pub(super) fn owner(&self) -> Caller {
        Caller::system(Scope::Shop(self.shop))
    }

    pub(super) fn shopper(&self, n: usize) -> ShopperId {
        self.house.shoppers[n]
    }

    /// A shopper in this shop.
    pub(super) fn buyer(&self, n: usize) -> Caller {
        Caller::shopper(self.shopper(n)).within(Scope::Shop(self.shop))
    }
}

async fn category(store: &Store) -> CategoryId {
    let mut parent = None;
    for name in ["One", "Two", "Three"] {
        let add = AddCategory { parent, position: 1, name: name.into(), rules: CategoryRules::default() };
        parent = Some(store.write(&platform(), add).await.unwrap());
    }
    parent.unwrap()
}

fn sku(price: i64, pieces: i64) -> SkuInput {
    let attrs = vec![Attr::new("Price", price.to_string())];
    let content = SkuContent { sale_price: price, market_price: price, attrs, ..SkuContent::default() };
    SkuInput { id: None, content, stock: Some(pieces) }
}

fn address() -> Address {
    Address::new(&AddressParts {
        user_name: "Model".into(),
        tel_number: "13900000000".into(),
        province_name: "Guangdong".into(),
        city_name: "Guangzhou".into(),
        county_name: "Haizhu".into(),
        detail_info: "1 Xingang Road".into(),
        ..AddressParts::default()
    })
    .unwrap()
}
