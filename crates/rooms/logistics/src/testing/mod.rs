//! What the tests of this room share: callers, samples, a carrier that can be told what to do.

mod desk;
mod sample;

pub(crate) use desk::Desk;
pub(crate) use sample::{body_of, sample_order, sandbox_order};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, Response},
};
use face::{App, Identified};
use futures::future::BoxFuture;
use kernel::{
    Actor, AppId, Caller, Ctx, OperatorId, OrderId, ParcelId, Permission, Permissions, Scope, ShopId,
    ShopperId, StaffId, Timestamp,
};
use proptest::prelude::*;
use serde_json::Value;
use std::sync::Arc;
use store::{Command, Registry, Store, Tx, testkit::Kit};
use tower::ServiceExt;

use crate::{
    ACTIONS, Carrier, Carriers, Error, Follow, MadeWaybill, NewWaybill, PlayStep, Step, TestCarrier,
    WaybillKey, add_waybill, cancel_waybill, register, test_carrier, waybill_track, wire_routes,
};

pub(crate) const SHOP: ShopId = ShopId(900);
pub(crate) const OTHER_SHOP: ShopId = ShopId(901);
pub(crate) const APP: AppId = AppId(910);
pub(crate) const SECRET: &str = "carrier secret";

pub(crate) fn rooms() -> [store::Room; 3] {
    [identity::MIGRATIONS, push::MIGRATIONS, crate::MIGRATIONS]
}

pub(crate) fn caller(scope: Scope, actor: Actor) -> Caller {
    Caller { scope, actor, request: "test".into() }
}

pub(crate) fn system(shop: ShopId) -> Caller {
    Caller::system(Scope::Shop(shop))
}

pub(crate) fn shop_app(shop: ShopId, app: AppId, may: &[Permission]) -> Caller {
    caller(Scope::Shop(shop), Actor::ShopApp { shop, app, may: Permissions::of(may) })
}

/// The shop's application, with everything that this room asks for.
pub(crate) fn own_app() -> Caller {
    shop_app(SHOP, APP, &[Permission::OrderRead, Permission::OrderShip])
}

pub(crate) fn mini(app: AppId) -> Caller {
    caller(Scope::Platform, Actor::MiniProgram { app })
}

pub(crate) fn staff(shop: ShopId, may: &[Permission]) -> Caller {
    // Somebody else for each role, so that their idempotency keys don't meet.
    let staff = StaffId(may.iter().map(|p| 100 + *p as i64).sum());
    caller(Scope::Shop(shop), Actor::Staff { shop, staff, may: Permissions::of(may) })
}

pub(crate) fn operator(may: &[Permission]) -> Caller {
    caller(Scope::Platform, Actor::Operator { operator: OperatorId(1), may: Permissions::of(may) })
}

pub(crate) fn anonymous() -> Caller {
    caller(Scope::Platform, Actor::Anonymous)
}

/// A closure as a command.
struct Run<F>(F);

impl<T, F> Command for Run<F>
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut Tx, &'a Ctx) -> BoxFuture<'a, Result<T, Error>> + Send + Sync + 'static,
{
    type Out = T;
    type Err = Error;
    const NAME: &'static str = "logistics.test";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<T, Error> {
        (self.0)(tx, ctx).await
    }
}

/// A use case in a transaction of its own.
pub(crate) async fn run<T, F>(store: &Store, caller: &Caller, use_case: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut Tx, &'a Ctx) -> BoxFuture<'a, Result<T, Error>> + Send + Sync + 'static,
{
    store.write(caller, Run(use_case)).await
}

/// [`Follow`] as a command.
struct Following(Follow);

impl Command for Following {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "logistics.test_follow";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        crate::follow(tx, ctx, &self.0).await
    }
}

pub(crate) fn follow_of(parcel: i64, waybill_id: &str) -> Follow {
    Follow {
        parcel: ParcelId(parcel),
        order: OrderId(70),
        shopper: ShopperId(80),
        delivery_id: "TEST".into(),
        waybill_id: waybill_id.into(),
        goods: "杨梅".into(),
    }
}

pub(crate) async fn follow(store: &Store, shop: ShopId, cmd: Follow) -> Result<(), Error> {
    store.write(&system(shop), Following(cmd)).await
}

pub(crate) fn step(secs: i64, code: i64) -> Step {
    Step::new(Timestamp::from_secs(secs), code, format!("第 {secs} 秒"))
}

pub(crate) async fn record(
    store: &Store,
    shop: ShopId,
    waybill_id: &str,
    steps: &[Step],
) -> Result<Vec<crate::Stage>, Error> {
    let record = crate::RecordSteps {
        delivery_id: "TEST".into(),
        waybill_id: waybill_id.into(),
        steps: steps.to_vec(),
    };
    store.write(&system(shop), record).await
}

/// Steps of a track: few moments and texts, so that some fall together.
pub(crate) fn any_steps() -> impl Strategy<Value = Vec<Step>> {
    let codes: Vec<i64> = ACTIONS.iter().map(|a| a.code).collect();
    let one = (1_700_000_000_i64..1_700_000_009, prop::sample::select(codes), 0..3_usize, any::<bool>());
    let one = one.prop_map(|(secs, code, text, placed)| {
        let message = ["", "到达", "离开"].get(text).copied().unwrap_or_default();
        let step = Step::new(Timestamp::from_secs(secs), code, message);
        if placed { Step { lat: Some(23.1), lng: Some(113.3), ..step } } else { step }
    });
    prop::collection::vec(one, 1..12)
}

