//! What the demo shows instead of sending it to a phone.

use axum::{Json, extract::State};
use face::{App, Rest};
use kernel::{Caller, Scope};
use serde::Serialize;
use utoipa::ToSchema;

use crate::demo_codes;

/// A login code that has not been used.
#[derive(Serialize, ToSchema)]
pub(super) struct CodeView {
    /// The phone that it is for.
    phone: String,
    /// The six digits.
    code: String,
    /// When it ends, ms.
    expires_at: i64,
}

/// The login codes that were sent.
#[derive(Serialize, ToSchema)]
pub(super) struct CodeList {
    /// The newest first.
    items: Vec<CodeView>,
}

/// The login codes that were sent: the demo's stand-in for a phone.
#[utoipa::path(get, path = "/api/v1/demo/codes", tag = "demo", responses((status = 200, body = CodeList)))]
pub(super) async fn codes(State(app): State<App>) -> Rest<CodeList> {
    let ctx = app.store.ctx(&Caller::system(Scope::Platform)).await?;
    let codes = demo_codes(&mut *app.store.read().await?, &ctx).await?;
    let view = |c: crate::DemoCode| CodeView {
        phone: c.phone.as_str().to_owned(),
        code: c.code,
        expires_at: c.expires_wall.ms(),
    };
    Ok(Json(CodeList { items: codes.into_iter().map(view).collect() }))
}
