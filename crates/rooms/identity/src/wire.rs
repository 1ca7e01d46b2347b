//! The WeChat-compatible face: tokens and mini-program login (`docs/wire/tokens.md`).

use axum::{
    Json, Router,
    extract::{Query, State},
};
use face::{
    App,
    wire::{Answered, Failure, Flag, Open, Routes, bare, code, ok},
};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{Actor, Fault};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::HashMap;

use crate::{Error, Gate, Issued, Tokens, js_code, secret, shopper_of_openid};

const BAD_GRANT_TYPE: i64 = 40002;
const BAD_OPENID: i64 = 40003;
const BAD_APPID: i64 = 40013;
const BAD_CODE: i64 = 40029;
const BAD_SECRET: i64 = 40125;
const CODE_USED: i64 = 40163;
const APPID_MISSING: i64 = 41002;
const SECRET_MISSING: i64 = 41004;
const CODE_MISSING: i64 = 41008;
const DAILY_QUOTA: i64 = 45009;
const NO_SESSION_KEY: i64 = 87007;
const BAD_SIG_METHOD: i64 = 87008;
const BAD_SIGNATURE: i64 = 87009;

/// The room's WeChat-compatible routes. None but `checksession` needs an access token.
pub fn wire_routes() -> Router<App> {
    Routes::new()
        .get("/cgi-bin/token", token)
        .post("/cgi-bin/stable_token", stable_token)
        .get("/sns/jscode2session", code_to_session)
        .get("/wxa/checksession", check_session)
        .into_router()
}

/// The query of a GET; a name given twice counts once, and nothing in it is a fault of form.
type Fields = Query<HashMap<String, String>>;

fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map_or("", String::as_str)
}

async fn token(State(app): State<App>, fields: Fields) -> Answered {
    let (appid, secret) = credential(field(&fields, "appid"), field(&fields, "secret"))?;
    granted(field(&fields, "grant_type"), "client_credential")?;
    let issued = crate::issue_token(&*app.service::<Gate>()?, &app.store, appid, secret).await;
    Ok(render(&issued.map_err(failure)?))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct StableInput {
    grant_type: String,
    appid: String,
    secret: String,
    force_refresh: Flag,
}

async fn stable_token(State(app): State<App>, Open(input): Open<StableInput>) -> Answered {
    let credential = credential(&input.appid, &input.secret)?;
    granted(&input.grant_type, "client_credential")?;
    let (gate, tokens) = (app.service::<Gate>()?, app.service::<Tokens>()?);
    let issued = crate::stable_token(&gate, &tokens, &app.store, credential, input.force_refresh.0).await;
    Ok(render(&issued.map_err(failure)?))
}

fn render(issued: &Issued) -> Json<Value> {
    bare(json!({ "access_token": issued.access_token, "expires_in": issued.expires_in }))
}

async fn code_to_session(State(app): State<App>, fields: Fields) -> Answered {
    let credential = credential(field(&fields, "appid"), field(&fields, "secret"))?;
    let js_code = field(&fields, "js_code");
    present(js_code, CODE_MISSING, "js_code missing")?;
    granted(field(&fields, "grant_type"), "authorization_code")?;
    let gate = app.service::<Gate>()?;
    let session = crate::exchange_js_code(&gate, &app.store, credential, js_code).await;
    let session = session.map_err(failure)?;
    Ok(bare(json!({ "openid": session.openid, "session_key": session.session_key })))
}

/// Whether the mini program still holds the shopper's session key: it signs nothing at all with it.
async fn check_session(
    State(app): State<App>,
    face::Who(caller): face::Who,
    axum::Extension(identified): axum::Extension<face::Identified>,
    fields: Fields,
) -> Answered {
    face::wire::token_of(Some(&identified))?;
    let Actor::MiniProgram { app: mini } = caller.actor else {
        return Err(Failure::new(code::UNAUTHORISED, "api unauthorized"));
    };
    let mut tx = app.store.read().await?;
    let shopper = shopper_of_openid(&mut tx, mini, field(&fields, "openid")).await?;
    let shopper = shopper.ok_or_else(|| Failure::new(BAD_OPENID, "invalid openid"))?;
    let key = js_code::session_key(&mut tx, mini, shopper).await?;
    let key = key.ok_or_else(|| Failure::new(NO_SESSION_KEY, "session_key does not exist or expired"))?;
    check_signature(&key, &fields)?;
    Ok(ok(json!({})))
}

fn check_signature(key: &str, fields: &Fields) -> Result<(), Failure> {
    if field(fields, "sig_method") != "hmac_sha256" {
        return Err(Failure::new(BAD_SIG_METHOD, "invalid sig_method"));
    }
    let wrong = || Failure::new(BAD_SIGNATURE, "invalid signature");
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(|_| wrong())?;
    let expected = hex::encode(mac.finalize().into_bytes());
    let given = field(fields, "signature").to_ascii_lowercase();
    if secret::same(expected.as_bytes(), given.as_bytes()) { Ok(()) } else { Err(wrong()) }
}

fn credential<'a>(appid: &'a str, secret: &'a str) -> Result<(&'a str, &'a str), Failure> {
    present(appid, APPID_MISSING, "appid missing")?;
    present(secret, SECRET_MISSING, "appsecret missing")?;
    Ok((appid, secret))
}

fn present(text: &str, errcode: i64, errmsg: &'static str) -> Result<(), Failure> {
    if text.is_empty() { Err(Failure::new(errcode, errmsg)) } else { Ok(()) }
}

fn granted(grant_type: &str, wanted: &str) -> Result<(), Failure> {
    if grant_type == wanted { Ok(()) } else { Err(Failure::new(BAD_GRANT_TYPE, "invalid grant_type")) }
}

/// The published code of each refusal that these routes know.
#[expect(clippy::needless_pass_by_value, reason = "a function for map_err")]
fn failure(error: Error) -> Failure {
    let errcode = match &error {
        Error::AppidUnknown => BAD_APPID,
        Error::SecretWrong => BAD_SECRET,
        Error::TokensTooFast => code::TOO_MANY,
        Error::TokensUsedUp => DAILY_QUOTA,
        Error::JsCodeInvalid => BAD_CODE,
        Error::JsCodeUsed => CODE_USED,
        _ => return Failure::of(&error as &dyn Fault),
    };
    Failure::new(errcode, error.to_string())
}

#[cfg(test)]
mod tests;
