//! The tree, the grants and the brands, for operators.

use axum::{Json, extract::State, http::StatusCode};
use face::{App, Body, IdPath, Keyed, Problem, ProblemBody, Rest, Who};
use kernel::{BrandId, CategoryId, Permission, ShopId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    AddBrand, AddCategory, CategoryRules, ChangeCategory, Grant, RetireBrand, RetireCategory, Revoke,
};

/// A new category.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::CategoryInput)]
pub(super) struct CategoryInput {
    /// The one above; left out at the top.
    #[schema(value_type = Option<String>)]
    parent_id: Option<CategoryId>,
    /// Its place among its siblings.
    #[serde(default)]
    position: i64,
    /// Its name, 1 to 40 characters.
    name: String,
    /// What it asks of products.
    #[serde(default)]
    rules: CategoryRules,
}

/// The id of what was made.
#[derive(Serialize, ToSchema)]
#[schema(as = catalog::Made)]
pub(super) struct Made {
    /// The id.
    id: String,
}

/// Adds a category.
#[utoipa::path(post, path = "/api/v1/platform/categories", tag = "platform", request_body = CategoryInput,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 200, body = Made), (status = 400, body = ProblemBody)))]
pub(super) async fn add_category(State(app): State<App>, keyed: Keyed<CategoryInput>) -> Rest<Made> {
    let CategoryInput { parent_id, position, name, rules } = keyed.body;
    let cmd = AddCategory { parent: parent_id, position, name, rules };
    let id = app.store.once(&keyed.caller, keyed.key, cmd).await?;
    Ok(Json(Made { id: id.to_string() }))
}

/// A new content of a category.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::CategoryChange)]
pub(super) struct CategoryChange {
    /// Its place among its siblings.
    position: i64,
    /// Its name, 1 to 40 characters.
    name: String,
    /// What it asks of products.
    rules: CategoryRules,
}

/// Changes a category; it stays where it is in the tree.
#[utoipa::path(put, path = "/api/v1/platform/categories/{id}", tag = "platform", request_body = CategoryChange,
    params(("id" = String, Path)), responses((status = 204), (status = 404, body = ProblemBody)))]
pub(super) async fn change_category(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(id): IdPath<CategoryId>,
    Body(input): Body<CategoryChange>,
) -> Result<StatusCode, Problem> {
    let CategoryChange { position, name, rules } = input;
    app.store.write(&caller, ChangeCategory { id, position, name, rules }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Retires a category and all under it; products that lie there stay as they are.
#[utoipa::path(delete, path = "/api/v1/platform/categories/{id}", tag = "platform",
    params(("id" = String, Path)), responses((status = 204), (status = 404, body = ProblemBody)))]
pub(super) async fn retire_category(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(id): IdPath<CategoryId>,
) -> Result<StatusCode, Problem> {
    app.store.write(&caller, RetireCategory(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The categories that a shop has a grant for.
#[utoipa::path(get, path = "/api/v1/platform/shops/{shop}/categories", tag = "platform",
    params(("shop" = String, Path)),
    responses((status = 200, body = Vec<String>), (status = 403, body = ProblemBody)))]
pub(super) async fn grants(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(shop): IdPath<ShopId>,
) -> Rest<Vec<CategoryId>> {
    app.store.ctx(&caller).await?.operator(Permission::PlatformProducts)?;
    Ok(Json(crate::granted(&mut *app.store.read().await?, shop).await?))
}

/// Lets a shop use a category that needs a grant.
#[utoipa::path(put, path = "/api/v1/platform/shops/{shop}/categories/{category}", tag = "platform",
    params(("shop" = String, Path), ("category" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(super) async fn grant(
    State(app): State<App>,
    Who(caller): Who,
    IdPath((shop, category)): IdPath<(ShopId, CategoryId)>,
) -> Result<StatusCode, Problem> {
    app.store.write(&caller, Grant { shop, category }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a grant back.
#[utoipa::path(delete, path = "/api/v1/platform/shops/{shop}/categories/{category}", tag = "platform",
    params(("shop" = String, Path), ("category" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(super) async fn revoke(
    State(app): State<App>,
    Who(caller): Who,
    IdPath((shop, category)): IdPath<(ShopId, CategoryId)>,
) -> Result<StatusCode, Problem> {
    app.store.write(&caller, Revoke { shop, category }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A new brand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::BrandInput)]
pub(super) struct BrandInput {
    /// Its name, 1 to 60 characters.
    name: String,
    /// Its English name, at most 60 characters.
    #[serde(default)]
    name_en: String,
}

/// Adds a brand.
#[utoipa::path(post, path = "/api/v1/platform/brands", tag = "platform", request_body = BrandInput,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 200, body = Made), (status = 409, body = ProblemBody)))]
pub(super) async fn add_brand(State(app): State<App>, keyed: Keyed<BrandInput>) -> Rest<Made> {
    let BrandInput { name, name_en } = keyed.body;
    let id = app.store.once(&keyed.caller, keyed.key, AddBrand { name, name_en }).await?;
    Ok(Json(Made { id: id.to_string() }))
}

/// Retires a brand; products that have it stay as they are.
#[utoipa::path(delete, path = "/api/v1/platform/brands/{id}", tag = "platform", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(super) async fn retire_brand(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(id): IdPath<BrandId>,
) -> Result<StatusCode, Problem> {
    app.store.write(&caller, RetireBrand(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
