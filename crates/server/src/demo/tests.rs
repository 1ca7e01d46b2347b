//! The demo as a whole: what is in it, and that every credential opens what it should.

use super::*;
use crate::{Config, assemble::Assembled, doctor::examine};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use identity::{Gate, Limits, Login, Password, PersonKind, Tokens};
use kernel::{Actor, Caller, Cursor, PageSize, Scope};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    net::Ipv4Addr,
    path::Path,
};
use store::{
    Store, p,
    testkit::{Engine, Kit},
};
use tempfile::TempDir;
use tower::ServiceExt;

/// A demo on a database of its own.
struct House {
    assembled: Option<Assembled>,
    credentials: Credentials,
    config: Config,
    kit: Kit,
    folder: TempDir,
}

impl House {
    async fn new(engine: Engine, seed: i64) -> Self {
        let kit = Kit::new(engine, crate::rooms::MIGRATIONS).await;
        let folder = tempfile::tempdir().unwrap();
        let seed = seed.to_string();
        let config = Config::from_pairs([
            ("data", folder.path().to_str().unwrap()),
            ("db", &kit.options.url),
            ("demo.enabled", "true"),
            ("demo.seed", &seed),
        ])
        .unwrap();
        let assembled = crate::assemble(&config).await.unwrap();
        let credentials = Credentials::load(folder.path()).unwrap().unwrap();
        Self { assembled: Some(assembled), credentials, config, kit, folder }
    }

    fn store(&self) -> &Store {
        &self.assembled.as_ref().unwrap().app.store
    }

    fn router(&self) -> Router {
        self.assembled.as_ref().unwrap().router.clone()
    }

    /// Stops the program and starts it again.
    async fn restart(&mut self) {
        self.stop().await;
        self.assembled = Some(crate::assemble(&self.config).await.unwrap());
    }

    async fn stop(&mut self) {
        let Assembled { app, router, health, rates } = self.assembled.take().unwrap();
        drop((router, health, rates));
        crate::services::disconnect(&app);
        app.store.close().await;
    }

    async fn count(&self, sql: &'static str) -> i64 {
        self.store().read().await.unwrap().one(sql, p![], |r| r.get(0)).await.unwrap()
    }

    async fn ids(&self, sql: &'static str) -> Vec<i64> {
        self.store().read().await.unwrap().all(sql, p![], |r| r.get(0)).await.unwrap()
    }

    /// Everything that has an id and could be told apart by it.
    async fn all_ids(&self) -> BTreeMap<&'static str, Vec<i64>> {
        let mut all = BTreeMap::new();
        for (what, sql) in [
            ("shops", "SELECT shop_id FROM shop_shop ORDER BY 1"),
            ("products", "SELECT product_id FROM catalog_product ORDER BY 1"),
            ("skus", "SELECT sku_id FROM stock_level ORDER BY 1"),
            ("orders", "SELECT order_id FROM trade_order ORDER BY 1"),
            ("shoppers", "SELECT shopper_id FROM identity_shopper ORDER BY 1"),
            ("apps", "SELECT app_id FROM identity_app ORDER BY 1"),
        ] {
            all.insert(what, self.ids(sql).await);
        }
        all
    }

    /// What applications are called.
    fn names(&self) -> Vec<&str> {
        let shops = self.credentials.shops.iter().map(|shop| shop.appid.as_str());
        shops.chain(self.credentials.miniprograms.iter().map(|app| app.appid.as_str())).collect()
    }

    /// What nobody may guess.
    fn secrets(&self) -> BTreeSet<&str> {
        let Credentials { shops, miniprograms, merchants, carriers, shoppers, .. } = &self.credentials;
        let shops = shops.iter().flat_map(|shop| [&shop.secret, &shop.push_token, &shop.push_aes_key]);
        let outside = merchants.iter().map(|m| &m.notice_key).chain(carriers.iter().map(|c| &c.push_secret));
        let others = miniprograms.iter().map(|app| &app.secret).chain(shoppers.iter().map(|s| &s.token));
        shops.chain(outside).chain(others).map(String::as_str).collect()
    }

    async fn get(&self, path: &str, token: Option<&str>) -> (StatusCode, Value) {
        let mut request = Request::get(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let answer = self.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap())
    }
}

