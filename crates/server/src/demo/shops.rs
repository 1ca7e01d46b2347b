//! Makes the shops, and puts their products on the shelf.

use anyhow::{Context, Result};
use catalog::{
    AddBrand, Added, Audit, LEAF_LEVEL, SeedCategories, UpdateProduct, Verdict, default_categories,
};
use face::App;
use flows::{AddProductWithStock, UpdateProductWithStock};
use futures::future::try_join_all;
use kernel::{BrandId, Caller, CategoryId, Currency, Cursor, PageSize, Scope, ShopId};
use media::{Files, Purpose};
use shop::{AddressDetail, Admission, ChangeProfile, CreateShop, SetAutoAudit, Step, SubjectType};
use std::collections::HashMap;
use store::Store;

use super::{
    goods::{Goods, PICTURES},
    people::Shop,
    world::settle_down,
};

/// The leaves of the tree by their names.
pub(super) type Leaves = HashMap<String, CategoryId>;

/// Plants the tree.
pub(super) async fn plant_categories(store: &Store) -> Result<Leaves> {
    store.write(&Caller::system(Scope::Platform), SeedCategories(default_categories())).await?;
    let mut tx = store.read().await?;
    let all = catalog::tree(&mut tx).await?;
    Ok(all.into_iter().filter(|c| c.level == LEAF_LEVEL).map(|c| (c.name, c.id)).collect())
}

fn leaf(leaves: &Leaves, goods: &Goods) -> Result<CategoryId> {
    leaves.get(goods.category).copied().with_context(|| format!("no category {}", goods.category))
}

/// A shop that is open.
pub(super) struct Opened {
    pub(super) id: ShopId,
    /// The brand of all its products.
    pub(super) brand: BrandId,
}

/// Lets a shop in.
pub(super) async fn open_shop(store: &Store, shop: &Shop) -> Result<Opened> {
    let system = Caller::system(Scope::Platform);
    let (name, subject_type) = (shop.name.to_owned(), SubjectType::Company);
    let id = store.write(&system, CreateShop { name, subject_type, currency: Currency::CNY }).await?;
    store.write(&system, Admission { shop: id, step: Step::Admit }).await?;
    if shop.auto_audit {
        store.write(&system, SetAutoAudit { shop: id, on: true }).await?;
    }
    let brand = store.write(&system, AddBrand { name: shop.name.into(), name_en: String::new() }).await?;
    Ok(Opened { id, brand })
}

/// A shop's face, where it sends from, and its products in the order of the shelf.
pub(super) async fn furnish(
    app: &App,
    leaves: &Leaves,
    shop: &Shop,
    made: &Opened,
    pictures: Vec<Vec<u8>>,
) -> Result<Vec<Added>> {
    let (store, owner) = (&app.store, Caller::system(Scope::Shop(made.id)));
    let urls = keep(app, &owner, pictures).await?;
    let (headimg, intro) = (urls.first().cloned(), Some(shop.intro.into()));
    store.write(&owner, ChangeProfile { headimg, intro, ..ChangeProfile::default() }).await?;
    let detail = AddressDetail { name: "默认仓库".into(), ..AddressDetail::of(shop.place.address()?) };
    let address = shop::AddAddress { detail, default_send: true, default_return: true };
    store.write(&owner, address).await?;
    let mut shelf = Vec::new();
    for (place, goods) in shop.goods.iter().enumerate() {
        let shown = urls.iter().cycle().skip(place).take(PICTURES).cloned().collect();
        let add = goods.product(place + 1, leaf(leaves, goods)?, made.brand, shown)?;
        shelf.push(store.write(&owner, AddProductWithStock(add)).await.context(goods.title)?);
    }
    Ok(shelf)
}

async fn keep(app: &App, owner: &Caller, pictures: Vec<Vec<u8>>) -> Result<Vec<String>> {
    let files = app.service::<Files>()?;
    let mut urls = Vec::new();
    for picture in pictures {
        urls.push(media::put(&files, &app.store, owner, picture.into(), Purpose::Product).await?.url);
    }
    Ok(urls)
}

/// Draws a picture of each product of the shop. It takes a while, on threads of its own.
pub(super) async fn draw(shop: &'static Shop, seed: i64) -> Result<Vec<Vec<u8>>> {
    let seed = seed.unsigned_abs();
    try_join_all(shop.goods.iter().map(|goods| async move {
        let drawn = tokio::task::spawn_blocking(move || media::demo_picture(seed, goods.title)).await?;
        Ok(drawn?)
    }))
    .await
}

/// Lets the auditor pass whatever waits.
pub(super) async fn pass_audits(store: &Store, auditor: &Caller) -> Result<()> {
    loop {
        let waiting = {
            let ctx = store.ctx(auditor).await?;
            let mut tx = store.read().await?;
            catalog::audit_queue(&mut tx, &ctx, Cursor::OLDEST, PageSize::default()).await?
        };
        if waiting.items.is_empty() {
            return settle_down(store).await;
        }
        for one in waiting.items {
            let (shop, product, round) = (one.shop, one.product, one.round);
            store.write(auditor, Audit { shop, product, round, verdict: Verdict::Pass }).await?;
        }
    }
}

/// A shop says something new of its first product: while that is on sale, its new draft waits for the auditor.
pub(super) async fn change_first(
    store: &Store,
    leaves: &Leaves,
    shop: &Shop,
    made: &Opened,
    shelf: &[Added],
) -> Result<()> {
    let (Some(goods), Some(first)) = (shop.goods.first(), shelf.first()) else { return Ok(()) };
    let owner = Caller::system(Scope::Shop(made.id));
    let online = {
        let ctx = store.ctx(&owner).await?;
        let mut tx = store.read().await?;
        catalog::own(&mut tx, &ctx, first.product).await?.draft.content.head_imgs
    };
    let mut new = goods.product(1, leaf(leaves, goods)?, made.brand, online)?;
    new.content.sub_title = "新版上架 附赠音频".into();
    new.skus.iter_mut().for_each(|sku| sku.stock = None);
    store.write(&owner, UpdateProductWithStock(UpdateProduct { product: first.product, new })).await?;
    Ok(())
}
