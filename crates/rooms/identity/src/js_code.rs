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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        NewApp, shopper_of_openid,
        testing::{At, anonymous, code, gate, new_app, rooms, shopper},
    };
    use store::Registry;

    async fn issued(store: &Store, shopper: ShopperId, new: &NewApp) -> String {
        store.write(&Caller::shopper(shopper), IssueJsCode { appid: new.appid.clone() }).await.unwrap()
    }

    fn of(new: &NewApp) -> (&str, &str) {
        (&new.appid, &new.secret)
    }

    store::on_both! {
        rooms = rooms();

        async fn a_code_is_exchanged_once_for_openid_and_session_key(kit) {
            let (gate, store) = (gate(), kit.store(Registry::new()).await);
            let new = new_app(&store, AppKind::MiniProgram).await;
            let who = shopper(&store, "13800138000").await;
            let js = issued(&store, who, &new).await;
            let session = exchange_js_code(&gate, &store, of(&new), &js).await.unwrap();
            assert_eq!(STANDARD.decode(&session.session_key).unwrap().len(), 16);
            let mut tx = store.read().await.unwrap();
            assert_eq!(shopper_of_openid(&mut tx, new.app, &session.openid).await.unwrap(), Some(who));
            let key = session_key(&mut tx, new.app, who).await.unwrap();
            assert_eq!(key.as_deref(), Some(session.session_key.as_str()));
            assert_eq!(session_key(&mut tx, new.app, ShopperId(4711)).await.unwrap(), None);
            drop(tx);
            assert_eq!(code(exchange_js_code(&gate, &store, of(&new), &js).await), "identity.js_code_used");
            // The next login has the same openid and another key.
            let js = issued(&store, who, &new).await;
            let next = exchange_js_code(&gate, &store, of(&new), &js).await.unwrap();
            assert_eq!(next.openid, session.openid);
            assert_ne!(next.session_key, session.session_key);
        }

        async fn two_who_exchange_one_code_at_once_get_one_session(kit) {
            let (gate, store) = (gate(), kit.store(Registry::new()).await);
            let new = new_app(&store, AppKind::MiniProgram).await;
            let who = shopper(&store, "13800138000").await;
            let js = issued(&store, who, &new).await;
            let exchange = || exchange_js_code(&gate, &store, of(&new), &js);
            let (a, b) = futures::future::join(exchange(), exchange()).await;
            let mut answers = [code(a), code(b)];
            answers.sort_unstable();
            assert_eq!(answers, ["", "identity.js_code_used"]);
        }

        async fn an_unknown_foreign_or_old_code_is_invalid(kit) {
            let (gate, store) = (gate(), kit.store(Registry::new()).await);
            let new = new_app(&store, AppKind::MiniProgram).await;
            let other = new_app(&store, AppKind::MiniProgram).await;
            let who = shopper(&store, "13800138000").await;
            let invalid = "identity.js_code_invalid";
            assert_eq!(code(exchange_js_code(&gate, &store, of(&new), "nonsense").await), invalid);
            let foreign = issued(&store, who, &other).await;
            assert_eq!(code(exchange_js_code(&gate, &store, of(&new), &foreign).await), invalid);
            let long_ago = At { later_ms: -JS_CODE_LIVES_MS, command: IssueJsCode { appid: new.appid.clone() } };
            let old = store.write(&Caller::shopper(who), long_ago).await.unwrap();
            assert_eq!(code(exchange_js_code(&gate, &store, of(&new), &old).await), invalid);
            let young = At { later_ms: 60_000 - JS_CODE_LIVES_MS, command: IssueJsCode { appid: new.appid.clone() } };
            let young = store.write(&Caller::shopper(who), young).await.unwrap();
            exchange_js_code(&gate, &store, of(&new), &young).await.unwrap();
        }

        async fn wrong_credentials_are_told_apart_as_published(kit) {
            let (gate, store) = (gate(), kit.store(Registry::new()).await);
            let new = new_app(&store, AppKind::MiniProgram).await;
            let unknown = exchange_js_code(&gate, &store, ("wx0", &new.secret), "x").await;
            assert_eq!(code(unknown), "identity.appid_unknown");
            let wrong = exchange_js_code(&gate, &store, (&new.appid, "0"), "x").await;
            assert_eq!(code(wrong), "identity.secret_wrong");
        }

        async fn codes_are_for_shoppers_in_mini_programs(kit) {
            let store = kit.store(Registry::new()).await;
            let shop_app = new_app(&store, AppKind::Shop).await;
            let who = Caller::shopper(shopper(&store, "13800138000").await);
            let issue = |appid: &str| IssueJsCode { appid: appid.to_owned() };
            assert_eq!(code(store.write(&who, issue("wx0")).await), "identity.app_not_found");
            assert_eq!(code(store.write(&who, issue(&shop_app.appid)).await), "identity.not_a_mini_program");
            assert_eq!(code(store.write(&anonymous(), issue("wx0")).await), "auth.unauthenticated");
        }

        async fn an_openid_of_nobody_leads_to_nobody(kit) {
            let store = kit.store(Registry::new()).await;
            let mut tx = store.read().await.unwrap();
            let openid = openid_of(tx.vault(), AppId(1), ShopperId(4711));
            assert_eq!(shopper_of_openid(&mut tx, AppId(1), &openid).await.unwrap(), None);
        }
    }
}