/// The same steps in another order, some of them twice.
pub(crate) fn shuffled(steps: &[Step], mut seed: u64) -> Vec<Step> {
    let mut next = |most: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % most
    };
    let mut told = steps.to_vec();
    for _ in 0..next(4) {
        told.push(steps[next(steps.len())].clone());
    }
    for i in (1..told.len()).rev() {
        told.swap(i, next(i + 1));
    }
    told
}

/// A store with this room at work, and the routes of the published face.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) carriers: Arc<Carriers>,
    pub(crate) app: App,
}

impl World {
    pub(crate) async fn new(kit: &Kit, desks: &[&Arc<Desk>]) -> Self {
        let mut carriers = Carriers::new().with(Arc::new(TestCarrier::new(Some(SECRET.into()))));
        for desk in desks {
            carriers = carriers.with(Arc::clone(*desk) as Arc<dyn Carrier>);
        }
        let carriers = Arc::new(carriers);
        let mut registry = Registry::new();
        register(&mut registry, &carriers);
        let store = kit.store(registry).await;
        let app = App::over(store.clone()).with(Arc::clone(&carriers)).build();
        Self { store, carriers, app }
    }

    /// Delivers events and does jobs until nothing is left.
    pub(crate) async fn drain(&self) {
        assert!(self.store.drain(50).await.unwrap());
        let parked = self.store.parked(10).await.unwrap();
        assert!(parked.is_empty(), "{parked:?}");
    }

    /// A shopper and their openid at an application.
    pub(crate) async fn shopper(&self, app: AppId, phone: &str) -> (ShopperId, String) {
        let phone = identity::Phone::new(phone).unwrap();
        let ensure = identity::EnsureShopper(phone);
        let shopper = self.store.write(&Caller::system(Scope::Platform), ensure).await.unwrap();
        (shopper, identity::openid_of(self.store.vault(), app, shopper))
    }

    /// What the published face answers to `caller`; it must be as the facts have it.
    pub(crate) async fn call(&self, caller: &Caller, tail: &str, body: &Value) -> Value {
        let path = format!("/cgi-bin/express/business/{tail}");
        let answer = self.send(caller, "POST", &path, body.to_string()).await;
        assert_eq!(answer.status(), 200);
        let answer = json_of(answer).await;
        let routes = wirecheck::Routes::load().unwrap();
        let facts = routes.get("POST", &path).or_else(|| routes.get("GET", &path)).unwrap();
        assert_eq!(wirecheck::check_answer(facts, &answer), [], "{answer}");
        answer
    }

    /// A shopper of the shop's application, and the sandbox order that they made.
    pub(crate) async fn sandbox_order(&self, order_id: &str) -> (ShopperId, NewWaybill) {
        let (shopper, openid) = self.shopper(APP, "13800000001").await;
        (shopper, NewWaybill { openid, ..sandbox_order(order_id) })
    }

    pub(crate) async fn send(
        &self,
        caller: &Caller,
        method: &str,
        path: &str,
        body: String,
    ) -> Response<Body> {
        let (native, _) = crate::routes().split_for_parts();
        let router: Router = wire_routes().merge(native).with_state(self.app.clone());
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("idempotency-key", "k")
            .extension(Identified::As(caller.clone()))
            .body(Body::from(body))
            .unwrap();
        router.oneshot(request).await.unwrap()
    }
}

pub(crate) async fn json_of(answer: Response<Body>) -> Value {
    let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// A mini program that is linked with [`SHOP`].
pub(crate) async fn mini_program(world: &World) -> AppId {
    let name = kernel::Text::new("小程序").unwrap();
    let create = identity::CreateApp { kind: identity::AppKind::MiniProgram, shop: Some(SHOP), name };
    let sealed = world.store.write(&Caller::system(Scope::Platform), create).await.unwrap();
    sealed.open(world.store.vault()).unwrap().app
}

/// How the API names a sandbox waybill.
pub(crate) fn key_of(made: &MadeWaybill) -> WaybillKey {
    WaybillKey {
        order_id: made.order_id.clone(),
        openid: String::new(),
        delivery_id: test_carrier::ID.into(),
        waybill_id: made.waybill_id.clone(),
    }
}

/// An order for a carrier with a cash account, which needs no binding.
pub(crate) fn cash_order(order: &NewWaybill) -> NewWaybill {
    NewWaybill { delivery_id: "SF".into(), biz_id: "SF_CASH".into(), service_type: 1, ..order.clone() }
}

impl World {
    /// Makes a waybill for the shop's application.
    pub(crate) async fn add(&self, order: &NewWaybill) -> Result<MadeWaybill, Error> {
        add_waybill(&self.store, &self.carriers, &own_app(), order).await
    }

    /// Cancels one of the shop's application.
    pub(crate) async fn cancel(&self, key: &WaybillKey) -> Result<(), Error> {
        cancel_waybill(&self.store, &self.carriers, &own_app(), key).await
    }

    /// Plays a step of a sandbox waybill.
    pub(crate) async fn play(&self, caller: &Caller, key: &WaybillKey, step: Step) -> Result<(), Error> {
        let play = PlayStep { biz_id: test_carrier::BIZ_ID.into(), key: key.clone(), step };
        self.store.write(caller, play).await
    }

    /// The steps of a waybill, as its application sees them.
    pub(crate) async fn steps(&self, caller: &Caller, key: &WaybillKey) -> Result<Vec<Step>, Error> {
        let mut tx = self.store.read().await.unwrap();
        let ctx = self.store.ctx(caller).await.unwrap();
        waybill_track(&mut tx, &ctx, key).await.map(|track| track.steps)
    }
}
