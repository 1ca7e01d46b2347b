//! For the tests of this room: callers, commands over the use cases that only other rooms call, and a receiver.

use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use kernel::{
    Actor, AppId, Caller, Ctx, NoticeId, Permission, Permissions, PushId, Scope, ShopId, ShopperId, StaffId,
};
use serde_json::{Map, Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use store::{Command, Registry, Store, Tx, testkit::Kit};

use crate::{Error, Format, Message, Mode, NewNotice, Sender, SetEndpoint, Targets, crypto};

pub(crate) const SHOP: ShopId = ShopId(11);
pub(crate) const OTHER_SHOP: ShopId = ShopId(12);
pub(crate) const APP: AppId = AppId(21);
pub(crate) const SHOPPER: ShopperId = ShopperId(31);
pub(crate) const TOKEN: &str = "AAAAA";
pub(crate) const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

pub(crate) fn rooms() -> [store::Room; 1] {
    [crate::MIGRATIONS]
}

/// A store whose jobs reach this machine.
pub(crate) async fn open(kit: &Kit) -> Store {
    let mut registry = Registry::new();
    crate::register(&mut registry, &Sender::new(Targets::All).unwrap());
    kit.store(registry).await
}

/// A member of the shop's staff with exactly these permissions.
pub(crate) fn staff(shop: ShopId, may: &[Permission]) -> Caller {
    let actor = Actor::Staff { shop, staff: StaffId(41), may: Permissions::of(may) };
    Caller { scope: Scope::Shop(shop), actor, request: "test".into() }
}

pub(crate) fn developer(shop: ShopId) -> Caller {
    staff(shop, &[Permission::DeveloperWrite])
}

pub(crate) fn system(shop: ShopId) -> Caller {
    Caller::system(Scope::Shop(shop))
}

pub(crate) fn to(url: &str, mode: Mode, format: Format) -> SetEndpoint {
    SetEndpoint {
        app: APP,
        appid: "wx0123456789abcdef".into(),
        original_id: "gh_0123456789ab".into(),
        url: url.into(),
        token: TOKEN.into(),
        aes_key: Some(AES_KEY.into()),
        mode,
        format,
    }
}

pub(crate) fn paid(order: i64) -> Message {
    let body = json!({"order_info": {"order_id": order.to_string(), "pay_time": 5}});
    let Value::Object(body) = body else { panic!("an object") };
    Message { app: APP, event: "channels_ec_order_pay", from_user: "oBuyer".into(), body }
}

pub(crate) struct Queue(pub(crate) Message);

impl Command for Queue {
    type Out = Option<PushId>;
    type Err = Error;
    const NAME: &'static str = "test.queue";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Self::Out, Error> {
        crate::queue(tx, ctx, &self.0).await
    }
}

pub(crate) struct Tell(pub(crate) NewNotice);

impl Command for Tell {
    type Out = NoticeId;
    type Err = Error;
    const NAME: &'static str = "test.tell";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<NoticeId, Error> {
        crate::tell(tx, ctx, &self.0).await
    }
}

/// One statement without parameters.
pub(crate) struct Exec(pub(crate) &'static str);

impl Command for Exec {
    type Out = u64;
    type Err = store::Error;
    const NAME: &'static str = "test.exec";

    async fn run(&self, tx: &mut Tx, _: &Ctx) -> Result<u64, store::Error> {
        tx.exec(self.0, vec![]).await
    }
}

/// Every due retry is due now, whatever its wait.
pub(crate) const HURRY: Exec = Exec("UPDATE push_message SET next_wall = 0 WHERE state IN (1, 2)");

pub(crate) async fn queued(store: &Store, order: i64) -> PushId {
    store.write(&system(SHOP), Queue(paid(order))).await.unwrap().unwrap()
}

pub(crate) async fn logged(store: &Store, push: PushId) -> crate::Logged {
    let ctx = store.ctx(&developer(SHOP)).await.unwrap();
    crate::push(&mut store.read().await.unwrap(), &ctx, push).await.unwrap()
}

pub(crate) async fn endpoint(store: &Store) -> crate::Endpoint {
    let ctx = store.ctx(&developer(SHOP)).await.unwrap();
    crate::endpoint(&mut store.read().await.unwrap(), &ctx, APP).await.unwrap().unwrap()
}

/// Works until nothing is due.
pub(crate) async fn drain(store: &Store) {
    assert!(store.drain(100).await.unwrap(), "work without end");
}

/// A request that a receiver has got.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) query: HashMap<String, String>,
    pub(crate) body: String,
}

impl Seen {
    /// The fields of a JSON push, decrypted if need be; its signatures checked.
    pub(crate) fn fields(&self) -> Map<String, Value> {
        let of = |name: &str| self.query.get(name).cloned().unwrap_or_default();
        let (timestamp, nonce) = (of("timestamp"), of("nonce"));
        assert_eq!(of("signature"), crypto::signature(TOKEN, &timestamp, &nonce));
        let body: Map<String, Value> = serde_json::from_str(&self.body).unwrap();
        let Some(encrypt) = body.get("Encrypt").and_then(Value::as_str) else { return body };
        assert_eq!(of("msg_signature"), crypto::msg_signature(TOKEN, &timestamp, &nonce, encrypt));
        let opened = crypto::decrypt(&crate::AesKey::parse(AES_KEY).unwrap(), encrypt).unwrap();
        assert_eq!(opened.appid, "wx0123456789abcdef");
        serde_json::from_slice(&opened.message).unwrap()
    }

    /// Which order the push is about.
    pub(crate) fn order(&self) -> i64 {
        self.fields()["order_info"]["order_id"].as_str().unwrap().parse().unwrap()
    }
}

type Script = Arc<dyn Fn(&Seen, usize) -> Response + Send + Sync>;

/// A merchant's program on this machine: echoes the check, answers the n-th push (from 0) by a script.
pub(crate) struct Receiver {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Receiver {
    pub(crate) async fn start(script: impl Fn(&Seen, usize) -> Response + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/push?shop=1", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script: Script = Arc::new(script);
        let router =
            Router::new().route("/push", get(echo).post(take)).with_state((Arc::clone(&seen), script));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, seen }
    }

    /// Receives everything.
    pub(crate) async fn willing() -> Self {
        Self::start(|_, _| "success".into_response()).await
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn echo(Query(query): Query<HashMap<String, String>>) -> Response {
    let of = |name: &str| query.get(name).cloned().unwrap_or_default();
    if of("signature") == crypto::signature(TOKEN, &of("timestamp"), &of("nonce")) && of("shop") == "1" {
        of("echostr").into_response()
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

async fn take(
    State((seen, script)): State<(Arc<Mutex<Vec<Seen>>>, Script)>,
    Query(query): Query<HashMap<String, String>>,
    body: String,
) -> Response {
    let one = Seen { query, body };
    let number = {
        let mut seen = seen.lock().unwrap();
        seen.push(one.clone());
        seen.len() - 1
    };
    script(&one, number)
}
