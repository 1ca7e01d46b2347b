//! Moves of a shop's products, for its own staff.

use axum::{Json, extract::State};
use face::{App, IdPath, Keyed, ProblemBody, Rest, Who};
use kernel::ProductId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{CancelAudit, Delete, Delist, Restore, Standing, Submit};

/// Nothing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::NoInput)]
pub(super) struct NoInput {}

/// Puts a product on sale: a changed draft goes to audit first.
#[utoipa::path(post, path = "/api/v1/products/{id}/submit", tag = "products", request_body = NoInput,
    params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = Standing), (status = 409, body = ProblemBody)))]
pub(super) async fn submit(
    State(app): State<App>,
    IdPath(id): IdPath<ProductId>,
    keyed: Keyed<NoInput>,
) -> Rest<Standing> {
    Ok(Json(app.store.once(&keyed.caller, keyed.key, Submit(id)).await?))
}

/// Takes a draft back from audit.
#[utoipa::path(post, path = "/api/v1/products/{id}/cancel-audit", tag = "products", request_body = NoInput,
    params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = Standing), (status = 409, body = ProblemBody)))]
pub(super) async fn cancel_audit(
    State(app): State<App>,
    IdPath(id): IdPath<ProductId>,
    keyed: Keyed<NoInput>,
) -> Rest<Standing> {
    Ok(Json(app.store.once(&keyed.caller, keyed.key, CancelAudit(id)).await?))
}

/// Takes a product off sale.
#[utoipa::path(post, path = "/api/v1/products/{id}/delist", tag = "products", request_body = NoInput,
    params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = Standing), (status = 409, body = ProblemBody)))]
pub(super) async fn delist(
    State(app): State<App>,
    IdPath(id): IdPath<ProductId>,
    keyed: Keyed<NoInput>,
) -> Rest<Standing> {
    Ok(Json(app.store.once(&keyed.caller, keyed.key, Delist(id)).await?))
}

/// Takes a product out of the bin.
#[utoipa::path(post, path = "/api/v1/products/{id}/restore", tag = "products", request_body = NoInput,
    params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = Standing), (status = 409, body = ProblemBody)))]
pub(super) async fn restore(
    State(app): State<App>,
    IdPath(id): IdPath<ProductId>,
    keyed: Keyed<NoInput>,
) -> Rest<Standing> {
    Ok(Json(app.store.once(&keyed.caller, keyed.key, Restore(id)).await?))
}

/// Throws a product into the bin; it is erased after 30 days.
#[utoipa::path(delete, path = "/api/v1/products/{id}", tag = "products", params(("id" = String, Path)),
    responses((status = 200, body = Standing), (status = 404, body = ProblemBody)))]
pub(super) async fn delete(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(id): IdPath<ProductId>,
) -> Rest<Standing> {
    Ok(Json(app.store.write(&caller, Delete(id)).await?))
}
