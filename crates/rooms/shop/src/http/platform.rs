//! Shops, for operators.

use axum::{Json, extract::State, http::StatusCode};
use face::{App, Body, IdPath, Keyed, Paging, Params, Problem, ProblemBody, Rest, Who};
use kernel::{Bps, Currency, Cursor, ShopId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ShopView;
use crate::{Admission, AdmissionState, CreateShop, SetAutoAudit, SetFee, Step, SubjectType};

/// Which shops.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// In this state; all without it.
    state: Option<AdmissionState>,
    /// Rows a page, 1 to 100.
    size: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// A page of shops.
#[derive(Serialize, ToSchema)]
#[schema(as = shop::ShopPage)]
pub(super) struct ShopPage {
    /// The shops.
    items: Vec<ShopView>,
    /// Where the next page begins.
    next: Option<String>,
}

/// All shops, the newest first.
#[utoipa::path(get, path = "/api/v1/platform/shops", tag = "platform", params(Which),
    responses((status = 200, body = ShopPage), (status = 403, body = ProblemBody)))]
pub(super) async fn list(
    State(app): State<App>,
    Who(caller): Who,
    Params(which): Params<Which>,
) -> Rest<ShopPage> {
    let paging = Paging { size: which.size, after: which.after };
    let (after, size) = (paging.cursor(Cursor::NEWEST)?, paging.size()?);
    let ctx = app.store.ctx(&caller).await?;
    let page = crate::list(&mut *app.store.read().await?, &ctx, which.state, after, size).await?;
    let page = page.map(ShopView::from);
    Ok(Json(ShopPage { items: page.items, next: page.next }))
}

/// A shop that has applied.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = shop::ShopInput)]
pub(super) struct ShopInput {
    /// Its name, 1 to 64 characters.
    name: String,
    /// Who stands behind it.
    subject_type: SubjectType,
    /// The currency of its prices, three letters; CNY when left out. It never changes.
    #[schema(value_type = Option<String>)]
    currency: Option<Currency>,
}

/// The id of what was made.
#[derive(Serialize, ToSchema)]
#[schema(as = shop::ShopMade)]
pub(super) struct ShopMade {
    /// The shop's id.
    #[schema(value_type = String)]
    id: ShopId,
}

/// Enters a shop as applied.
#[utoipa::path(post, path = "/api/v1/platform/shops", tag = "platform", request_body = ShopInput,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ShopMade), (status = 400, body = ProblemBody)))]
pub(super) async fn create(State(app): State<App>, keyed: Keyed<ShopInput>) -> Rest<ShopMade> {
    let ShopInput { name, subject_type, currency } = keyed.body;
    let cmd = CreateShop { name, subject_type, currency: currency.unwrap_or(Currency::CNY) };
    let id = app.store.once(&keyed.caller, keyed.key, cmd).await?;
    Ok(Json(ShopMade { id }))
}

/// A shop.
#[utoipa::path(get, path = "/api/v1/platform/shops/{id}", tag = "platform", params(("id" = String, Path)),
    responses((status = 200, body = ShopView), (status = 404, body = ProblemBody)))]
pub(super) async fn get(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(id): IdPath<ShopId>,
) -> Rest<ShopView> {
    let ctx = app.store.ctx(&caller).await?;
    Ok(Json(crate::for_operator(&mut *app.store.read().await?, &ctx, id).await?.into()))
}

/// Nothing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = shop::NoInput)]
pub(super) struct NoInput {}

async fn take(app: &App, shop: ShopId, keyed: Keyed<NoInput>, step: Step) -> Rest<ShopView> {
    let cmd = Admission { shop, step };
    Ok(Json(app.store.once(&keyed.caller, keyed.key, cmd).await?.into()))
}

/// Lets a shop in that has applied.
#[utoipa::path(post, path = "/api/v1/platform/shops/{id}/admit", tag = "platform", request_body = NoInput,
    params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ShopView), (status = 409, body = ProblemBody)))]
pub(super) async fn admit(
    State(app): State<App>,
    IdPath(id): IdPath<ShopId>,
    keyed: Keyed<NoInput>,
) -> Rest<ShopView> {
    take(&app, id, keyed, Step::Admit).await
}

/// Refuses an application, or ends a shop's trade.
#[utoipa::path(post, path = "/api/v1/platform/shops/{id}/close", tag = "platform", request_body = NoInput,
    params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ShopView), (status = 409, body = ProblemBody)))]
pub(super) async fn close(
    State(app): State<App>,
    IdPath(id): IdPath<ShopId>,
    keyed: Keyed<NoInput>,
) -> Rest<ShopView> {
    take(&app, id, keyed, Step::Close).await
}

/// Lets a closed shop trade again.
#[utoipa::path(post, path = "/api/v1/platform/shops/{id}/reopen", tag = "platform", request_body = NoInput,
    params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ShopView), (status = 409, body = ProblemBody)))]
pub(super) async fn reopen(
    State(app): State<App>,
    IdPath(id): IdPath<ShopId>,
    keyed: Keyed<NoInput>,
) -> Rest<ShopView> {
    take(&app, id, keyed, Step::Reopen).await
}

/// A fee.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = shop::FeeInput)]
pub(super) struct FeeInput {
    /// Basis points, at most 5000.
    fee_bps: u32,
}

/// Sets the platform's fee of a shop, for orders placed from now on.
#[utoipa::path(put, path = "/api/v1/platform/shops/{id}/fee", tag = "platform", request_body = FeeInput,
    params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(super) async fn set_fee(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(shop): IdPath<ShopId>,
    Body(input): Body<FeeInput>,
) -> Result<StatusCode, Problem> {
    app.store.write(&caller, SetFee { shop, fee: Bps(input.fee_bps) }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether something is on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = shop::SwitchInput)]
pub(super) struct SwitchInput {
    /// It is.
    on: bool,
}

/// Lets the products of a shop pass the audit by themselves, or no longer.
#[utoipa::path(put, path = "/api/v1/platform/shops/{id}/auto-audit", tag = "platform",
    request_body = SwitchInput, params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(super) async fn set_auto_audit(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(shop): IdPath<ShopId>,
    Body(input): Body<SwitchInput>,
) -> Result<StatusCode, Problem> {
    app.store.write(&caller, SetAutoAudit { shop, on: input.on }).await?;
    Ok(StatusCode::NO_CONTENT)
}
