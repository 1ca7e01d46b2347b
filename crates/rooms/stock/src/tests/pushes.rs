//! What the shop's program hears.

use crate::{Change, testing::*};
use identity::{AppKind, CreateApp};
use kernel::{Ctx, Cursor, PageSize, Scope, ShopId, Text};
use push::{Filter, Format, Mode, SetEndpoint};
use serde_json::{Value, json};
use store::{Command, Registry, Store, Tx, testkit::Kit};

const EVENT: &str = "channels_ec_stock_no_enough";

/// Gives the shop an application with a push URL.
struct Connect;

impl Command for Connect {
    type Out = ();
    type Err = push::Error;
    const NAME: &'static str = "test.connect";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), push::Error> {
        let shop = Some(ShopId(ctx.scope.key()));
        let cmd = CreateApp { kind: AppKind::Shop, shop, name: Text::new("ERP").unwrap() };
        let new = identity::create_app(tx, ctx, &cmd).await.unwrap();
        let cmd = SetEndpoint {
            app: new.app,
            appid: new.appid,
            original_id: new.original_id,
            url: "https://erp.example/push".into(),
            token: "token".into(),
            aes_key: None,
            mode: Mode::Plain,
            format: Format::Json,
        };
        push::set_endpoint(tx, ctx, &cmd).await.map(drop)
    }
}

async fn open(kit: &Kit) -> Store {
    let mut registry = Registry::new();
    crate::register(&mut registry);
    kit.store(registry).await
}

/// The bodies of the pushes that wait for a shop's program, the oldest first; each is held against the facts.
async fn queued(store: &Store, of: i64) -> Vec<Value> {
    for _ in 0..10 {
        store.drain(1).await.unwrap();
    }
    let ctx = store.ctx(&shop(of)).await.unwrap();
    assert_eq!(ctx.scope, Scope::Shop(ShopId(of)));
    let mut tx = store.read().await.unwrap();
    let page =
        push::pushes(&mut tx, &ctx, &Filter::default(), Cursor::NEWEST, PageSize::default()).await.unwrap();
    let mut all = Vec::new();
    for listed in page.items.iter().rev() {
        let logged = push::push(&mut tx, &ctx, listed.id).await.unwrap();
        let own: Value = serde_json::from_str(&logged.body).unwrap();
        let mut body = json!({ "ToUserName": logged.to_user, "FromUserName": logged.from_user,
            "CreateTime": 1, "MsgType": "event", "Event": listed.event });
        body.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        assert_eq!(wirecheck::check_event(EVENT, &body), []);
        all.push(own[EVENT].clone());
    }
    all
}

store::on_both! {
    rooms = rooms_with_pushes();

    async fn the_program_of_a_shop_hears_that_a_sku_has_run_out(kit) {
        let (store, me) = (open(&kit).await, shop(7));
        store.write(&me, Connect).await.unwrap();
        receive(&store, &me, 5, 2).await.unwrap();
        reserve(&store, &me, 50, &[item(5, 1)]).await.unwrap();
        assert!(queued(&store, 7).await.is_empty(), "one piece is left");
        reserve(&store, &me, 51, &[item(5, 1)]).await.unwrap();
        let told = json!({ "product_id": "1", "sku_id": "5", "remaining_stock_amount": 0, "remaining_code_amount": 0 });
        assert_eq!(queued(&store, 7).await, [told]);
    }

    async fn pieces_that_came_in_before_it_was_told_are_told_with_it(kit) {
        let (store, me) = (open(&kit).await, shop(7));
        store.write(&me, Connect).await.unwrap();
        receive(&store, &me, 5, 2).await.unwrap();
        correct(&store, &me, 5, Change::To(0)).await.unwrap();
        receive(&store, &me, 5, 3).await.unwrap();
        let told = queued(&store, 7).await;
        assert_eq!((told.len(), told[0]["remaining_stock_amount"].clone()), (1, json!(3)));
    }

    async fn a_shop_without_an_application_hears_nothing(kit) {
        let (store, me, other) = (open(&kit).await, shop(7), shop(8));
        store.write(&other, Connect).await.unwrap();
        receive(&store, &me, 5, 1).await.unwrap();
        reserve(&store, &me, 50, &[item(5, 1)]).await.unwrap();
        assert!(queued(&store, 7).await.is_empty() && queued(&store, 8).await.is_empty());
        assert!(store.parked(10).await.unwrap().is_empty());
    }
}
