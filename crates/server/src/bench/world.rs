//! Shops, skus and shoppers to measure with.

use anyhow::{Context, Result};
use catalog::{AddCategory, AddProduct, CategoryRules, Content, SkuContent, SkuInput};
use kernel::{Caller, CategoryId, Currency, Scope, ShopId, ShopperId, SkuId};
use media::{Files, Purpose};
use std::{fs, path::Path};
use store::{Options, Registry, Roles, Stop, Store};

use crate::rooms;

/// Skus of each shop, and shoppers in all.
const SKUS: i64 = 10;
const SHOPPERS: i64 = 1_000;

pub(super) struct World {
    pub(super) store: Store,
    pub(super) shops: Vec<(ShopId, Vec<SkuId>)>,
    pub(super) shoppers: Vec<ShopperId>,
}

impl World {
    /// `shops` shops, each with ten skus of `pieces` pieces, on a fresh embedded database.
    pub(super) async fn embedded(folder: &Path, shops: usize, pieces: i64) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let mut registry = Registry::new();
        catalog::register(&mut registry);
        ledger::register(&mut registry);
        trade::register(&mut registry);
        settle::register(&mut registry);
        let url = format!("sqlite:{}", folder.join("kaidian.db").display());
        let store = Store::open(&Options::new(url, [7; 32]), registry)?;
        store.migrate(rooms::MIGRATIONS).await?;
        let category = category(&store).await?;
        let mut world = Self { store, shops: Vec::new(), shoppers: Vec::new() };
        for _ in 0..shops {
            let shop = world.shop(category, pieces).await?;
            world.shops.push(shop);
        }
        for n in 0..SHOPPERS {
            let phone = identity::Phone::new(&format!("+1666{n:07}"))?;
            world.shoppers.push(world.store.write(&system(), identity::EnsureShopper(phone)).await?);
        }
        while !world.store.drain(1_000).await? {}
        Ok(world)
    }

    /// Lets events and jobs run beside what is measured.
    pub(super) fn dispatch(&self) -> Stop {
        self.store.start_work(Roles::ALL)
    }

    async fn shop(&self, category: CategoryId, pieces: i64) -> Result<(ShopId, Vec<SkuId>)> {
        let create = shop::CreateShop {
            name: "Bench".into(),
            subject_type: shop::SubjectType::Company,
            currency: Currency::CNY,
        };
        let shop = self.store.write(&system(), create).await?;
        self.store.write(&system(), shop::SetAutoAudit { shop, on: true }).await?;
        self.store.write(&system(), shop::Admission { shop, step: shop::Step::Admit }).await?;
        while !self.store.drain(100).await? {}
        let owner = Caller::system(Scope::Shop(shop));
        let mut head_imgs = Vec::new();
        for seed in 0..3 {
            let picture = media::demo_picture(seed, "Bench")?.into();
            head_imgs.push(
                media::put(&Files::in_memory(""), &self.store, &owner, picture, Purpose::Product).await?.url,
            );
        }
        let content = Content { head_imgs, ..Content::new("A thing that many buy", category) };
        let add = AddProduct {
            content,
            skus: (1..=SKUS).map(|n| sku(n, pieces)).collect(),
            chain: None,
            list_now: true,
        };
        let added = self.store.write(&owner, flows::AddProductWithStock(add)).await?;
        Ok((shop, added.skus))
    }
}

fn system() -> Caller {
    Caller::system(Scope::Platform)
}

fn sku(n: i64, pieces: i64) -> SkuInput {
    let attrs = vec![catalog::Attr::new("Size", n.to_string())];
    let content = SkuContent { sale_price: 1_000 + n, market_price: 2_000, attrs, ..SkuContent::default() };
    SkuInput { id: None, content, stock: Some(pieces) }
}

async fn category(store: &Store) -> Result<CategoryId> {
    let mut parent = None;
    for name in ["One", "Two", "Three"] {
        let add = AddCategory { parent, position: 1, name: name.into(), rules: CategoryRules::default() };
        parent = Some(store.write(&system(), add).await?);
    }
    parent.context("a tree has levels")
}
