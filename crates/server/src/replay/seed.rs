//! The shop that the purchases are made at: its products, skus and shoppers. Seeding twice changes nothing.

use anyhow::{Context, Result};
use catalog::{AddCategory, AddProduct, Attr, CategoryRules, Content, SkuContent, SkuInput};
use futures::{StreamExt, TryStreamExt, stream};
use kernel::{Bps, Caller, CategoryId, Currency, Scope, ShopId, ShopperId, SkuId};
use media::{Files, Purpose};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::{Key, Store};

use super::{Purchase, run::World, run::split};

/// What the platform takes of each finished order: the default of a new shop.
const FEE: Bps = Bps(100);
/// Skus of a product: the most values that one attribute may have.
const SKUS: usize = 100;
/// Head pictures of a product: the fewest that a category asks for.
const PICTURES: u64 = 3;
/// Shoppers made at once.
const AT_ONCE: usize = 64;
/// The route of the seeds' idempotency keys.
const ROUTE: &str = "replay seed";

/// Makes the world that the purchases need.
pub(super) async fn world(store: &Store, files: &Files, purchases: &[Purchase]) -> Result<World> {
    let shop = shop(store).await?;
    let pieces_at = pieces_by_price(purchases);
    let sku_of_price = skus(store, files, shop, &pieces_at).await?;
    let shopper_of = shoppers(store, purchases).await?;
    Ok(World { shop, sku_of_price, shopper_of })
}

fn key(name: &str) -> Key {
    Key::new(0, ROUTE, name, name.as_bytes())
}

async fn shop(store: &Store) -> Result<ShopId> {
    let system = Caller::system(Scope::Platform);
    let create = shop::CreateShop {
        name: "CDNOW".into(),
        subject_type: shop::SubjectType::Company,
        currency: Currency::USD,
    };
    let shop = store.once(&system, key("shop"), create).await?;
    let (there, open) = {
        let mut tx = store.read().await?;
        let terms = shop::for_order(&mut tx, shop).await?;
        (terms.is_some(), terms.is_some_and(|t| t.open))
    };
    if there && !open {
        store.write(&system, shop::SetFee { shop, fee: FEE }).await?;
        store.write(&system, shop::SetAutoAudit { shop, on: true }).await?;
        store.write(&system, shop::Admission { shop, step: shop::Step::Admit }).await?;
        // The catalogue hears of it by an event.
        while !store.drain(100).await? {}
    }
    Ok(shop)
}

/// Pieces that are sold at each unit price.
fn pieces_by_price(purchases: &[Purchase]) -> BTreeMap<i64, i64> {
    let mut pieces = BTreeMap::new();
    for purchase in purchases {
        *pieces.entry(split(purchase).0).or_insert(0) += purchase.pieces;
    }
    pieces
}

/// One sku a price, so many to a product; as many pieces as are going to be sold.
async fn skus(
    store: &Store,
    files: &Files,
    shop: ShopId,
    pieces_at: &BTreeMap<i64, i64>,
) -> Result<HashMap<i64, SkuId>> {
    let caller = Caller::system(Scope::Shop(shop));
    let category = category(store).await?;
    let pictures = pictures(store, files, &caller).await?;
    let prices: Vec<(i64, i64)> = pieces_at.iter().map(|(price, pieces)| (*price, *pieces)).collect();
    let mut sku_of_price = HashMap::new();
    for (number, some) in prices.chunks(SKUS).enumerate() {
        let name = format!("product {number} of {} prices from {}", some.len(), some[0].0);
        let add = product(number, some, category, pictures.clone());
        let added = store.once(&caller, key(&name), flows::AddProductWithStock(add)).await.context(name)?;
        sku_of_price.extend(some.iter().map(|(price, _)| *price).zip(added.skus));
    }
    Ok(sku_of_price)
}

fn product(number: usize, prices: &[(i64, i64)], category: CategoryId, pictures: Vec<String>) -> AddProduct {
    let sku = |(price, pieces): &(i64, i64)| SkuInput {
        id: None,
        content: SkuContent {
            sale_price: *price,
            market_price: *price,
            attrs: vec![Attr::new("Price", format!("{}.{:02}", price / 100, price % 100))],
            sku_code: format!("CD{price}"),
            ..SkuContent::default()
        },
        stock: Some(*pieces),
    };
    AddProduct {
        content: Content {
            head_imgs: pictures,
            ..Content::new(format!("Compact disc, catalogue volume {}", number + 1), category)
        },
        skus: prices.iter().map(sku).collect(),
        chain: None,
        list_now: true,
    }
}

/// A branch of the tree with one leaf.
async fn category(store: &Store) -> Result<CategoryId> {
    let system = Caller::system(Scope::Platform);
    let mut parent = None;
    for name in ["Music", "Recordings", "Compact discs"] {
        let add = AddCategory { parent, position: 1, name: name.into(), rules: CategoryRules::default() };
        parent = Some(store.once(&system, key(name), add).await?);
    }
    parent.context("a tree has levels")
}

async fn pictures(store: &Store, files: &Files, caller: &Caller) -> Result<Vec<String>> {
    let mut urls = Vec::new();
    for seed in 0..PICTURES {
        let picture = media::demo_picture(seed, "Compact disc")?;
        urls.push(media::put(files, store, caller, picture.into(), Purpose::Product).await?.url);
    }
    Ok(urls)
}

async fn shoppers(store: &Store, purchases: &[Purchase]) -> Result<HashMap<i64, ShopperId>> {
    let customers: BTreeSet<i64> = purchases.iter().map(|p| p.customer).collect();
    stream::iter(customers)
        .map(|customer| async move {
            let phone = identity::Phone::new(&format!("+1555{customer:07}"))?;
            let system = Caller::system(Scope::Platform);
            let shopper = store.write(&system, identity::EnsureShopper(phone)).await?;
            Ok::<_, anyhow::Error>((customer, shopper))
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}
