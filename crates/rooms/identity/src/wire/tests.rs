//! The published answers, through the door.

use axum::{Router, http::StatusCode};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{Caller, Ctx, Scope};
use serde_json::{Value, json};
use sha2::Sha256;
use store::{Command, Registry, Store, Tx};

use crate::{
    AppKind, FORCED_A_DAY, IssueJsCode, NewApp,
    access_token::{Credential, LIFE_MS, Renew},
    code::day_of,
    http::server::{ask, server},
    secret,
    testing::{At, new_app, rooms, shopper, system},
};

/// Asks and checks what all answers of this family share: status 200, and a text with a request id on a refusal.
async fn wire(server: &Router, request: &str, body: &str) -> Value {
    let answer = ask(server, request, &[], body).await;
    assert_eq!(answer.status, StatusCode::OK);
    if answer.body.get("errcode").is_some_and(|code| *code != 0) {
        let errmsg = answer.body["errmsg"].as_str().unwrap();
        let (_, rid) = errmsg.split_once(" rid: ").unwrap();
        assert_eq!(rid.split('-').map(str::len).collect::<Vec<_>>(), [8, 8, 8], "{errmsg}");
    }
    answer.body
}

async fn errcode(server: &Router, request: &str, body: &str) -> i64 {
    wire(server, request, body).await["errcode"].as_i64().unwrap_or_default()
}

fn query(path: &str, fields: &[(&str, &str)]) -> String {
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("GET {path}?{}", fields.join("&"))
}

fn token(new: &NewApp) -> [(&str, &str); 3] {
    [("grant_type", "client_credential"), ("appid", &new.appid), ("secret", &new.secret)]
}

/// The fields with one of them changed.
fn with<'a, const N: usize>(
    mut fields: [(&'a str, &'a str); N],
    name: &str,
    value: &'a str,
) -> [(&'a str, &'a str); N] {
    for field in &mut fields {
        if field.0 == name {
            field.1 = value;
        }
    }
    fields
}

fn stable(new: &NewApp, force: bool) -> Value {
    json!({
        "grant_type": "client_credential", "appid": new.appid, "secret": new.secret, "force_refresh": force,
        "something": "unknown",
    })
}

const STABLE: &str = "POST /cgi-bin/stable_token";

