//! The tree and the brands, for anybody.

use axum::{Json, extract::State};
use face::{App, IdPath, Paging, Params, ProblemBody, Rest, Who};
use kernel::{BrandId, CategoryId, Cursor, Permission};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{Brand, Category, CategoryRules, Error};

/// A category with what lies under it.
#[derive(Serialize, ToSchema)]
#[schema(as = catalog::CategoryNode)]
pub(super) struct CategoryNode {
    /// Its id.
    #[schema(value_type = String)]
    id: CategoryId,
    /// Its name.
    name: String,
    /// 1 at the top, 3 at the leaves.
    level: i64,
    /// Its products may be given as gifts.
    gift_allowed: bool,
    /// Days within which a product may be sent back without a reason.
    return_days: i64,
    /// What lies under it.
    #[schema(no_recursion)]
    children: Vec<CategoryNode>,
}

/// Puts a list in the order of levels together to a tree.
fn nested(mut all: Vec<Category>) -> Vec<CategoryNode> {
    let mut tops: Vec<CategoryNode> = Vec::new();
    let mut waiting: std::collections::HashMap<CategoryId, Vec<CategoryNode>> =
        std::collections::HashMap::new();
    // From the leaves upwards: whatever a category has under it is there before it is.
    while let Some(category) = all.pop() {
        let mut children = waiting.remove(&category.id).unwrap_or_default();
        children.reverse();
        let node = CategoryNode {
            id: category.id,
            name: category.name,
            level: category.level,
            gift_allowed: category.rules.gift_allowed,
            return_days: category.rules.return_days,
            children,
        };
        match category.parent {
            Some(parent) => waiting.entry(parent).or_default().push(node),
            None => tops.push(node),
        }
    }
    tops.reverse();
    tops
}

/// The tree of categories.
#[utoipa::path(get, path = "/api/v1/categories", tag = "products",
    responses((status = 200, body = Vec<CategoryNode>)))]
pub(super) async fn tree(State(app): State<App>) -> Rest<Vec<CategoryNode>> {
    Ok(Json(nested(crate::tree(&mut *app.store.read().await?).await?)))
}

/// The tree of categories as the caller's shop may use it.
#[utoipa::path(get, path = "/api/v1/categories/usable", tag = "products",
    responses((status = 200, body = Vec<CategoryNode>), (status = 403, body = ProblemBody)))]
pub(super) async fn usable(State(app): State<App>, Who(caller): Who) -> Rest<Vec<CategoryNode>> {
    let shop = app.store.ctx(&caller).await?.shop(Permission::ProductRead)?;
    Ok(Json(nested(crate::usable_by(&mut *app.store.read().await?, shop).await?)))
}

/// A category.
#[derive(Serialize, ToSchema)]
#[schema(as = catalog::CategoryView)]
pub(super) struct CategoryView {
    /// Its id.
    #[schema(value_type = String)]
    id: CategoryId,
    /// The one above.
    #[schema(value_type = Option<String>)]
    parent_id: Option<CategoryId>,
    /// 1 at the top, 3 at the leaves.
    level: i64,
    /// Its place among its siblings.
    position: i64,
    /// Its name.
    name: String,
    /// What it asks of products.
    rules: CategoryRules,
}

/// A category with what it asks of products.
#[utoipa::path(get, path = "/api/v1/categories/{id}", tag = "products", params(("id" = String, Path)),
    responses((status = 200, body = CategoryView), (status = 404, body = ProblemBody)))]
pub(super) async fn get(State(app): State<App>, IdPath(id): IdPath<CategoryId>) -> Rest<CategoryView> {
    let found = crate::category(&mut *app.store.read().await?, id).await?.filter(|c| !c.retired);
    let Category { id, parent, level, position, name, rules, .. } = found.ok_or(Error::NoSuchCategory)?;
    Ok(Json(CategoryView { id, parent_id: parent, level, position, name, rules }))
}

/// Which brands.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// With this text in the name.
    q: Option<String>,
    /// Rows a page, 1 to 100.
    size: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// A brand.
#[derive(Serialize, ToSchema)]
#[schema(as = catalog::BrandView)]
pub(super) struct BrandView {
    /// Its id.
    #[schema(value_type = String)]
    id: BrandId,
    /// Its name.
    name: String,
    /// Its English name.
    name_en: String,
}

impl From<Brand> for BrandView {
    fn from(brand: Brand) -> Self {
        Self { id: brand.id, name: brand.name, name_en: brand.name_en }
    }
}

/// A page of brands.
#[derive(Serialize, ToSchema)]
#[schema(as = catalog::BrandPage)]
pub(super) struct BrandPage {
    /// The brands.
    items: Vec<BrandView>,
    /// Where the next page begins.
    next: Option<String>,
}

/// The brands in use.
#[utoipa::path(get, path = "/api/v1/brands", tag = "products", params(Which),
    responses((status = 200, body = BrandPage)))]
pub(super) async fn brands(State(app): State<App>, Params(which): Params<Which>) -> Rest<BrandPage> {
    let paging = Paging { size: which.size, after: which.after };
    let (after, size) = (paging.cursor(Cursor::OLDEST)?, paging.size()?);
    let text = which.q.unwrap_or_default();
    let page = crate::brands(&mut *app.store.read().await?, &text, after, size).await?.map(BrandView::from);
    Ok(Json(BrandPage { items: page.items, next: page.next }))
}
