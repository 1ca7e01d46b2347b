//! The native face, through its door.

use axum::{
    Router,
    http::{StatusCode, header::SET_COOKIE},
};
use kernel::Scope;
use serde_json::{Value, json};
use store::{Registry, Store};

use super::server::{Answer, ask, server};
use crate::{
    AddOperator, AddStaff, OperatorRole, Password, Role,
    testing::{SHOP, gate, login_name, name, rooms, system},
};

const PASSWORD: &str = "correct horse";

/// An owner of [`SHOP`] who can log in.
async fn employ(store: &Store, login: &str, role: Role) {
    let password = gate().hash_password(Password::tried(PASSWORD)).await.unwrap();
    let add = AddStaff { login: login_name(login), password, name: name(), role };
    store.write(&system(Scope::Shop(SHOP)), add).await.unwrap();
}

async fn login(server: &Router, login: &str, password: &str) -> Answer {
    let body = json!({ "login": login, "password": password }).to_string();
    ask(server, "POST /api/v1/auth/login", &[("x-kaidian-csrf", "1")], &body).await
}

async fn bearer(server: &Router, login_as: &str) -> String {
    let answer = login(server, login_as, PASSWORD).await;
    format!("Bearer {}", answer.body["token"].as_str().unwrap())
}

/// A shopper who logged in by the code that the demo shows.
async fn shopper(server: &Router, phone: &str) -> String {
    let body = json!({ "phone": phone }).to_string();
    let asked = ask(server, "POST /api/v1/auth/codes", &[], &body).await;
    assert_eq!(asked.status, StatusCode::NO_CONTENT);
    let codes = ask(server, "GET /api/v1/demo/codes", &[], "").await.body;
    let mine = codes["items"].as_array().unwrap().iter().find(|c| c["phone"] == phone).unwrap();
    let body = json!({ "phone": phone, "code": mine["code"] }).to_string();
    let answer = ask(server, "POST /api/v1/auth/code_login", &[], &body).await;
    assert_eq!((answer.status, &answer.body["kind"]), (StatusCode::OK, &json!("shopper")));
    format!("Bearer {}", answer.body["token"].as_str().unwrap())
}

fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(
        (answer.status.as_u16(), answer.body["code"].as_str()),
        (status, Some(code)),
        "{}",
        answer.body
    );
}