async fn is_believable(house: &House) {
    assert_eq!(house.credentials.shops.len(), 3);
    assert_eq!(house.count("SELECT count(*) FROM shop_shop").await, 3);
    assert_eq!(house.count("SELECT count(*) FROM catalog_product").await, 40);
    assert_eq!(house.count("SELECT count(*) FROM identity_shopper").await, 5);
    assert_eq!(house.count("SELECT count(*) FROM identity_operator").await, 3);
    for shop in &house.credentials.shops {
        let roles: Vec<&str> = house
            .credentials
            .staff
            .iter()
            .filter(|s| s.shop_id == shop.shop_id)
            .map(|s| s.role.as_str())
            .collect();
        assert_eq!(roles, ["owner", "manager", "clerk", "finance", "customer_service"]);
        let mut tx = house.store().read().await.unwrap();
        let (all, size) = (catalog::Shelf::default(), PageSize::new(100).unwrap());
        let shelf = catalog::shelf(&mut tx, shop.shop_id, &all, Cursor::NEWEST, size).await.unwrap().items;
        assert!(shelf.len() >= 13, "all that is sold is on sale: {}", shelf.len());
        let pictures: HashSet<&str> = shelf.iter().map(|card| card.thumb.as_str()).collect();
        assert_eq!(pictures.len(), shelf.len());
        drop(tx);
        let ctx = house.store().ctx(&Caller::system(Scope::Shop(shop.shop_id))).await.unwrap();
        let mut tx = house.store().read().await.unwrap();
        let balance = settle::balance(&mut tx, &ctx).await.unwrap();
        assert!(balance.available > 0 && balance.pending > 0, "{balance:?}");
    }
    let waiting = "SELECT count(*) FROM catalog_audit WHERE decided_at IS NULL";
    assert_eq!(house.count(waiting).await, 1, "one change waits for the auditor");
}

async fn all_invariants_hold(house: &House) {
    let diagnosis = examine(house.store()).await.unwrap();
    assert!(!diagnosis.has_violations(), "{:#?}", diagnosis.lines());
    assert_eq!((diagnosis.backlog.parked_jobs, diagnosis.backlog.parked_deliveries), (0, 0));
    assert_eq!(diagnosis.in_flight, 0);
    // What waits are jobs of the future, and the mails with the login codes of this start.
    assert_eq!(diagnosis.backlog.deliveries, 0);
}

/// Orders of each state there is.
async fn orders_are_of_every_kind(house: &House) {
    let states = "SELECT DISTINCT state FROM trade_order ORDER BY 1";
    assert!(house.ids(states).await.len() >= 6, "{:?}", house.ids(states).await);
    assert!(house.count("SELECT count(*) FROM settle_order").await >= 8);
    let back = "SELECT count(*) FROM pay_refund WHERE state <> 'done'";
    assert_eq!(house.count(back).await, 0, "the sandbox has carried out every refund");
}

async fn every_password_opens(house: &House) {
    let (gate, tokens) = (Gate::new(Limits::relaxed()), Tokens::new());
    let people = house.credentials.staff.iter().map(|s| (&s.login, &s.password, Some(s.shop_id)));
    let operators = house.credentials.operators.iter().map(|o| (&o.login, &o.password, None));
    for (login, password, shop) in people.chain(operators) {
        let attempt = Login {
            login: login.clone(),
            password: Password::tried(password.as_str()),
            ip: Ipv4Addr::LOCALHOST.into(),
        };
        let session = identity::login(&gate, house.store(), &attempt).await.unwrap();
        let caller = identity::authenticate(&tokens, house.store(), &session.token).await.unwrap().unwrap();
        match caller.actor {
            Actor::Staff { shop: of, .. } => assert_eq!(Some(of), shop),
            Actor::Operator { .. } => assert_eq!(shop, None),
            other => panic!("{other:?}"),
        }
        assert_ne!(session.kind, PersonKind::Shopper);
    }
}

