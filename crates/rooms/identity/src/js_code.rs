//! Mini-program login: a shopper's app gets a code, the mini program's server exchanges it for the openid
//! (`docs/wire/tokens.md`).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use kernel::{AppId, Caller, Ctx, Scope, ShopperId, Timestamp, minute_ms};
use store::{Batch, FromCol, Row, Store, Tx, p};

use crate::{AppKind, Error, Gate, access_token::Credential, apps, openid_of, secret, secret::Hash, sql};

/// How long a code lives, in ms of wall time.
pub const JS_CODE_LIVES_MS: i64 = minute_ms(5);
/// What session keys are sealed for.
const PURPOSE: &str = "identity session key";

/// Issues a code by which a mini program learns who the caller, a shopper, is. It lives five minutes, for one use.
pub async fn issue_js_code(tx: &mut Tx, ctx: &Ctx, app: AppId) -> Result<String, Error> {
    let shopper = ctx.shopper()?;
    let found = tx.opt(sql::app::FIND, p![app], apps::read).await?.ok_or(Error::AppNotFound)?;
    if found.kind != AppKind::MiniProgram {
        return Err(Error::NotAMiniProgram);
    }
    // Nothing below may refuse.
    let code = secret::session_token();
    let hash = secret::hash(&code);
    tx.exec(sql::app::ADD_JS_CODE, p![hash.as_slice(), app, shopper, ctx.wall + JS_CODE_LIVES_MS]).await?;
    Ok(code)
}

/// Issues a code for the mini program of this appid, as a command.
#[derive(Debug, Clone)]
pub struct IssueJsCode {
    /// The mini program.
    pub appid: String,
}

impl store::Command for IssueJsCode {
    type Out = String;
    type Err = Error;
    const NAME: &'static str = "identity.issue_js_code";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<String, Error> {
        ctx.shopper()?;
        let app = apps::app_of_appid(tx, &self.appid).await?.ok_or(Error::AppNotFound)?;
        issue_js_code(tx, ctx, app.app).await
    }
}

/// What a mini program's server learns of a shopper who logged in.
#[derive(Clone, PartialEq, Eq)]
pub struct MiniSession {
    /// Who, as this mini program knows them.
    pub openid: String,
    /// 16 random bytes in base64, shared with the shopper's app; new at each login.
    pub session_key: String,
}

impl std::fmt::Debug for MiniSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MiniSession")
    }
}

/// Exchanges a code, once.
pub async fn exchange_js_code(
    gate: &Gate,
    store: &Store,
    (appid, secret): (&str, &str),
    code: &str,
) -> Result<MiniSession, Error> {
    let code = secret::hash(code);
    let login = {
        let mut tx = store.read().await?;
        let app = Credential::check(&mut tx, appid, secret).await?.app.names.app;
        let found = tx.opt(sql::app::JS_CODE, p![code.as_slice()], Found::read).await?;
        let shopper = found.ok_or(Error::JsCodeInvalid)?.check(app, store.wall())?;
        AppLogin { app, shopper, code, session_key: STANDARD.encode(secret::random::<16>()) }
    };
    gate.admits_js_code(login.shopper)?;
    store.write(&Caller::system(Scope::Platform), login).await
}

/// A code as it is stored.
struct Found {
    app: AppId,
    shopper: ShopperId,
    expires: Timestamp,
    used: bool,
}

impl Found {
    fn read(row: &Row<'_>) -> Result<Self, store::Error> {
        let used = Option::<Timestamp>::from_col(row, 3)?.is_some();
        Ok(Self { app: row.get(0)?, shopper: row.get(1)?, expires: row.get(2)?, used })
    }

    /// The shopper, if the code is this application's, was not used and is not too old.
    fn check(&self, app: AppId, wall: Timestamp) -> Result<ShopperId, Error> {
        if self.app != app {
            return Err(Error::JsCodeInvalid);
        }
        if self.used {
            return Err(Error::JsCodeUsed);
        }
        if self.expires <= wall { Err(Error::JsCodeInvalid) } else { Ok(self.shopper) }
    }
}

/// Uses a code and keeps the session key.
struct AppLogin {
    app: AppId,
    shopper: ShopperId,
    code: Hash,
    session_key: String,
}

impl store::Command for AppLogin {
    type Out = MiniSession;
    type Err = Error;
    const NAME: &'static str = "identity.exchange_js_code";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<MiniSession, Error> {
        if tx.exec(sql::app::USE_JS_CODE, p![self.code.as_slice(), ctx.wall]).await? == 0 {
            return Err(Error::JsCodeUsed);
        }
        let sealed = tx.vault().seal(PURPOSE, self.session_key.as_bytes())?;
        let mut batch = Batch::new();
        batch.add(sql::app::PUT_LOGIN, p![self.shopper, self.app, sealed, ctx.wall]);
        tx.exec_all(batch).await?;
        let openid = openid_of(tx.vault(), self.app, self.shopper);
        Ok(MiniSession { openid, session_key: self.session_key.clone() })
    }
}

/// The session key of the shopper's last login in this mini program, in base64.
pub(crate) async fn session_key(
    tx: &mut Tx,
    app: AppId,
    shopper: ShopperId,
) -> Result<Option<String>, store::Error> {
    let sealed: Option<Vec<u8>> = tx.opt(sql::app::SESSION_KEY, p![shopper, app], |r| r.get(0)).await?;
    let Some(sealed) = sealed else { return Ok(None) };
    let key = tx.vault().open(PURPOSE, &sealed)?;
    Ok(Some(String::from_utf8_lossy(&key).into_owned()))
}
