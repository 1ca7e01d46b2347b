//! A shop with enough on its shelf, and shoppers who are logged in.

use catalog::{AddCategory, AddProduct, Attr, CategoryRules, Content, SkuContent, SkuInput};
use identity::{Gate, Limits, Phone};
use kernel::{Caller, CategoryId, Currency, Scope, ShopId, SkuId};
use std::{
    net::{IpAddr, Ipv4Addr},
    path::Path,
};
use store::Store;

/// Skus of the shop; pieces of each, more than any run sells.
const SKUS: i64 = 10;
const PIECES: i64 = 1_000_000;

/// What can be bought.
pub(crate) struct Shelf {
    pub(crate) shop: ShopId,
    pub(crate) skus: Vec<SkuId>,
}

/// Fills the database `db`, or one in `folder/data`; the tokens of the shoppers' sessions.
pub(crate) async fn fill(folder: &Path, db: Option<&str>, shoppers: usize) -> (Shelf, Vec<String>) {
    let data = folder.join("data");
    let settings = [("data", data.to_str().unwrap()), ("demo.enabled", "true")];
    let db = db.map(|url| ("db", url));
    let config = server::Config::from_pairs(settings.into_iter().chain(db)).unwrap();
    let (store, services) = server::open_store(&config).await.unwrap();
    let shop = open_shop(&store).await;
    let skus = furnish(&store, services.files(), shop).await;
    let gate = Gate::new(Limits::relaxed());
    let mut tokens = Vec::new();
    for n in 0..shoppers {
        tokens.push(log_in(&gate, &store, n).await);
    }
    while !store.drain(1_000).await.unwrap() {}
    store.close().await;
    (Shelf { shop, skus }, tokens)
}

fn system() -> Caller {
    Caller::system(Scope::Platform)
}

async fn open_shop(store: &Store) -> ShopId {
    let create = shop::CreateShop {
        name: "Crash".into(),
        subject_type: shop::SubjectType::Company,
        currency: Currency::CNY,
    };
    let shop = store.write(&system(), create).await.unwrap();
    store.write(&system(), shop::SetAutoAudit { shop, on: true }).await.unwrap();
    store.write(&system(), shop::Admission { shop, step: shop::Step::Admit }).await.unwrap();
    while !store.drain(100).await.unwrap() {}
    shop
}

async fn furnish(store: &Store, files: &media::Files, shop: ShopId) -> Vec<SkuId> {
    let owner = Caller::system(Scope::Shop(shop));
    let mut head_imgs = Vec::new();
    for seed in 0..3 {
        let picture = media::demo_picture(seed, "Crash").unwrap().into();
        let stored = media::put(files, store, &owner, picture, media::Purpose::Product).await.unwrap();
        head_imgs.push(stored.url);
    }
    let content = Content { head_imgs, ..Content::new("A thing that survives", category(store).await) };
    let skus = (1..=SKUS).map(sku).collect();
    let add = AddProduct { content, skus, chain: None, list_now: true };
    store.write(&owner, flows::AddProductWithStock(add)).await.unwrap().skus
}

fn sku(n: i64) -> SkuInput {
    let attrs = vec![Attr::new("Size", n.to_string())];
    let content = SkuContent { sale_price: 1_000 + n, market_price: 2_000, attrs, ..SkuContent::default() };
    SkuInput { id: None, content, stock: Some(PIECES) }
}

async fn category(store: &Store) -> CategoryId {
    let mut parent = None;
    for name in ["One", "Two", "Three"] {
        let add = AddCategory { parent, position: 1, name: name.into(), rules: CategoryRules::default() };
        parent = Some(store.write(&system(), add).await.unwrap());
    }
    parent.unwrap()
}

async fn log_in(gate: &Gate, store: &Store, n: usize) -> String {
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let phone = Phone::new(&format!("1390000{n:04}")).unwrap();
    identity::request_code(gate, store, &phone, here).await.unwrap();
    let codes = {
        let ctx = store.ctx(&system()).await.unwrap();
        identity::demo_codes(&mut store.read().await.unwrap(), &ctx).await.unwrap()
    };
    let code = codes.into_iter().find(|sent| sent.phone == phone).unwrap().code;
    identity::login_with_code(gate, store, &phone, &code, here).await.unwrap().token
}
