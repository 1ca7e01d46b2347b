//! Logging in and out.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header::SET_COOKIE},
    response::{IntoResponse, Response},
};
use face::{App, Body, Problem, ProblemBody, Rest, Who};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::peer::Peer;
use crate::{
    ChangePassword, Gate, IssueJsCode, Login, Password, PersonKind, Phone, Session, Tokens,
    layer::{self, COOKIE},
};

/// A login and its password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginInput {
    /// The login.
    login: String,
    /// The password.
    password: String,
}

/// A session that has begun.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionView {
    /// The bearer token. A browser also gets it as an HttpOnly cookie.
    token: String,
    /// Whose kind of session.
    kind: PersonKind,
    /// When it ends, ms.
    expires_at: i64,
}

/// Logs a member of staff or an operator in.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "auth", request_body = LoginInput,
    responses((status = 200, body = SessionView), (status = 401, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(super) async fn login(
    State(app): State<App>,
    Peer(ip): Peer,
    headers: HeaderMap,
    Body(input): Body<LoginInput>,
) -> Result<Response, Problem> {
    let gate = app.service::<Gate>()?;
    let attempt = Login { login: input.login, password: Password::tried(input.password), ip };
    let session = crate::login(&gate, &app.store, &attempt).await?;
    Ok(begun(&gate, &app, &headers, &session))
}

/// A phone that wants a code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeRequest {
    /// The phone number.
    phone: String,
}

/// Sends a login code to a phone.
#[utoipa::path(post, path = "/api/v1/auth/codes", tag = "auth", request_body = CodeRequest,
    responses((status = 204), (status = 400, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(super) async fn request_code(
    State(app): State<App>,
    Peer(ip): Peer,
    Body(input): Body<CodeRequest>,
) -> Result<StatusCode, Problem> {
    let gate = app.service::<Gate>()?;
    crate::request_code(&gate, &app.store, &Phone::new(&input.phone)?, ip).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A phone and the code that was sent to it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeLogin {
    /// The phone number.
    phone: String,
    /// The six digits.
    code: String,
}

/// Logs a shopper in, and makes them one if they are new.
#[utoipa::path(post, path = "/api/v1/auth/code_login", tag = "auth", request_body = CodeLogin,
    responses((status = 200, body = SessionView), (status = 401, body = ProblemBody), (status = 410, body = ProblemBody)))]
pub(super) async fn code_login(
    State(app): State<App>,
    Peer(ip): Peer,
    headers: HeaderMap,
    Body(input): Body<CodeLogin>,
) -> Result<Response, Problem> {
    let gate = app.service::<Gate>()?;
    let phone = Phone::new(&input.phone)?;
    let session = crate::login_with_code(&gate, &app.store, &phone, &input.code, ip).await?;
    Ok(begun(&gate, &app, &headers, &session))
}

/// Ends the session of the request; also one that is over already.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "auth", responses((status = 204)))]
pub(super) async fn logout(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let gate = app.service::<Gate>()?;
    if let Some(token) = layer::session_token(&headers) {
        crate::logout(&*app.service::<Tokens>()?, &app.store, token).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&mut response, &gate, "", 0);
    Ok(response)
}

/// Who is logged in.
#[derive(Serialize, ToSchema)]
pub(super) struct MeView {
    /// `staff`, `operator`, `shopper`, `shop_app` or `mini_program`.
    kind: &'static str,
    /// The id of the person or application.
    id: String,
    /// The shop, for staff and a shop's application.
    #[serde(skip_serializing_if = "Option::is_none")]
    shop_id: Option<String>,
    /// The name, for staff and operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The role, for staff and operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    /// The phone with its middle hidden, for shoppers.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    /// What they may do.
    permissions: Vec<&'static str>,
}

/// Who the caller is and what they may do.
#[utoipa::path(get, path = "/api/v1/auth/me", tag = "auth",
    responses((status = 200, body = MeView), (status = 401, body = ProblemBody)))]
pub(super) async fn me(State(app): State<App>, Who(caller): Who) -> Rest<MeView> {
    let ctx = app.store.ctx(&caller).await?;
    let me = crate::me(&mut *app.store.read().await?, &ctx).await?;
    Ok(Json(MeView {
        kind: me.kind,
        id: me.id.to_string(),
        shop_id: me.shop.map(|shop| shop.to_string()),
        name: me.name,
        role: me.role,
        phone: me.phone,
        permissions: me.may.names(),
    }))
}

/// The old and the new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordChange {
    /// The present password.
    old_password: String,
    /// The new one: 8 characters at least, 256 bytes at most.
    new_password: String,
}

/// Changes one's own password. All sessions end; the answer holds a new one.
#[utoipa::path(post, path = "/api/v1/auth/password", tag = "auth", request_body = PasswordChange,
    responses((status = 200, body = SessionView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody)))]
pub(super) async fn change_password(
    State(app): State<App>,
    Peer(ip): Peer,
    Who(caller): Who,
    headers: HeaderMap,
    Body(input): Body<PasswordChange>,
) -> Result<Response, Problem> {
    let (gate, tokens) = (app.service::<Gate>()?, app.service::<Tokens>()?);
    let new = Password::chosen(input.new_password)?;
    let change = ChangePassword { old: Password::tried(input.old_password), new, ip };
    let session = crate::change_password(&gate, &tokens, &app.store, &caller, &change).await?;
    Ok(begun(&gate, &app, &headers, &session))
}

/// The mini program that a shopper uses.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct JsCodeRequest {
    /// Its appid.
    appid: String,
}

/// A code for the mini program's server.
#[derive(Serialize, ToSchema)]
pub(super) struct JsCodeView {
    /// The code: five minutes, one use.
    code: String,
}

/// Issues the code by which a mini program's server learns the shopper's openid.
#[utoipa::path(post, path = "/api/v1/auth/js_codes", tag = "auth", request_body = JsCodeRequest,
    responses((status = 200, body = JsCodeView), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(super) async fn js_code(
    State(app): State<App>,
    Who(caller): Who,
    Body(input): Body<JsCodeRequest>,
) -> Rest<JsCodeView> {
    let code = app.store.write(&caller, IssueJsCode { appid: input.appid }).await?;
    Ok(Json(JsCodeView { code }))
}

/// The answer to a login. The cookie is set for this site's own pages only, so that no other site can log a visitor
/// in as somebody else.
fn begun(gate: &Gate, app: &App, headers: &HeaderMap, session: &Session) -> Response {
    let seconds = (session.expires_wall - app.store.wall()) / 1000;
    let expires_at = session.expires_wall.ms();
    let view = SessionView { token: session.token.clone(), kind: session.kind, expires_at };
    let mut response = Json(view).into_response();
    if layer::from_this_site(headers) {
        set_cookie(&mut response, gate, &session.token, seconds);
    }
    response
}

fn set_cookie(response: &mut Response, gate: &Gate, token: &str, seconds: i64) {
    let secure = if gate.limits.secure_cookie { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(SET_COOKIE, value);
    }
}
