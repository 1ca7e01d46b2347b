//! Shops, products and shoppers to measure with.

use anyhow::{Context, Result};
use catalog::{AddCategory, AddProduct, Attr, CategoryRules, Content, SkuContent, SkuInput};
use futures::future::try_join_all;
use identity::{Address, AddressParts, Gate, Limits, Phone, demo_codes, login_with_code, request_code};
use kernel::{Caller, CategoryId, Currency, ProductId, Scope, ShopId, ShopperId, SkuId};
use media::{Files, Purpose};
use std::net::{IpAddr, Ipv4Addr};
use store::Store;

use super::Plan;

/// Skus of each shop.
const SKUS: i64 = 10;
/// Pieces of each sku: more than any run sells. The first sku of the first shop has as many as the plan says.
const PLENTY: i64 = 10_000_000;
/// Shoppers who order in process.
const SHOPPERS: usize = 1_000;
const ROUNDS: usize = 100_000;

/// What can be bought, and by whom.
#[derive(Debug)]
pub(super) struct Goods {
    pub(super) shelves: Vec<Shelf>,
    pub(super) shoppers: Vec<ShopperId>,
    /// Sessions of shoppers of their own, one for each client.
    pub(super) tokens: Vec<String>,
    /// Where everything goes.
    pub(super) receiver: Address,
}

/// A shop's one product.
#[derive(Debug)]
pub(super) struct Shelf {
    pub(super) shop: ShopId,
    pub(super) product: ProductId,
    pub(super) skus: Vec<SkuId>,
}

impl Goods {
    /// Fills an empty database.
    pub(super) async fn stock(store: &Store, plan: &Plan) -> Result<Self> {
        let leaf = category(store).await?;
        let pictures =
            (0..3).map(|seed| media::demo_picture(seed, "Bench")).collect::<Result<Vec<_>, _>>()?;
        let mut shelves = Vec::new();
        for n in 0..plan.shops {
            let first = if n == 0 { plan.pieces } else { PLENTY };
            shelves.push(open_shop(store, leaf, &pictures, first).await?);
        }
        let invited = (0..SHOPPERS.min(plan.shops * 10)).map(|n| async move {
            anyhow::Ok(store.write(&system(), identity::EnsureShopper(phone(n)?)).await?)
        });
        let shoppers = try_join_all(invited).await?;
        let gate = Gate::new(Limits::relaxed());
        let mut tokens = Vec::new();
        for n in 0..plan.clients {
            tokens.push(log_in(&gate, store, &phone(SHOPPERS + n)?).await?);
        }
        settle_down(store).await?;
        Ok(Self { shelves, shoppers, tokens, receiver: receiver()? })
    }

    /// Something to buy at the `turn`th time: each of so many shops in turn, then the next sku.
    pub(super) fn pick(&self, turn: usize, shops: usize) -> Result<(ShopId, SkuId)> {
        let shops = shops.clamp(1, self.shelves.len());
        self.of_shop(turn % shops, turn / shops)
    }

    /// Something of one shop: each of its skus in turn. The scarce one is left out.
    pub(super) fn of_shop(&self, shop: usize, turn: usize) -> Result<(ShopId, SkuId)> {
        let shelf = self.shelves.get(shop).context("there are shops")?;
        let place = 1 + turn % (shelf.skus.len() - 1);
        Ok((shelf.shop, *shelf.skus.get(place).context("a shop has skus")?))
    }

    /// The one sku that is scarce.
    pub(super) fn scarce(&self) -> Result<(ShopId, SkuId)> {
        let shelf = self.shelves.first().context("there are shops")?;
        Ok((shelf.shop, *shelf.skus.first().context("a shop has skus")?))
    }
}

pub(super) fn system() -> Caller {
    Caller::system(Scope::Platform)
}

/// Carries events and does jobs until nothing is due.
pub(super) async fn settle_down(store: &Store) -> Result<()> {
    anyhow::ensure!(store.drain(ROUNDS).await?, "there is no end to what is due");
    Ok(())
}

fn receiver() -> Result<Address> {
    let text = str::to_owned;
    Ok(Address::new(&AddressParts {
        user_name: text("Bench"),
        tel_number: text("13900000000"),
        province_name: text("Guangdong"),
        city_name: text("Guangzhou"),
        county_name: text("Haizhu"),
        detail_info: text("1 Xingang Road"),
        postal_code: text("510310"),
        national_code: text("440105"),
    })?)
}

async fn open_shop(
    store: &Store,
    leaf: CategoryId,
    pictures: &[Vec<u8>],
    first_pieces: i64,
) -> Result<Shelf> {
    let create = shop::CreateShop {
        name: "Bench".into(),
        subject_type: shop::SubjectType::Company,
        currency: Currency::CNY,
    };
    let shop = store.write(&system(), create).await?;
    store.write(&system(), shop::SetAutoAudit { shop, on: true }).await?;
    store.write(&system(), shop::Admission { shop, step: shop::Step::Admit }).await?;
    settle_down(store).await?;
    let owner = Caller::system(Scope::Shop(shop));
    let files = Files::in_memory("");
    let mut head_imgs = Vec::new();
    for picture in pictures {
        let stored = media::put(&files, store, &owner, picture.clone().into(), Purpose::Product).await?;
        head_imgs.push(stored.url);
    }
    let content = Content { head_imgs, ..Content::new("A thing that many buy", leaf) };
    let skus = (1..=SKUS).map(|n| sku(n, if n == 1 { first_pieces } else { PLENTY })).collect();
    let add = AddProduct { content, skus, chain: None, list_now: true };
    let added = store.write(&owner, flows::AddProductWithStock(add)).await?;
    Ok(Shelf { shop, product: added.product, skus: added.skus })
}

fn sku(n: i64, pieces: i64) -> SkuInput {
    let attrs = vec![Attr::new("Size", n.to_string())];
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

fn phone(n: usize) -> Result<Phone> {
    Ok(Phone::new(&format!("+1666{n:07}"))?)
}

/// Logs a shopper in by the code that the demo shows.
async fn log_in(gate: &Gate, store: &Store, phone: &Phone) -> Result<String> {
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    request_code(gate, store, phone, here).await?;
    let codes = {
        let ctx = store.ctx(&system()).await?;
        demo_codes(&mut *store.read().await?, &ctx).await?
    };
    let sent = codes.into_iter().find(|code| code.phone == *phone).context("no code was sent")?;
    Ok(login_with_code(gate, store, phone, &sent.code, here).await?.token)
}
