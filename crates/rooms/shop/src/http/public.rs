//! What anybody may see of shops.

use axum::{Json, extract::State};
use face::{App, IdPath, Paging, Params, ProblemBody, Rest};
use kernel::{Currency, Cursor, ShopId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Shop;

/// A shop, as anybody sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = shop::PublicShop)]
pub(super) struct PublicShop {
    /// Its id.
    #[schema(value_type = String)]
    id: ShopId,
    /// Its name.
    name: String,
    /// The currency of its prices, three letters.
    #[schema(value_type = String)]
    currency: Currency,
    /// Path of its head picture; empty when it has none.
    headimg: String,
    /// What it says of itself.
    intro: String,
}

impl From<Shop> for PublicShop {
    fn from(shop: Shop) -> Self {
        let Shop { id, name, currency, headimg, intro, .. } = shop;
        Self { id, name, currency, headimg, intro }
    }
}

/// A page of shops.
#[derive(Serialize, ToSchema)]
#[schema(as = shop::PublicShopPage)]
pub(super) struct PublicShopPage {
    /// The shops.
    items: Vec<PublicShop>,
    /// Where the next page begins.
    next: Option<String>,
}

/// The shops that are open, the newest first.
#[utoipa::path(get, path = "/api/v1/shops", tag = "shops", params(Paging),
    responses((status = 200, body = PublicShopPage)))]
pub(super) async fn list(State(app): State<App>, Params(paging): Params<Paging>) -> Rest<PublicShopPage> {
    let (after, size) = (paging.cursor(Cursor::NEWEST)?, paging.size()?);
    let page = crate::list_open(&mut *app.store.read().await?, after, size).await?.map(PublicShop::from);
    Ok(Json(PublicShopPage { items: page.items, next: page.next }))
}

/// A shop that is open.
#[utoipa::path(get, path = "/api/v1/shops/{id}", tag = "shops", params(("id" = String, Path)),
    responses((status = 200, body = PublicShop), (status = 404, body = ProblemBody)))]
pub(super) async fn get(State(app): State<App>, IdPath(id): IdPath<ShopId>) -> Rest<PublicShop> {
    Ok(Json(crate::public(&mut *app.store.read().await?, id).await?.into()))
}
