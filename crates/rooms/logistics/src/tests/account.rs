//! Bindings of customer accounts, and who decides about them.

use kernel::{Caller, Permission, Scope};
use std::sync::Arc;
use store::p;

use crate::{
    Binding, CarrierAccount, CarrierError, DecideBinding, Error, Standing, UnbindAccount, accounts,
    bind_account, quota,
    testing::{APP, Desk, OTHER_SHOP, SHOP, World, operator, own_app, rooms, shop_app},
};

fn account(biz_id: &str) -> CarrierAccount {
    CarrierAccount { biz_id: biz_id.into(), password: "secret".into(), remark: "电话 13800000000".into() }
}

async fn bind(world: &World, delivery_id: &str, biz_id: &str) -> Result<(), Error> {
    bind_account(&world.store, &world.carriers, &own_app(), delivery_id, &account(biz_id)).await
}

async fn standing(world: &World, caller: &Caller) -> Vec<(String, Binding, String)> {
    let mut tx = world.store.read().await.unwrap();
    let ctx = world.store.ctx(caller).await.unwrap();
    let accounts = accounts(&mut tx, &ctx).await.unwrap();
    accounts.into_iter().map(|a| (a.biz_id, a.state, a.wrong)).collect()
}

fn decision(approved: bool) -> DecideBinding {
    DecideBinding {
        app: APP,
        delivery_id: "EMS".into(),
        biz_id: "b1".into(),
        approved,
        reason: if approved { String::new() } else { "资料不全".into() },
    }
}

