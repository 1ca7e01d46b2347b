//! Audits, for operators.

use axum::{Json, extract::State, http::StatusCode};
use face::{App, Body, IdPath, Keyed, Paging, Params, Problem, ProblemBody, Rest, Who};
use kernel::{Cursor, ProductId, ShopId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::merchant::ProductCopies;
use crate::{Audit, Edition, SetAutoAudit, Standing, TakeDown, Verdict, Waiting};

/// A draft that waits.
#[derive(Serialize, ToSchema)]
#[schema(as = catalog::WaitingView)]
pub(super) struct WaitingView {
    /// Whose.
    #[schema(value_type = String)]
    shop_id: ShopId,
    /// Of which product.
    #[schema(value_type = String)]
    product_id: ProductId,
    /// Which audit of it; the verdict names it.
    round: i64,
    /// Since when, ms.
    submitted_at: i64,
    /// What to look at.
    draft: Edition,
}

impl From<Waiting> for WaitingView {
    fn from(waiting: Waiting) -> Self {
        let Waiting { shop, product, round, submitted_at, draft } = waiting;
        Self { shop_id: shop, product_id: product, round, submitted_at: submitted_at.ms(), draft }
    }
}

/// A page of drafts.
#[derive(Serialize, ToSchema)]
#[schema(as = catalog::WaitingPage)]
pub(super) struct WaitingPage {
    /// The drafts.
    items: Vec<WaitingView>,
    /// Where the next page begins.
    next: Option<String>,
}

/// The drafts of all shops that wait for an audit, the oldest first.
#[utoipa::path(get, path = "/api/v1/platform/products/audit", tag = "platform", params(Paging),
    responses((status = 200, body = WaitingPage), (status = 403, body = ProblemBody)))]
pub(super) async fn queue(
    State(app): State<App>,
    Who(caller): Who,
    Params(paging): Params<Paging>,
) -> Rest<WaitingPage> {
    let (after, size) = (paging.cursor(Cursor::OLDEST)?, paging.size()?);
    let ctx = app.store.ctx(&caller).await?;
    let page = crate::audit_queue(&mut *app.store.read().await?, &ctx, after, size).await?;
    let page = page.map(WaitingView::from);
    Ok(Json(WaitingPage { items: page.items, next: page.next }))
}

/// What an operator says of a draft.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::VerdictInput)]
pub(super) struct VerdictInput {
    /// Whose.
    #[schema(value_type = String)]
    shop_id: ShopId,
    /// Of which product.
    #[schema(value_type = String)]
    product_id: ProductId,
    /// Which audit of it, as the queue showed it.
    round: i64,
    /// It may go online.
    pass: bool,
    /// Why it may not, 1 to 200 characters; left out where it may.
    #[serde(default)]
    reason: String,
}

/// Decides about a draft.
#[utoipa::path(post, path = "/api/v1/platform/products/audit", tag = "platform", request_body = VerdictInput,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 200, body = Standing), (status = 409, body = ProblemBody)))]
pub(super) async fn decide(State(app): State<App>, keyed: Keyed<VerdictInput>) -> Rest<Standing> {
    let VerdictInput { shop_id: shop, product_id: product, round, pass, reason } = keyed.body;
    let verdict = Verdict::of(pass, reason)?;
    let cmd = Audit { shop, product, round, verdict };
    Ok(Json(app.store.once(&keyed.caller, keyed.key, cmd).await?))
}

/// A product to be taken off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::TakeDownInput)]
pub(super) struct TakeDownInput {
    /// Whose.
    #[schema(value_type = String)]
    shop_id: ShopId,
    /// Which.
    #[schema(value_type = String)]
    product_id: ProductId,
    /// Why, 1 to 200 characters.
    reason: String,
}

/// Takes a product off; it has to pass an audit to come back.
#[utoipa::path(post, path = "/api/v1/platform/products/take-down", tag = "platform",
    request_body = TakeDownInput, params(("Idempotency-Key" = String, Header)),
    responses((status = 200, body = Standing), (status = 409, body = ProblemBody)))]
pub(super) async fn take_down(State(app): State<App>, keyed: Keyed<TakeDownInput>) -> Rest<Standing> {
    let TakeDownInput { shop_id: shop, product_id: product, reason } = keyed.body;
    let cmd = TakeDown { shop, product, reason };
    Ok(Json(app.store.once(&keyed.caller, keyed.key, cmd).await?))
}

/// Whether something is on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::SwitchInput)]
pub(super) struct SwitchInput {
    /// It is.
    on: bool,
}

/// Lets the products of every shop pass the audit by themselves, or no longer.
#[utoipa::path(put, path = "/api/v1/platform/products/auto-audit", tag = "platform",
    request_body = SwitchInput, responses((status = 204), (status = 403, body = ProblemBody)))]
pub(super) async fn set_auto_audit(
    State(app): State<App>,
    Who(caller): Who,
    Body(input): Body<SwitchInput>,
) -> Result<StatusCode, Problem> {
    app.store.write(&caller, SetAutoAudit { on: input.on }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A product of any shop with both of its copies.
#[utoipa::path(get, path = "/api/v1/platform/shops/{shop}/products/{id}", tag = "platform",
    params(("shop" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = ProductCopies), (status = 404, body = ProblemBody)))]
pub(super) async fn get(
    State(app): State<App>,
    Who(caller): Who,
    IdPath((shop, id)): IdPath<(ShopId, ProductId)>,
) -> Rest<ProductCopies> {
    let ctx = app.store.ctx(&caller).await?;
    Ok(Json(crate::for_operator(&mut *app.store.read().await?, &ctx, shop, id).await?.into()))
}
