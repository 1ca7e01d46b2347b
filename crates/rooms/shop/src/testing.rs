//! Personas and things of the room's tests.

use axum::{body::Body, http::Request};
use face::{App, Identified, TokenFault};
use identity::{Address, AddressParts};
use kernel::{Actor, AppId, Caller, Currency, OperatorId, Permission, Permissions, Scope, ShopId, StaffId};
use media::Files;
use serde_json::Value;
use std::sync::Arc;
use store::Store;
use tower::ServiceExt;

use crate::{AddressDetail, Admission, CreateShop, Step, SubjectType};

pub(crate) fn rooms() -> Vec<store::Room> {
    vec![identity::MIGRATIONS, media::MIGRATIONS, crate::MIGRATIONS]
}

fn caller(scope: Scope, actor: Actor) -> Caller {
    Caller { scope, actor, request: "test".into() }
}

fn of_shop(shop: i64, may: &[Permission]) -> Caller {
    let (shop, may) = (ShopId(shop), Permissions::of(may));
    caller(Scope::Shop(shop), Actor::Staff { shop, staff: StaffId(9), may })
}

pub(crate) fn staff(shop: i64) -> Caller {
    of_shop(shop, &[Permission::ShopRead, Permission::ShopWrite])
}

pub(crate) fn reader(shop: i64) -> Caller {
    of_shop(shop, &[Permission::ShopRead])
}

pub(crate) fn operator() -> Caller {
    let may = Permissions::of(&[Permission::PlatformShops, Permission::PlatformProducts]);
    caller(Scope::Platform, Actor::Operator { operator: OperatorId(8), may })
}

pub(crate) fn new_shop() -> CreateShop {
    CreateShop { name: "山茶".into(), subject_type: SubjectType::Company, currency: Currency::CNY }
}

pub(crate) async fn open_shop(store: &Store) -> ShopId {
    let shop = store.write(&operator(), new_shop()).await.unwrap();
    store.write(&operator(), Admission { shop, step: Step::Admit }).await.unwrap();
    shop
}

pub(crate) fn address() -> AddressDetail {
    let parts = AddressParts {
        user_name: "王小明".into(),
        tel_number: "020-81167888".into(),
        province_name: "广东省".into(),
        city_name: "广州市".into(),
        county_name: "海珠区".into(),
        detail_info: "新港中路397号".into(),
        postal_code: "510000".into(),
        national_code: "440105".into(),
    };
    AddressDetail::of(Address::new(&parts).unwrap())
}

/// The shop's own application.
pub(crate) fn shop_app(shop: i64) -> Caller {
    let (shop, may) = (ShopId(shop), Permissions::of(&[Permission::ShopRead, Permission::ShopWrite]));
    caller(Scope::Shop(shop), Actor::ShopApp { shop, app: AppId(5), may })
}

/// The room's routes over a fresh database.
pub(crate) async fn app(kit: &store::testkit::Kit) -> App {
    let store = kit.store(store::Registry::new()).await;
    let app = App::over(store).with(Arc::new(Files::in_memory("https://shop.example")));
    identity::install(app, identity::Limits::relaxed()).build()
}

/// An answer of the native face.
pub(crate) struct Answer {
    pub(crate) status: u16,
    body: Value,
}

impl Answer {
    /// The body of a good answer.
    pub(crate) fn ok(&self) -> &Value {
        assert_eq!(self.status, 200, "{}", self.body);
        &self.body
    }

    /// The code of a refusal.
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap()
    }
}

/// Sends a request as `caller`, under a key made of its method and path.
pub(crate) async fn call(
    app: &App,
    caller: Option<Caller>,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("idempotency-key", "k")
        .body(body.map_or_else(Body::empty, |b| Body::from(b.to_string())))
        .unwrap();
    request.extensions_mut().insert(match caller {
        Some(caller) => Identified::As(caller),
        None => Identified::Nobody(TokenFault::Missing),
    });
    let (native, _) = crate::routes().split_for_parts();
    let router = native.merge(crate::wire_routes()).with_state(app.clone());
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Answer { status: parts.status.as_u16(), body: serde_json::from_slice(&bytes).unwrap_or_default() }
}

/// Sends a request to the WeChat-compatible face, and holds the answer against the facts.
pub(crate) async fn wire(
    app: &App,
    caller: Option<Caller>,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> Value {
    let answer = call(app, caller, method, path, body).await.ok().clone();
    let known = wirecheck::Routes::load().unwrap();
    let facts = known.get(method, &path.replace("/shop/ec/", "/channels/ec/")).unwrap();
    assert_eq!(wirecheck::check_answer(facts, &answer), []);
    answer
}

mod sql_tests {
    store::on_both! {
        rooms = crate::testing::rooms();
        async fn both_engines_understand_every_statement(kit) {
            store::testkit::prepare_all(&kit, crate::sql::ALL).await;
        }
    }
}