store::on_both! {
    rooms = rooms();

    async fn a_classic_token_comes_without_errcode_and_opens_a_call(kit) {
        let store = kit.store(Registry::new()).await;
        let (server, new) = (server(&store), new_app(&store, AppKind::MiniProgram).await);
        let answer = wire(&server, &query("/cgi-bin/token", &token(&new)), "").await;
        assert_eq!(answer.as_object().unwrap().len(), 2);
        assert_eq!(answer["expires_in"], 7200);
        let access = answer["access_token"].as_str().unwrap();
        // A call with the token gets past it: the openid is what is wrong.
        let call = query("/wxa/checksession", &[("access_token", access), ("openid", "o")]);
        assert_eq!(errcode(&server, &call, "").await, 40003);
    }

    async fn a_classic_token_is_refused_as_published(kit) {
        let store = kit.store(Registry::new()).await;
        let (server, new) = (server(&store), new_app(&store, AppKind::Shop).await);
        let good = token(&new);
        for (fields, code) in [
            (with(good, "appid", ""), 41002),
            (with(good, "secret", ""), 41004),
            (with(good, "grant_type", "password"), 40002),
            (with(good, "appid", "wx0000000000000000"), 40013),
            (with(good, "secret", "0000"), 40125),
        ] {
            assert_eq!(errcode(&server, &query("/cgi-bin/token", &fields), "").await, code);
        }
        assert_eq!(errcode(&server, "GET /cgi-bin/token", "").await, 41002);
        let post = query("/cgi-bin/token", &good).replace("GET", "POST");
        assert_eq!(errcode(&server, &post, "").await, 43001);
        let twice = format!("{}&appid={}", query("/cgi-bin/token", &good), new.appid);
        assert_eq!(wire(&server, &twice, "").await["expires_in"], 7200);
    }

    async fn the_stable_token_comes_again_and_force_changes_it(kit) {
        let store = kit.store(Registry::new()).await;
        let (server, new) = (server(&store), new_app(&store, AppKind::Shop).await);
        let first = wire(&server, STABLE, &stable(&new, false).to_string()).await;
        assert_eq!((first.as_object().unwrap().len(), &first["expires_in"]), (2, &json!(7200)));
        let again = wire(&server, STABLE, &stable(&new, false).to_string()).await;
        assert_eq!(again["access_token"], first["access_token"]);
        let forced = wire(&server, STABLE, &stable(&new, true).to_string()).await;
        assert_ne!(forced["access_token"], first["access_token"]);
        let old = query("/wxa/checksession", &[("access_token", first["access_token"].as_str().unwrap())]);
        assert_eq!(errcode(&server, &old, "").await, 40001);
        assert_eq!(errcode(&server, STABLE, &stable(&new, true).to_string()).await, 45011);
    }

    async fn the_stable_token_is_refused_as_published(kit) {
        let store = kit.store(Registry::new()).await;
        let (server, new) = (server(&store), new_app(&store, AppKind::Shop).await);
        for (member, value, code) in [
            ("appid", json!(""), 41002),
            ("secret", json!(""), 41004),
            ("grant_type", json!("password"), 40002),
            ("appid", json!("wx0000000000000000"), 40013),
            ("secret", json!("0000"), 40125),
            ("appid", json!(7), 47001),
        ] {
            let mut body = stable(&new, false);
            body[member] = value;
            assert_eq!(errcode(&server, STABLE, &body.to_string()).await, code);
        }
        assert_eq!(errcode(&server, STABLE, "").await, 41002);
        assert_eq!(errcode(&server, STABLE, "not json").await, 47001);
        assert_eq!(errcode(&server, "GET /cgi-bin/stable_token", "").await, 43002);
    }

    async fn a_spent_quota_of_forced_renewals_has_its_own_number(kit) {
        let store = kit.store(Registry::new()).await;
        let (server, new) = (server(&store), new_app(&store, AppKind::Shop).await);
        store.write(&system(Scope::Platform), Spent).await.unwrap();
        assert_eq!(errcode(&server, STABLE, &stable(&new, true).to_string()).await, 45009);
        assert_eq!(wire(&server, STABLE, &stable(&new, false).to_string()).await["expires_in"], 7200);
    }

    async fn an_expired_token_says_so_in_number_and_words(kit) {
        let store = kit.store(Registry::new()).await;
        let (server, new) = (server(&store), new_app(&store, AppKind::Shop).await);
        let mut tx = store.read().await.unwrap();
        let credential = Credential::check(&mut tx, &new.appid, &new.secret).await.unwrap();
        drop(tx);
        let token = secret::access_token();
        let renew = Renew { credential, hash: secret::hash(&token), token: token.clone(), force: false };
        store.write(&system(Scope::Platform), At { later_ms: -LIFE_MS, command: renew }).await.unwrap();
        let answer = wire(&server, &query("/wxa/checksession", &[("access_token", &token)]), "").await;
        assert_eq!(answer["errcode"], 42001);
        assert!(answer["errmsg"].as_str().unwrap().contains("access_token expired"));
        assert_eq!(errcode(&server, "GET /wxa/checksession", "").await, 41001);
        assert_eq!(errcode(&server, "GET /wxa/checksession?access_token=x", "").await, 40001);
    }

    async fn a_js_code_gives_openid_and_session_key_once(kit) {
        let store = kit.store(Registry::new()).await;
        let (server, new) = (server(&store), new_app(&store, AppKind::MiniProgram).await);
        let code = js_code(&store, &new).await;
        let good = login(&new, &code);
        for (fields, refusal) in [
            (with(good, "appid", ""), 41002),
            (with(good, "secret", ""), 41004),
            (with(good, "js_code", ""), 41008),
            (with(good, "grant_type", "client_credential"), 40002),
            (with(good, "appid", "wx0000000000000000"), 40013),
            (with(good, "secret", "0000"), 40125),
            (with(good, "js_code", "nonsense"), 40029),
        ] {
            assert_eq!(errcode(&server, &query(LOGIN, &fields), "").await, refusal);
        }
        let post = query(LOGIN, &good).replace("GET", "POST");
        assert_eq!(errcode(&server, &post, "").await, 43001);
        let session = wire(&server, &query(LOGIN, &good), "").await;
        assert_eq!(session.as_object().unwrap().len(), 2);
        assert_eq!(session["openid"].as_str().map(str::len), Some(28));
        assert_eq!(errcode(&server, &query(LOGIN, &good), "").await, 40163);
    }

    async fn a_session_is_checked_by_its_key(kit) {
        let store = kit.store(Registry::new()).await;
        let (server, new) = (server(&store), new_app(&store, AppKind::MiniProgram).await);
        let code = js_code(&store, &new).await;
        let session = wire(&server, &query(LOGIN, &login(&new, &code)), "").await;
        let (openid, key) = (session["openid"].as_str().unwrap(), session["session_key"].as_str().unwrap());
        let issued = wire(&server, &query("/cgi-bin/token", &token(&new)), "").await;
        let access = issued["access_token"].as_str().unwrap();
        let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        let signature = hex::encode(mac.finalize().into_bytes());
        let good =
            [("access_token", access), ("openid", openid), ("signature", &signature), ("sig_method", "hmac_sha256")];
        let path = "/wxa/checksession";
        assert_eq!(wire(&server, &query(path, &good), "").await, json!({ "errcode": 0, "errmsg": "ok" }));
        assert_eq!(errcode(&server, &query(path, &with(good, "signature", "00")), "").await, 87009);
        assert_eq!(errcode(&server, &query(path, &with(good, "sig_method", "md5")), "").await, 87008);
        assert_eq!(errcode(&server, &query(path, &with(good, "openid", "o1")), "").await, 40003);
        // Somebody who never logged in here has an openid, but no key.
        let other = shopper(&store, "13900139000").await;
        let stranger = crate::openid_of(store.vault(), new.app, other);
        assert_eq!(errcode(&server, &query(path, &with(good, "openid", &stranger)), "").await, 87007);
        // A shop's own application has no sessions to check.
        let shop_app = new_app(&store, AppKind::Shop).await;
        let issued = wire(&server, &query("/cgi-bin/token", &token(&shop_app)), "").await;
        let access = issued["access_token"].as_str().unwrap();
        assert_eq!(errcode(&server, &query(path, &with(good, "access_token", access)), "").await, 48001);
    }
}

/// Twenty renewals were forced today, long enough ago.
struct Spent;

impl Command for Spent {
    type Out = ();
    type Err = crate::Error;
    const NAME: &'static str = "test.spent";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), crate::Error> {
        let sql = "UPDATE identity_token_family SET forced_today = $1, forced_day = $2";
        tx.exec(sql, store::p![FORCED_A_DAY, day_of(ctx.wall)]).await?;
        Ok(())
    }
}

const LOGIN: &str = "/sns/jscode2session";

fn login<'a>(new: &'a NewApp, code: &'a str) -> [(&'a str, &'a str); 4] {
    [("grant_type", "authorization_code"), ("appid", &new.appid), ("secret", &new.secret), ("js_code", code)]
}

async fn js_code(store: &Store, new: &NewApp) -> String {
    let who = Caller::shopper(shopper(store, "13800138000").await);
    store.write(&who, IssueJsCode { appid: new.appid.clone() }).await.unwrap()
}
