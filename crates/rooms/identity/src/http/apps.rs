//! API credentials.

use axum::{Json, extract::State, http::StatusCode};
use face::{App as Face, IdPath, Keyed, Paging, Params, Problem, ProblemBody, Rest, Who};
use kernel::{AppId, Cursor, ShopId, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{App, AppKind, CreateApp, Error, LinkApp, NewApp, RotateSecret, Tokens};

/// An application.
#[derive(Serialize, ToSchema)]
pub(super) struct AppView {
    /// The application.
    #[schema(value_type = String)]
    app_id: AppId,
    /// The appid that clients use.
    appid: String,
    /// The original id, under which pushes are sent.
    original_id: String,
    /// What sort of program.
    kind: AppKind,
    /// What its owner calls it.
    name: String,
    /// When it was made, ms.
    created_at: i64,
}

impl From<App> for AppView {
    fn from(app: App) -> Self {
        let App { names, kind, name, created_at, .. } = app;
        let created_at = created_at.ms();
        Self { app_id: names.app, appid: names.appid, original_id: names.original_id, kind, name, created_at }
    }
}

/// A page of applications.
#[derive(Serialize, ToSchema)]
pub(super) struct AppPage {
    /// The applications, newest first.
    items: Vec<AppView>,
    /// Where the next page begins.
    next: Option<String>,
}

/// Lists the applications of the shop.
#[utoipa::path(get, path = "/api/v1/apps", tag = "apps", params(Paging),
    responses((status = 200, body = AppPage), (status = 403, body = ProblemBody)))]
pub(super) async fn list(
    State(app): State<Face>,
    Who(caller): Who,
    Params(paging): Params<Paging>,
) -> Rest<AppPage> {
    let (after, size) = (paging.cursor(Cursor::NEWEST)?, paging.size()?);
    let ctx = app.store.ctx(&caller).await?;
    let page = crate::list_apps(&mut *app.store.read().await?, &ctx, after, size).await?;
    let page = page.map(AppView::from);
    Ok(Json(AppPage { items: page.items, next: page.next }))
}

/// An application to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AppInput {
    /// What sort of program.
    kind: AppKind,
    /// The shop that it belongs to; staff may leave it out.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    shop_id: Option<ShopId>,
    /// What its owner calls it: 1 to 64 characters.
    name: String,
}

/// An application with its secret, which is shown only here.
#[derive(Serialize, ToSchema)]
pub(super) struct CredentialView {
    /// The application.
    #[schema(value_type = String)]
    app_id: AppId,
    /// The appid that clients use.
    appid: String,
    /// The secret that clients use.
    secret: String,
    /// The original id, under which pushes are sent.
    original_id: String,
}

impl From<NewApp> for CredentialView {
    fn from(new: NewApp) -> Self {
        Self { app_id: new.app, appid: new.appid, secret: new.secret, original_id: new.original_id }
    }
}

/// Makes an application.
#[utoipa::path(post, path = "/api/v1/apps", tag = "apps", request_body = AppInput,
    params(("Idempotency-Key" = String, Header, description = "makes a repeat of this request one")),
    responses((status = 200, body = CredentialView), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(super) async fn create(
    State(app): State<Face>,
    Keyed { caller, key, body }: Keyed<AppInput>,
) -> Rest<CredentialView> {
    let name = Text::new(&body.name).map_err(|_| Error::NameInvalid)?;
    let create = CreateApp { kind: body.kind, shop: body.shop_id, name };
    let sealed = app.store.once(&caller, key, create).await?;
    Ok(Json(sealed.open(app.store.vault())?.into()))
}

/// Gives an application a new secret. The old one and all access tokens end at once.
#[utoipa::path(post, path = "/api/v1/apps/{app_id}/secret", tag = "apps",
    params(("app_id" = String, Path), ("Idempotency-Key" = String, Header, description = "makes a repeat of this request one")),
    responses((status = 200, body = CredentialView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(super) async fn rotate(
    State(app): State<Face>,
    IdPath(id): IdPath<AppId>,
    Keyed { caller, key, body: Nothing {} }: Keyed<Nothing>,
) -> Rest<CredentialView> {
    let sealed = app.store.once(&caller, key, RotateSecret { app: id }).await?;
    app.service::<Tokens>()?.forget_all();
    Ok(Json(sealed.open(app.store.vault())?.into()))
}

/// A body without members.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// Links a mini program with a shop, for which it may then act. Linking again changes nothing.
#[utoipa::path(put, path = "/api/v1/apps/{app_id}/shops/{shop_id}", tag = "apps",
    params(("app_id" = String, Path), ("shop_id" = String, Path)),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(super) async fn link(
    State(app): State<Face>,
    Who(caller): Who,
    IdPath((id, shop)): IdPath<(AppId, ShopId)>,
) -> Result<StatusCode, Problem> {
    app.store.write(&caller, LinkApp { app: id, shop }).await?;
    Ok(StatusCode::NO_CONTENT)
}