store::on_both! {
    rooms = rooms();

    async fn a_review_ends_once_and_a_refused_binding_may_be_tried_again(kit) {
        let desk = Arc::new(Desk::new("EMS"));
        let world = World::new(&kit, &[&desk]).await;
        let boss = operator(&[Permission::PlatformOperate]);
        *desk.standing.lock().unwrap() = Standing::UnderReview;
        for _ in 0..2 {
            assert!(matches!(bind(&world, "EMS", "b1").await, Err(Error::UnderReview)));
        }
        let there = |state, wrong: &str| vec![("b1".to_owned(), state, wrong.to_owned())];
        assert_eq!(standing(&world, &own_app()).await, there(Binding::UnderReview, ""));
        world.store.write(&boss, decision(false)).await.unwrap();
        assert_eq!(standing(&world, &own_app()).await, there(Binding::Refused, "资料不全"));
        let again = world.store.write(&boss, decision(true)).await;
        assert!(matches!(again, Err(Error::NothingToDecide)));
        assert!(matches!(bind(&world, "EMS", "b1").await, Err(Error::UnderReview)));
        world.store.write(&boss, decision(true)).await.unwrap();
        assert_eq!(standing(&world, &own_app()).await, there(Binding::Bound, ""));
        assert!(matches!(bind(&world, "EMS", "b1").await, Err(Error::AlreadyBound)));
    }

    async fn the_outcome_of_a_review_is_pushed(kit) {
        let desk = Arc::new(Desk::new("EMS"));
        let world = World::new(&kit, &[&desk]).await;
        *desk.standing.lock().unwrap() = Standing::UnderReview;
        bind(&world, "EMS", "b1").await.unwrap_err();
        crate::tests::express::endpoint(&world, Scope::Shop(SHOP), APP).await;
        world.store.write(&operator(&[Permission::PlatformOperate]), decision(true)).await.unwrap();
        let pushed = crate::tests::express::pushes(&world, APP).await;
        let (event, from, body) = &pushed[0];
        assert_eq!((event.as_str(), from.as_str()), ("update_business_bind_result", ""));
        let expected = serde_json::json!({"errcode": 0, "errmsg": "ok", "delivery_id": "EMS", "biz_id": "b1"});
        assert_eq!(*body, expected);
    }

    async fn only_an_operator_decides(kit) {
        let world = World::new(&kit, &[]).await;
        for caller in [own_app(), operator(&[Permission::PlatformMoney])] {
            let denied = world.store.write(&caller, decision(true)).await;
            assert!(matches!(denied, Err(Error::Denied(_))));
        }
        let long = DecideBinding { reason: "长".repeat(200), ..decision(false) };
        let refused = world.store.write(&operator(&[Permission::PlatformOperate]), long).await;
        assert!(matches!(refused, Err(Error::TooLong("reason"))));
    }

    async fn a_binding_is_refused_for_a_reason(kit) {
        let desk = Arc::new(Desk::new("YUNDA"));
        let world = World::new(&kit, &[&desk]).await;
        assert!(matches!(bind(&world, "NONE", "b1").await, Err(Error::UnknownCarrier)));
        assert!(matches!(bind(&world, "ZTO", "b1").await, Err(Error::CarrierNotConnected)));
        assert!(matches!(bind(&world, "YUNDA", "").await, Err(Error::Argument("biz_id"))));
        assert!(matches!(bind(&world, "YUNDA", &"9".repeat(129)).await, Err(Error::TooLong("biz_id"))));
        for code in [10_001, 10_002] {
            desk.refuse(code, "no");
            assert!(matches!(bind(&world, "YUNDA", "b1").await, Err(Error::BadAccount)));
        }
        desk.refuse(-1, "system");
        assert!(matches!(bind(&world, "YUNDA", "b1").await, Err(Error::CarrierRefused { code: -1, .. })));
        desk.fail(CarrierError::Unavailable("no route".into()));
        assert!(matches!(bind(&world, "YUNDA", "b1").await, Err(Error::CarrierUnavailable)));
        assert_eq!(standing(&world, &own_app()).await, []);
        let reader = shop_app(SHOP, APP, &[Permission::OrderRead]);
        let denied = bind_account(&world.store, &world.carriers, &reader, "YUNDA", &account("b1")).await;
        assert!(matches!(denied, Err(Error::Denied(_))));
    }

    async fn an_account_belongs_to_its_application(kit) {
        let desk = Arc::new(Desk::new("YTO"));
        let world = World::new(&kit, &[&desk]).await;
        bind(&world, "YTO", "b1").await.unwrap();
        let stranger = shop_app(OTHER_SHOP, kernel::AppId(911), Permission::ALL);
        assert_eq!(standing(&world, &stranger).await, []);
        let unbind = UnbindAccount { delivery_id: "YTO".into(), biz_id: "b1".into() };
        let refused = world.store.write(&stranger, unbind.clone()).await;
        assert!(matches!(refused, Err(Error::NothingToUnbind)));
        let refused = quota(&world.store, &world.carriers, &stranger, "YTO", "b1").await;
        assert!(matches!(refused, Err(Error::NotBound)));
        world.store.write(&own_app(), unbind).await.unwrap();
        assert_eq!(standing(&world, &own_app()).await, []);
    }

    async fn a_password_is_sealed(kit) {
        let world = World::new(&kit, &[&Arc::new(Desk::new("YTO"))]).await;
        bind(&world, "YTO", "b1").await.unwrap();
        let mut tx = world.store.read().await.unwrap();
        let sql = "SELECT password FROM logistics_account";
        let sealed: Vec<u8> = tx.one(sql, p![], |r| r.get(0)).await.unwrap();
        assert!(!String::from_utf8_lossy(&sealed).contains("secret"));
        assert!(!format!("{:?}", account("b1")).contains("secret"));
    }

    async fn the_numbers_left_are_asked_for_each_time(kit) {
        let desk = Arc::new(Desk::new("YTO"));
        let world = World::new(&kit, &[&desk]).await;
        bind(&world, "YTO", "b1").await.unwrap();
        let own = own_app();
        let left = || quota(&world.store, &world.carriers, &own, "YTO", "b1");
        *desk.standing.lock().unwrap() = Standing::Good { quota: Some(7) };
        assert_eq!(left().await.unwrap(), 7);
        *desk.standing.lock().unwrap() = Standing::Good { quota: None };
        assert!(matches!(left().await, Err(Error::NoQuota)));
        *desk.standing.lock().unwrap() = Standing::UnderReview;
        assert!(matches!(left().await, Err(Error::NotBound)));
        let mut tx = world.store.read().await.unwrap();
        let ctx = world.store.ctx(&own_app()).await.unwrap();
        assert_eq!(accounts(&mut tx, &ctx).await.unwrap()[0].quota, 7);
        drop(tx);
        let unknown = quota(&world.store, &world.carriers, &own, "NONE", "b1").await;
        assert!(matches!(unknown, Err(Error::UnknownCarrier)));
    }
}