store::on_both! {
    rooms = rooms();

    async fn a_login_opens_a_session_by_bearer_and_by_cookie_until_the_logout(kit) {
        let store = kit.store(Registry::new()).await;
        let server = server(&store);
        employ(&store, "owner", Role::Owner).await;
        refused(&login(&server, "owner", "wrong horse").await, 401, "identity.login_failed");
        let answer = login(&server, "owner", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::OK);
        let set = answer.headers[SET_COOKIE].to_str().unwrap();
        assert!(set.contains("; HttpOnly") && set.contains("; SameSite=Lax") && !set.contains("Secure"));
        let cookie = set.split(';').next().unwrap().to_owned();
        let me = ask(&server, "GET /api/v1/auth/me", &[("cookie", &cookie)], "").await;
        assert_eq!((&me.body["role"], &me.body["shop_id"]), (&json!("owner"), &json!(SHOP.to_string())));
        assert_eq!(me.body["permissions"].as_array().unwrap().len(), 13);

        // By cookie, and from another site: nothing happens.
        let foreign = [("cookie", cookie.as_str()), ("origin", "https://evil.cn"), ("host", "shop.cn")];
        refused(&ask(&server, "POST /api/v1/auth/logout", &foreign, "").await, 403, "identity.cross_site");
        let own = [("cookie", cookie.as_str()), ("origin", "https://shop.cn"), ("host", "shop.cn")];
        let out = ask(&server, "POST /api/v1/auth/logout", &own, "").await;
        assert_eq!(out.status, StatusCode::NO_CONTENT);
        assert!(out.headers[SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
        let token = format!("Bearer {}", answer.body["token"].as_str().unwrap());
        let me = ask(&server, "GET /api/v1/auth/me", &[("authorization", &token)], "").await;
        refused(&me, 401, "auth.unauthenticated");
    }

    async fn a_login_from_another_site_sets_no_cookie(kit) {
        let store = kit.store(Registry::new()).await;
        let server = server(&store);
        employ(&store, "owner", Role::Owner).await;
        let body = json!({ "login": "owner", "password": PASSWORD }).to_string();
        let answer = ask(&server, "POST /api/v1/auth/login", &[("origin", "https://evil.cn")], &body).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(!answer.headers.contains_key(SET_COOKIE));
    }

    async fn a_password_is_changed_and_the_old_session_ends(kit) {
        let store = kit.store(Registry::new()).await;
        let server = server(&store);
        employ(&store, "owner", Role::Owner).await;
        let old = bearer(&server, "owner").await;
        let change = |new: &str| json!({ "old_password": PASSWORD, "new_password": new }).to_string();
        let path = "POST /api/v1/auth/password";
        let weak = ask(&server, path, &[("authorization", &old)], &change("short")).await;
        refused(&weak, 400, "identity.password_invalid");
        let changed = ask(&server, path, &[("authorization", &old)], &change("longer horse")).await;
        assert_eq!(changed.status, StatusCode::OK);
        let me = ask(&server, "GET /api/v1/auth/me", &[("authorization", &old)], "").await;
        refused(&me, 401, "auth.unauthenticated");
        assert_eq!(login(&server, "owner", "longer horse").await.status, StatusCode::OK);
    }

    async fn staff_are_kept(kit) {
        let store = kit.store(Registry::new()).await;
        let server = server(&store);
        employ(&store, "owner", Role::Owner).await;
        let token = bearer(&server, "owner").await;
        let auth = ("authorization", token.as_str());
        let new = json!({ "login": "clerk", "password": PASSWORD, "name": "王芳", "role": "clerk" }).to_string();
        let missing = ask(&server, "POST /api/v1/staff", &[auth], &new).await;
        refused(&missing, 400, "request.idempotency_key_missing");
        let key = [auth, ("idempotency-key", "1")];
        let added = ask(&server, "POST /api/v1/staff", &key, &new).await;
        assert_eq!(ask(&server, "POST /api/v1/staff", &key, &new).await.body, added.body);
        let id = added.body["staff_id"].as_str().unwrap();
        let nobody = ask(&server, "POST /api/v1/staff", &[("idempotency-key", "1")], &new).await;
        refused(&nobody, 401, "auth.unauthenticated");
        for (member, value, code) in [
            ("login", "x", "identity.login_invalid"),
            ("password", "x", "identity.password_invalid"),
            ("name", " ", "identity.name_invalid"),
        ] {
            let mut bad: Value = serde_json::from_str(&new).unwrap();
            bad[member] = value.into();
            let headers = [auth, ("idempotency-key", member)];
            refused(&ask(&server, "POST /api/v1/staff", &headers, &bad.to_string()).await, 400, code);
        }

        let list = ask(&server, "GET /api/v1/staff?size=1", &[auth], "").await.body;
        assert_eq!((&list["items"][0]["login"], &list["items"][0]["name"]), (&json!("clerk"), &json!("王芳")));
        let next = format!("GET /api/v1/staff?size=1&after={}", list["next"].as_str().unwrap());
        assert_eq!(ask(&server, &next, &[auth], "").await.body["items"][0]["login"], "owner");

        let clerk = bearer(&server, "clerk").await;
        let me = async || ask(&server, "GET /api/v1/auth/me", &[("authorization", clerk.as_str())], "").await;
        assert_eq!(me().await.body["role"], "clerk");
        let patch = format!("PATCH /api/v1/staff/{id}");
        let role = ask(&server, &patch, &[auth], r#"{"role":"finance"}"#).await;
        assert_eq!(role.status, StatusCode::NO_CONTENT);
        assert_eq!(me().await.body["role"], "finance");
        refused(&ask(&server, &patch, &[("authorization", clerk.as_str())], r#"{"role":"owner"}"#).await, 403, "auth.forbidden");
        let put = format!("PUT /api/v1/staff/{id}/password");
        let reset = ask(&server, &put, &[auth], r#"{"password":"another horse"}"#).await;
        assert_eq!(reset.status, StatusCode::NO_CONTENT);
        refused(&me().await, 401, "auth.unauthenticated");
        assert_eq!(login(&server, "clerk", "another horse").await.status, StatusCode::OK);
        let delete = format!("DELETE /api/v1/staff/{id}");
        assert_eq!(ask(&server, &delete, &[auth], "").await.status, StatusCode::NO_CONTENT);
        refused(&ask(&server, &delete, &[auth], "").await, 404, "identity.staff_not_found");
        refused(&login(&server, "clerk", "another horse").await, 401, "identity.login_failed");
    }

    async fn operators_are_kept(kit) {
        let store = kit.store(Registry::new()).await;
        let server = server(&store);
        let password = gate().hash_password(Password::tried(PASSWORD)).await.unwrap();
        let add = AddOperator { login: login_name("root"), password, name: name(), role: OperatorRole::Admin };
        store.write(&system(Scope::Platform), add).await.unwrap();
        let token = bearer(&server, "root").await;
        let auth = ("authorization", token.as_str());
        let new = json!({ "login": "audit", "password": PASSWORD, "name": "审核", "role": "auditor" }).to_string();
        let added = ask(&server, "POST /api/v1/operators", &[auth, ("idempotency-key", "1")], &new).await;
        let id = added.body["operator_id"].as_str().unwrap();
        let list = ask(&server, "GET /api/v1/operators", &[auth], "").await.body;
        assert_eq!((list["items"].as_array().unwrap().len(), &list["items"][0]["role"]), (2, &json!("auditor")));
        let auditor = bearer(&server, "audit").await;
        let denied = ask(&server, "GET /api/v1/operators", &[("authorization", auditor.as_str())], "").await;
        refused(&denied, 403, "auth.forbidden");
        let delete = format!("DELETE /api/v1/operators/{id}");
        assert_eq!(ask(&server, &delete, &[auth], "").await.status, StatusCode::NO_CONTENT);
        let me = ask(&server, "GET /api/v1/auth/me", &[("authorization", auditor.as_str())], "").await;
        refused(&me, 401, "auth.unauthenticated");
    }

    async fn credentials_are_kept_and_an_access_token_opens_the_native_face_too(kit) {
        let store = kit.store(Registry::new()).await;
        let server = server(&store);
        employ(&store, "owner", Role::Owner).await;
        let token = bearer(&server, "owner").await;
        let auth = ("authorization", token.as_str());
        let new = r#"{"kind":"shop","name":"ERP"}"#;
        let key = [auth, ("idempotency-key", "1")];
        let made = ask(&server, "POST /api/v1/apps", &key, new).await.body;
        assert_eq!(ask(&server, "POST /api/v1/apps", &key, new).await.body, made);
        let list = ask(&server, "GET /api/v1/apps", &[auth], "").await.body;
        assert_eq!((&list["items"][0]["appid"], &list["items"][0]["kind"]), (&made["appid"], &json!("shop")));
        assert_eq!(list["items"][0]["secret"], Value::Null);

        let access = |secret: &Value| {
            let (appid, secret) = (made["appid"].as_str().unwrap(), secret.as_str().unwrap());
            format!("GET /cgi-bin/token?grant_type=client_credential&appid={appid}&secret={secret}")
        };
        let issued = ask(&server, &access(&made["secret"]), &[], "").await.body;
        let program = format!("Bearer {}", issued["access_token"].as_str().unwrap());
        let me = async || ask(&server, "GET /api/v1/auth/me", &[("authorization", program.as_str())], "").await;
        assert_eq!(me().await.body["kind"], "shop_app");

        let rotate = format!("POST /api/v1/apps/{}/secret", made["app_id"].as_str().unwrap());
        let rotated = ask(&server, &rotate, &[auth, ("idempotency-key", "2")], "").await.body;
        assert_ne!(rotated["secret"], made["secret"]);
        refused(&me().await, 401, "auth.unauthenticated");
        assert_eq!(ask(&server, &access(&made["secret"]), &[], "").await.body["errcode"], 40125);
        assert_eq!(ask(&server, &access(&rotated["secret"]), &[], "").await.body["expires_in"], 7200);

        let mini = ask(&server, "POST /api/v1/apps", &[auth, ("idempotency-key", "3")], r#"{"kind":"mini_program","name":"m"}"#).await.body;
        let link = |id: &Value| format!("PUT /api/v1/apps/{}/shops/{SHOP}", id.as_str().unwrap());
        assert_eq!(ask(&server, &link(&mini["app_id"]), &[auth], "").await.status, StatusCode::NO_CONTENT);
        refused(&ask(&server, &link(&made["app_id"]), &[auth], "").await, 409, "identity.not_a_mini_program");
        let unknown = ask(&server, "POST /api/v1/apps/4711/secret", &[auth, ("idempotency-key", "4")], "").await;
        refused(&unknown, 404, "identity.app_not_found");
    }

    async fn a_shopper_logs_in_and_keeps_addresses(kit) {
        let store = kit.store(Registry::new()).await;
        let server = server(&store);
        let token = shopper(&server, "13800138000").await;
        let auth = ("authorization", token.as_str());
        let new = json!({
            "user_name": "王小明", "tel_number": "020-81167888", "province_name": "广东省", "city_name": "广州市",
            "county_name": "海珠区", "detail_info": "新港中路397号", "postal_code": "510000",
        });
        let path = "POST /api/v1/me/addresses";
        let added = ask(&server, path, &[auth, ("idempotency-key", "1")], &new.to_string()).await;
        let id = added.body["address_id"].as_str().unwrap();
        let one = |verb: &str| format!("{verb} /api/v1/me/addresses/{id}");
        let kept = ask(&server, &one("GET"), &[auth], "").await.body;
        assert_eq!((&kept["user_name"], &kept["is_default"]), (&json!("王小明"), &json!(true)));
        assert_eq!(ask(&server, "GET /api/v1/me/addresses", &[auth], "").await.body["items"], json!([kept]));

        let mut bad = new.clone();
        bad["tel_number"] = "none".into();
        let refusal = ask(&server, &one("PUT"), &[auth], &bad.to_string()).await;
        refused(&refusal, 400, "identity.address_invalid");
        assert_eq!(refusal.body["facts"]["field"], "tel_number");
        let mut other = new.clone();
        other["city_name"] = "深圳市".into();
        assert_eq!(ask(&server, &one("PUT"), &[auth], &other.to_string()).await.status, StatusCode::NO_CONTENT);
        assert_eq!(ask(&server, &one("GET"), &[auth], "").await.body["city_name"], "深圳市");
        other["surname"] = "x".into();
        refused(&ask(&server, &one("PUT"), &[auth], &other.to_string()).await, 400, "request.invalid_body");

        let stranger = shopper(&server, "13900139000").await;
        let seen = ask(&server, &one("GET"), &[("authorization", stranger.as_str())], "").await;
        refused(&seen, 404, "identity.address_not_found");
        assert_eq!(ask(&server, &one("DELETE"), &[auth], "").await.status, StatusCode::NO_CONTENT);
        refused(&ask(&server, &one("GET"), &[auth], "").await, 404, "identity.address_not_found");
    }

    async fn codes_are_refused_in_words(kit) {
        let store = kit.store(Registry::new()).await;
        let server = server(&store);
        let asked = ask(&server, "POST /api/v1/auth/codes", &[], r#"{"phone":"abc"}"#).await;
        refused(&asked, 400, "identity.phone_invalid");
        let entered = ask(&server, "POST /api/v1/auth/code_login", &[], r#"{"phone":"13800138000","code":"123456"}"#).await;
        refused(&entered, 410, "identity.code_gone");
    }
}

#[test]
fn the_description_has_every_route_once() {
    let (_, api) = super::routes().split_for_parts();
    let paths: Vec<_> = api.paths.paths.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "/api/v1/apps",
            "/api/v1/apps/{app_id}/secret",
            "/api/v1/apps/{app_id}/shops/{shop_id}",
            "/api/v1/auth/code_login",
            "/api/v1/auth/codes",
            "/api/v1/auth/js_codes",
            "/api/v1/auth/login",
            "/api/v1/auth/logout",
            "/api/v1/auth/me",
            "/api/v1/auth/password",
            "/api/v1/me/addresses",
            "/api/v1/me/addresses/{address_id}",
            "/api/v1/operators",
            "/api/v1/operators/{operator_id}",
            "/api/v1/staff",
            "/api/v1/staff/{staff_id}",
            "/api/v1/staff/{staff_id}/password",
        ]
    );
}
