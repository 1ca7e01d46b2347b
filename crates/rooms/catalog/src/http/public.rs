//! What anybody may see of products.

use axum::{Json, extract::State};
use face::{App, IdPath, Paging, Params, ProblemBody, Rest};
use kernel::{CategoryId, Cursor, ProductId, ShopId, SkuId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Attr, BuyLimit, Card, DeliverMethod, OnSale, Presale, Service, Shelf, SizeChart, Sku, SkuStatus,
};

/// A sku, as a buyer sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = catalog::PublicSku)]
pub(super) struct PublicSku {
    /// Its id.
    #[schema(value_type = String)]
    id: SkuId,
    /// What it is sold for, minor units of the shop's currency.
    sale_price: i64,
    /// What it is worth, minor units.
    market_price: i64,
    /// Path of its picture; empty for the product's.
    thumb_img: String,
    /// What sets it apart.
    attrs: Vec<Attr>,
    /// It may be bought.
    on_sale: bool,
    /// When it leaves, where it is sold before it is there.
    presale: Option<Presale>,
}

impl From<Sku> for PublicSku {
    fn from(sku: Sku) -> Self {
        let content = sku.content;
        Self {
            id: sku.id,
            sale_price: content.sale_price,
            market_price: content.market_price,
            thumb_img: content.thumb_img,
            attrs: content.attrs,
            on_sale: sku.status == SkuStatus::On,
            presale: content.presale,
        }
    }
}

/// A product, as a buyer sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = catalog::ProductPage)]
pub(super) struct ProductPage {
    /// Its id.
    #[schema(value_type = String)]
    id: ProductId,
    /// The shop that sells it.
    #[schema(value_type = String)]
    shop_id: ShopId,
    /// The title.
    title: String,
    /// A line under the title.
    sub_title: String,
    /// Paths of the pictures at the head.
    head_imgs: Vec<String>,
    /// The description.
    desc: String,
    /// Paths of the pictures of the description.
    desc_imgs: Vec<String>,
    /// Its categories, from the top of the tree to the leaf.
    #[schema(value_type = Vec<String>)]
    category_ids: [CategoryId; 3],
    /// Attributes.
    attrs: Vec<Attr>,
    /// How it reaches its buyer.
    deliver_method: DeliverMethod,
    /// How much one buyer may buy.
    limit: Option<BuyLimit>,
    /// What the shop promises.
    service: Service,
    /// A table of sizes.
    size_chart: Option<SizeChart>,
    /// A presale of the product as a whole.
    presale: Option<Presale>,
    /// What the shop says about after-sales.
    aftersale_desc: String,
    /// The lowest price among the skus that are sold, minor units.
    min_price: i64,
    /// The skus.
    skus: Vec<PublicSku>,
}

impl From<OnSale> for ProductPage {
    fn from(on_sale: OnSale) -> Self {
        let min_price = on_sale.edition.min_price();
        let content = on_sale.edition.content;
        Self {
            id: on_sale.product,
            shop_id: on_sale.shop,
            title: content.title,
            sub_title: content.sub_title,
            head_imgs: content.head_imgs,
            desc: content.desc,
            desc_imgs: content.desc_imgs,
            category_ids: on_sale.edition.chain,
            attrs: content.attrs,
            deliver_method: content.deliver_method,
            limit: content.limit,
            service: content.service,
            size_chart: content.size_chart,
            presale: content.presale,
            aftersale_desc: content.aftersale_desc,
            min_price,
            skus: on_sale.edition.skus.into_iter().map(PublicSku::from).collect(),
        }
    }
}

/// A product that is on sale.
#[utoipa::path(get, path = "/api/v1/products/{id}", tag = "products", params(("id" = String, Path)),
    responses((status = 200, body = ProductPage), (status = 404, body = ProblemBody)))]
pub(super) async fn page(State(app): State<App>, IdPath(id): IdPath<ProductId>) -> Rest<ProductPage> {
    Ok(Json(crate::page(&mut *app.store.read().await?, id).await?.into()))
}

/// Which products.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Of this category, on any level of the tree.
    #[param(value_type = Option<String>)]
    category: Option<CategoryId>,
    /// With this text in the title.
    q: Option<String>,
    /// Rows a page, 1 to 100.
    size: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// A product in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = catalog::ProductCard)]
pub(super) struct ProductCard {
    /// Its id.
    #[schema(value_type = String)]
    id: ProductId,
    /// The title.
    title: String,
    /// Path of its first picture.
    thumb: String,
    /// The lowest price among its skus, minor units of the shop's currency.
    min_price: i64,
    /// What that sku is worth, minor units.
    market_price: i64,
    /// The leaf of the tree that it lies in.
    #[schema(value_type = String)]
    category_id: CategoryId,
}

impl From<Card> for ProductCard {
    fn from(card: Card) -> Self {
        let Card { product, title, thumb, min_price, market_price, category, .. } = card;
        Self { id: product, title, thumb, min_price, market_price, category_id: category }
    }
}

/// A page of products.
#[derive(Serialize, ToSchema)]
#[schema(as = catalog::ProductCards)]
pub(super) struct ProductCards {
    /// The products.
    items: Vec<ProductCard>,
    /// Where the next page begins.
    next: Option<String>,
}

/// A shop's products on sale, the latest first.
#[utoipa::path(get, path = "/api/v1/shops/{shop}/products", tag = "products",
    params(("shop" = String, Path), Which), responses((status = 200, body = ProductCards)))]
pub(super) async fn shelf(
    State(app): State<App>,
    IdPath(shop): IdPath<ShopId>,
    Params(which): Params<Which>,
) -> Rest<ProductCards> {
    let paging = Paging { size: which.size, after: which.after };
    let (after, size) = (paging.cursor(Cursor::NEWEST)?, paging.size()?);
    let what = Shelf { category: which.category, text: which.q.unwrap_or_default() };
    let page = crate::shelf(&mut *app.store.read().await?, shop, &what, after, size).await?;
    let page = page.map(ProductCard::from);
    Ok(Json(ProductCards { items: page.items, next: page.next }))
}