async fn every_shopper_is_logged_in_and_known_to_every_application(house: &House) {
    let tokens = Tokens::new();
    for shopper in &house.credentials.shoppers {
        let caller = identity::authenticate(&tokens, house.store(), &shopper.token).await.unwrap().unwrap();
        let Actor::Shopper(id) = caller.actor else { panic!("{:?}", caller.actor) };
        assert_eq!(shopper.openids.len(), 5);
        for (appid, openid) in &shopper.openids {
            let mut tx = house.store().read().await.unwrap();
            let app = identity::app_of_appid(&mut tx, appid).await.unwrap().unwrap();
            assert_eq!(identity::shopper_of_openid(&mut tx, app.app, openid).await.unwrap(), Some(id));
        }
        let (status, me) = house.get("/api/v1/auth/me", Some(&shopper.token)).await;
        assert_eq!((status, &me["kind"]), (StatusCode::OK, &"shopper".into()), "{me}");
        let (status, orders) = house.get("/api/v1/me/orders", Some(&shopper.token)).await;
        assert_eq!(status, StatusCode::OK);
        assert!(orders["items"].as_array().is_some_and(|items| items.len() >= 3), "{orders}");
    }
}

async fn every_application_gets_a_token(house: &House) {
    let shops = house.credentials.shops.iter().map(|s| (&s.appid, &s.secret));
    let mini = house.credentials.miniprograms.iter().map(|m| (&m.appid, &m.secret));
    for (appid, secret) in shops.chain(mini) {
        let path = format!("/cgi-bin/token?grant_type=client_credential&appid={appid}&secret={secret}");
        let (status, body) = house.get(&path, None).await;
        assert_eq!(status, StatusCode::OK);
        let token = body["access_token"].as_str().unwrap_or_else(|| panic!("{body}"));
        let caller =
            identity::authenticate_access_token(&Tokens::new(), house.store(), token).await.unwrap().unwrap();
        assert!(matches!(caller.actor, Actor::ShopApp { .. } | Actor::MiniProgram { .. }));
    }
    let linked: Vec<usize> = house.credentials.miniprograms.iter().map(|m| m.shop_ids.len()).collect();
    assert_eq!(linked, [3, 1]);
}

/// The token and the key of a shop are taken when a push URL is set with them.
async fn the_push_keys_are_taken(house: &House) {
    for shop in &house.credentials.shops {
        let app = {
            let mut tx = house.store().read().await.unwrap();
            identity::app_of_shop(&mut tx, shop.shop_id).await.unwrap().unwrap()
        };
        assert_eq!(app.appid, shop.appid);
        let set = push::SetEndpoint {
            app: app.app,
            appid: app.appid,
            original_id: app.original_id,
            url: "https://erp.example/push".into(),
            token: shop.push_token.clone(),
            aes_key: Some(shop.push_aes_key.clone()),
            mode: push::Mode::Safe,
            format: push::Format::Json,
        };
        let owner = Caller::system(Scope::Shop(shop.shop_id));
        assert!(house.store().write(&owner, set).await.unwrap().has_aes_key);
    }
}

/// The key of the merchant is the one that the payment service signs with.
fn the_merchants_key_is_the_sandboxs(house: &House) {
    let [merchant] = house.credentials.merchants.as_slice() else { panic!("one merchant") };
    let key: [u8; 32] = hex::decode(&merchant.notice_key).unwrap().try_into().unwrap();
    let signature = sandbox::Key::new(key).sign("1", "n", b"{}");
    let vault = house.store().vault();
    assert!(sandbox::Key::new(outside::notice_key(vault)).verifies("1", "n", b"{}", &signature));
    assert_eq!(merchant.channel, sandbox::NAME);
}

