//! Personas and things of the room's tests.

use axum::{body::Body, http::Request};
use face::{App, Identified, TokenFault};
use kernel::{
    Actor, AppId, Caller, CategoryId, OperatorId, Permission, Permissions, ProductId, Scope, ShopId, SkuId,
    StaffId,
};
use media::{Files, Purpose};
use serde_json::Value;
use std::sync::Arc;
use store::{Registry, Store};
use tower::ServiceExt;

use crate::{
    AddProduct, Attr, Audit, Category, Content, SeedCategories, SkuContent, SkuInput, Submit, Verdict,
    default_categories, tree,
};

pub(crate) const SHOP: ShopId = ShopId(71);
pub(crate) const OTHER: ShopId = ShopId(72);

pub(crate) fn rooms() -> Vec<store::Room> {
    vec![identity::MIGRATIONS, media::MIGRATIONS, push::MIGRATIONS, crate::MIGRATIONS]
}

pub(crate) fn registry() -> Registry {
    let mut registry = Registry::new();
    crate::register(&mut registry);
    registry
}

fn caller(scope: Scope, actor: Actor) -> Caller {
    Caller { scope, actor, request: "test".into() }
}

fn of_shop(shop: ShopId, may: &[Permission]) -> Caller {
    caller(Scope::Shop(shop), Actor::Staff { shop, staff: StaffId(9), may: Permissions::of(may) })
}

pub(crate) fn staff() -> Caller {
    of_shop(SHOP, &[Permission::ProductRead, Permission::ProductWrite])
}

pub(crate) fn other_staff() -> Caller {
    of_shop(OTHER, &[Permission::ProductRead, Permission::ProductWrite])
}

pub(crate) fn reader() -> Caller {
    of_shop(SHOP, &[Permission::ProductRead])
}

pub(crate) fn operator() -> Caller {
    let may = Permissions::of(&[Permission::PlatformProducts]);
    caller(Scope::Platform, Actor::Operator { operator: OperatorId(8), may })
}

/// Plants the default tree.
pub(crate) async fn seeded(store: &Store) -> Vec<Category> {
    store.write(&Caller::system(Scope::Platform), SeedCategories(default_categories())).await.unwrap();
    let mut tx = store.read().await.unwrap();
    tree(&mut tx).await.unwrap()
}

/// A leaf whose rules ask for nothing out of the ordinary.
pub(crate) async fn leaf(store: &Store) -> CategoryId {
    let all = seeded(store).await;
    all.iter().find(|c| c.name == "杯子").unwrap().id
}

/// The path of a picture that `who` has stored.
pub(crate) async fn picture(store: &Store, who: &Caller, seed: u64) -> String {
    let bytes = media::demo_picture(seed, "").unwrap().into();
    media::put(&Files::in_memory(""), store, who, bytes, Purpose::Product).await.unwrap().url
}

pub(crate) fn sku(colour: &str, sale_price: i64) -> SkuInput {
    let content = SkuContent {
        sale_price,
        market_price: 9_900,
        attrs: vec![Attr::new("颜色", colour)],
        sku_code: format!("C-{colour}"),
        ..SkuContent::default()
    };
    SkuInput { id: None, content, stock: Some(10) }
}

/// A product of two skus that may be sold.
pub(crate) async fn draft(store: &Store) -> AddProduct {
    let mut content = Content::new("手工陶瓷马克杯", leaf(store).await);
    for seed in 1..=3 {
        content.head_imgs.push(picture(store, &staff(), seed).await);
    }
    AddProduct {
        content, skus: vec![sku("红色", 4_900), sku("蓝色", 3_900)], chain: None, list_now: false
    }
}

/// Sends the draft of a product to audit.
pub(crate) async fn submitted(store: &Store, product: ProductId) -> i64 {
    store.write(&staff(), Submit(product)).await.unwrap().round
}

pub(crate) fn verdict(product: ProductId, round: i64, verdict: Verdict) -> Audit {
    Audit { shop: SHOP, product, round, verdict }
}

/// A product that is on sale.
pub(crate) async fn listed(store: &Store) -> (ProductId, Vec<SkuId>) {
    let added = store.write(&staff(), draft(store).await).await.unwrap();
    let round = submitted(store, added.product).await;
    store.write(&operator(), verdict(added.product, round, Verdict::Pass)).await.unwrap();
    (added.product, added.skus)
}

/// The shop's own application.
pub(crate) fn shop_app() -> Caller {
    let may = Permissions::of(&[Permission::ProductRead, Permission::ProductWrite]);
    caller(Scope::Shop(SHOP), Actor::ShopApp { shop: SHOP, app: AppId(5), may })
}

/// Nobody.
pub(crate) fn stranger() -> Caller {
    caller(Scope::Platform, Actor::Anonymous)
}

pub(crate) fn files() -> Files {
    Files::in_memory("https://shop.example")
}

/// The room's routes over a fresh database.
pub(crate) async fn app(kit: &store::testkit::Kit) -> App {
    App::over(kit.store(registry()).await).with(Arc::new(files())).build()
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

    /// Status and code of a refusal.
    pub(crate) fn refusal(&self) -> (u16, &str) {
        (self.status, self.body["code"].as_str().unwrap_or_default())
    }
}

/// Sends a request as `caller`, under the idempotency key `k`.
pub(crate) async fn call(
    app: &App,
    caller: &Caller,
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
    request.extensions_mut().insert(match caller.actor {
        Actor::Anonymous => Identified::Nobody(TokenFault::Missing),
        _ => Identified::As(caller.clone()),
    });
    let (native, _) = crate::routes().split_for_parts();
    let router = native.merge(crate::wire_routes()).with_state(app.clone());
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Answer { status: parts.status.as_u16(), body: serde_json::from_slice(&bytes).unwrap_or_default() }
}

/// Sends a request to the WeChat-compatible face and holds the answer against the facts.
pub(crate) async fn wire(app: &App, caller: &Caller, method: &str, path: &str, body: Option<Value>) -> Value {
    let known = wirecheck::Routes::load().unwrap();
    let path = format!("/channels/ec/{path}");
    let answer = call(app, caller, method, &path, body).await.ok().clone();
    let facts = known.get(method, &path).unwrap();
    assert_eq!(wirecheck::check_answer(facts, &answer), []);
    answer
}

mod sql_tests {
    store::on_both! {
        rooms = crate::testing::rooms();
        async fn both_engines_understand_every_statement(kit) {
            store::testkit::prepare_all(&kit, &crate::sql::ALL.concat()).await;
        }
    }
}