fn is_private(folder: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.join(credentials::FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

async fn the_demo_is_whole(engine: Engine) {
    let mut house = House::new(engine, 1).await;
    is_private(house.folder.path());
    is_believable(&house).await;
    orders_are_of_every_kind(&house).await;
    all_invariants_hold(&house).await;
    every_password_opens(&house).await;
    every_shopper_is_logged_in_and_known_to_every_application(&house).await;
    every_application_gets_a_token(&house).await;
    the_merchants_key_is_the_sandboxs(&house);
    the_push_keys_are_taken(&house).await;
    assert_eq!(house.kit.engine, engine);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_is_whole_and_its_credentials_work_on_sqlite() {
    the_demo_is_whole(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_is_whole_and_its_credentials_work_on_postgres() {
    the_demo_is_whole(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_seed_gives_the_same_ids_and_another_gives_others() {
    let (mut first, mut again) = (House::new(Engine::Sqlite, 5).await, House::new(Engine::Postgres, 5).await);
    let mut other = House::new(Engine::Sqlite, 6).await;
    let ids = first.all_ids().await;
    assert!(ids.values().flatten().all(|id| (5_000_001..6_000_000).contains(id)), "{ids:?}");
    assert_eq!(ids, again.all_ids().await);
    assert!(other.all_ids().await.values().flatten().all(|id| (6_000_001..7_000_000).contains(id)));
    let openids = |house: &House| {
        let of = house.credentials.shoppers.iter().flat_map(|s| s.openids.values().cloned());
        of.collect::<BTreeSet<String>>()
    };
    assert_eq!(openids(&first).len(), 25);
    assert_eq!(openids(&first), openids(&again));
    assert_eq!(first.names(), again.names());
    assert!(first.names().iter().all(|name| !other.names().contains(name)));
    assert!(first.secrets().is_disjoint(&again.secrets()), "each demo has a key and secrets of its own");
    for house in [&mut first, &mut again, &mut other] {
        house.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_keeps_the_platform_and_renews_tokens_alone() {
    let mut house = House::new(Engine::Sqlite, 1).await;
    let ids = house.all_ids().await;
    house.config.node.listen = "127.0.0.1:9999".parse().unwrap();
    house.restart().await;
    assert_eq!(house.all_ids().await, ids);
    let renewed = Credentials::load(house.folder.path()).unwrap().unwrap();
    assert_eq!(renewed.base_url, "http://127.0.0.1:9999");
    assert!(renewed.shops == house.credentials.shops && renewed.staff == house.credentials.staff);
    for (new, old) in renewed.shoppers.iter().zip(&house.credentials.shoppers) {
        assert!(new.token != old.token && new.openids == old.openids);
    }
    is_private(house.folder.path());
    // New objects have ordinary ids, far from those of the demo.
    let ctx = house.store().ctx(&Caller::system(Scope::Platform)).await.unwrap();
    assert!(ctx.id::<i64>() > 1 << 40 && ctx.short_id::<i64>() > 1 << 40);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filled_database_without_its_credentials_is_served_all_the_same() {
    let mut house = House::new(Engine::Sqlite, 1).await;
    for damaged in [false, true] {
        let file = house.folder.path().join(credentials::FILE);
        if damaged {
            std::fs::write(&file, "{").unwrap();
        } else {
            std::fs::remove_file(&file).unwrap();
        }
        house.restart().await;
        assert_eq!(house.count("SELECT count(*) FROM shop_shop").await, 3);
    }
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn business_time_ends_where_the_wall_clock_is() {
    let mut house = House::new(Engine::Sqlite, 1).await;
    let ahead = house.store().now() - house.store().wall();
    assert!(ahead.abs() < 2_000, "{ahead}");
    let first = "SELECT CAST(min(placed_at) AS BIGINT) FROM trade_order";
    let age = house.store().now().ms() - house.count(first).await;
    let around = kernel::day_ms(14) - kernel::hour_ms(2)..kernel::day_ms(14) + kernel::hour_ms(2);
    assert!(around.contains(&age), "{age}");
    house.stop().await;
}
