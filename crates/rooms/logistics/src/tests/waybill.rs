//! Waybills: made once, cancelled in time, shown to their application alone.

use kernel::minute_ms;
use std::sync::Arc;
use store::p;

use crate::{
    CarrierError, Carriers, Error, NewWaybill, PlayStep, PrintType, WaybillKey, add_waybill, cancel_waybill,
    testing::{
        APP, Desk, OTHER_SHOP, SHOP, World, cash_order, key_of, mini, own_app, rooms, run, shop_app, step,
        system,
    },
    waybill, waybills,
};

store::on_both! {
    rooms = rooms();

    async fn the_same_request_again_gets_the_same_waybill_and_another_is_refused(kit) {
        let world = World::new(&kit, &[]).await;
        let (_, order) = world.sandbox_order("o1").await;
        let made = world.add(&order).await.unwrap();
        world.store.advance(minute_ms(5)).await.unwrap();
        assert_eq!(world.add(&order).await.unwrap(), made);
        let other = NewWaybill { custom_remark: "another".into(), ..order.clone() };
        assert!(matches!(world.add(&other).await, Err(Error::OrderRepeated)));
        world.cancel(&key_of(&made)).await.unwrap();
        assert!(matches!(world.add(&order).await, Err(Error::OrderUsed)));
    }

    async fn the_same_request_at_once_makes_one_waybill(kit) {
        let desk = Arc::new(Desk::new("SF"));
        let world = World::new(&kit, &[&desk]).await;
        let (_, order) = world.sandbox_order("o1").await;
        let order = cash_order(&order);
        let answers = futures::future::join_all((0..8).map(|_| world.add(&order))).await;
        assert!(answers.iter().any(Result::is_ok));
        for answer in answers {
            assert!(matches!(answer, Ok(_) | Err(Error::Generating)), "{answer:?}");
        }
        assert_eq!(desk.calls(), ["create  o1"]);
    }

    async fn whoever_was_lost_while_asking_the_carrier_is_followed_by_the_next(kit) {
        let desk = Arc::new(Desk::new("SF"));
        let world = World::new(&kit, &[&desk]).await;
        let (_, order) = world.sandbox_order("o1").await;
        let order = cash_order(&order);
        world.add(&order).await.unwrap();
        // As if the process had died before the answer was written down.
        let world = &world;
        let forget = "UPDATE logistics_waybill SET state = 0, busy_until = $1, waybill_id = ''";
        let set = |until: i64| async move {
            run(&world.store, &system(SHOP), move |tx, _| {
                Box::pin(async move { Ok(tx.exec(forget, p![until]).await?) })
            })
            .await
            .unwrap()
        };
        let wall = world.store.wall();
        set(wall.ms() + minute_ms(1)).await;
        assert!(matches!(world.add(&order).await, Err(Error::Generating)));
        let key = WaybillKey { order_id: "o1".into(), delivery_id: "SF".into(), ..WaybillKey::default() };
        assert!(matches!(world.cancel(&key).await, Err(Error::UnknownWaybill)));
        set(wall.ms() - 1).await;
        assert_eq!(world.add(&order).await.unwrap().waybill_id, "123456789");
        assert_eq!(desk.calls(), ["create  o1", "create  o1"]);
    }

    async fn a_carrier_that_fails_leaves_the_order_id_free(kit) {
        let desk = Arc::new(Desk::new("SF"));
        let world = World::new(&kit, &[&desk]).await;
        let (_, order) = world.sandbox_order("o1").await;
        let order = cash_order(&order);
        desk.refuse(20_003, "out of reach");
        assert!(matches!(world.add(&order).await, Err(Error::CarrierRefused { code: 20_003, .. })));
        desk.fail(CarrierError::Unavailable("no route".into()));
        assert!(matches!(world.add(&order).await, Err(Error::CarrierUnavailable)));
        assert!(world.add(&NewWaybill { custom_remark: "another".into(), ..order }).await.is_ok());
    }

    async fn ten_sandbox_waybills_a_day_are_enough(kit) {
        let world = World::new(&kit, &[]).await;
        let (_, order) = world.sandbox_order("o0").await;
        let numbered = |n: i64| NewWaybill { order_id: format!("o{n}"), ..order.clone() };
        for n in 0..10 {
            world.add(&numbered(n)).await.unwrap();
        }
        assert!(matches!(world.add(&numbered(10)).await, Err(Error::SandboxQuota)));
        world.add(&numbered(3)).await.unwrap();
        let other_app = kernel::AppId(911);
        let (_, openid) = world.shopper(other_app, "13800000001").await;
        let caller = shop_app(OTHER_SHOP, other_app, kernel::Permission::ALL);
        let theirs = NewWaybill { openid, ..numbered(10) };
        add_waybill(&world.store, &world.carriers, &caller, &theirs).await.unwrap();
        world.store.advance(kernel::day_ms(1)).await.unwrap();
        world.add(&numbered(10)).await.unwrap();
    }

    async fn a_waybill_is_cancelled_only_while_nothing_has_happened(kit) {
        let world = World::new(&kit, &[]).await;
        let (_, order) = world.sandbox_order("o1").await;
        let made = world.add(&order).await.unwrap();
        let key = key_of(&made);
        world.play(&own_app(), &key, step(10, 100_001)).await.unwrap();
        assert!(matches!(world.cancel(&key).await, Err(Error::HasTrack)));
        let second = world.add(&NewWaybill { order_id: "o2".into(), ..order }).await.unwrap();
        let key = key_of(&second);
        world.cancel(&key).await.unwrap();
        assert!(matches!(world.cancel(&key).await, Err(Error::AlreadyCancelled)));
        let late = world.play(&own_app(), &key, step(10, 100_001)).await;
        assert!(matches!(late, Err(Error::AlreadyCancelled)));
    }

    async fn a_carrier_may_refuse_to_cancel(kit) {
        let desk = Arc::new(Desk::new("SF"));
        let world = World::new(&kit, &[&desk]).await;
        let (_, order) = world.sandbox_order("o1").await;
        world.add(&cash_order(&order)).await.unwrap();
        let key = WaybillKey { order_id: "o1".into(), delivery_id: "SF".into(), ..WaybillKey::default() };
        desk.refuse(30_002, "collected");
        assert!(matches!(world.cancel(&key).await, Err(Error::CarrierRefused { code: 30_002, .. })));
        let gone = cancel_waybill(&world.store, &Carriers::new(), &own_app(), &key).await;
        assert!(matches!(gone, Err(Error::CarrierNotConnected)));
        // Dead at the carrier already: an earlier call whose answer was lost.
        desk.refuse(30_003, "dead");
        world.cancel(&key).await.unwrap();
        assert!(matches!(world.cancel(&key).await, Err(Error::AlreadyCancelled)));
    }

    async fn the_waybill_of_another_application_is_an_unknown_one(kit) {
        let world = World::new(&kit, &[]).await;
        let (_, order) = world.sandbox_order("o1").await;
        let key = key_of(&world.add(&order).await.unwrap());
        for stranger in [
            shop_app(OTHER_SHOP, kernel::AppId(911), kernel::Permission::ALL),
            shop_app(SHOP, kernel::AppId(911), kernel::Permission::ALL),
            mini(kernel::AppId(912)),
        ] {
            let mut tx = world.store.read().await.unwrap();
            let ctx = world.store.ctx(&stranger).await.unwrap();
            let got = waybill(&mut tx, &ctx, &key, PrintType::TwoPart).await;
            assert!(matches!(got, Err(Error::UnknownWaybill)));
            let got = waybills(&mut tx, &ctx, std::slice::from_ref(&key)).await.unwrap();
            assert!(matches!(got[..], [Err(Error::UnknownWaybill)]));
            drop(tx);
            assert!(matches!(world.steps(&stranger, &key).await, Err(Error::UnknownWaybill)));
            let by_number = WaybillKey { order_id: String::new(), ..key.clone() };
            assert!(matches!(world.steps(&stranger, &by_number).await, Err(Error::UnknownWaybill)));
            let played = world.play(&stranger, &key, step(10, 100_001)).await;
            assert!(matches!(played, Err(Error::UnknownWaybill)));
            let cancelled = cancel_waybill(&world.store, &world.carriers, &stranger, &key).await;
            assert!(matches!(cancelled, Err(Error::UnknownWaybill)));
        }
        let by_number = WaybillKey { order_id: String::new(), ..key.clone() };
        assert_eq!(world.steps(&own_app(), &by_number).await.unwrap(), []);
    }

    async fn what_is_named_must_fit(kit) {
        let world = World::new(&kit, &[]).await;
        let (_, order) = world.sandbox_order("o1").await;
        let key = key_of(&world.add(&order).await.unwrap());
        let refused = |key: WaybillKey| {
            let world = &world;
            async move { world.steps(&own_app(), &key).await.unwrap_err() }
        };
        let other = WaybillKey { waybill_id: "another".into(), ..key.clone() };
        assert!(matches!(refused(other).await, Error::UnknownWaybill));
        let other = WaybillKey { delivery_id: "SF".into(), ..key.clone() };
        assert!(matches!(refused(other).await, Error::UnknownWaybill));
        let other = WaybillKey { waybill_id: String::new(), ..key.clone() };
        assert!(matches!(refused(other).await, Error::UnknownWaybill));
        let other = WaybillKey { openid: "oABC".into(), ..key.clone() };
        assert!(matches!(refused(other).await, Error::UnknownOpenid));
        let named = WaybillKey { openid: order.openid, ..key };
        assert_eq!(world.steps(&own_app(), &named).await.unwrap(), []);
        let many = vec![WaybillKey::default(); 1001];
        let mut tx = world.store.read().await.unwrap();
        let ctx = world.store.ctx(&own_app()).await.unwrap();
        assert_eq!(waybills(&mut tx, &ctx, &many[1..]).await.unwrap().len(), 1000);
        assert!(matches!(waybills(&mut tx, &ctx, &many).await, Err(Error::Argument("order_list"))));
    }

    async fn names_and_addresses_are_sealed_and_in_no_event(kit) {
        let world = World::new(&kit, &[]).await;
        let (_, order) = world.sandbox_order("o1").await;
        let made = world.add(&order).await.unwrap();
        world.play(&own_app(), &key_of(&made), step(10, 100_001)).await.unwrap();
        let mut tx = world.store.read().await.unwrap();
        let sql = "SELECT details FROM logistics_waybill";
        let details: Vec<u8> = tx.one(sql, p![], |r| r.get(0)).await.unwrap();
        let sealed = String::from_utf8_lossy(&details).into_owned();
        let sql = "SELECT payload FROM store_event";
        let events: Vec<String> = tx.all(sql, p![], |r| r.get(0)).await.unwrap();
        assert!(!events.is_empty());
        for private in ["王小蒙", "18610000000", "天河区", "张三"] {
            assert!(!sealed.contains(private) && !events.concat().contains(private), "{private}");
        }
        let ctx = world.store.ctx(&own_app()).await.unwrap();
        let view = waybill(&mut tx, &ctx, &key_of(&made), PrintType::OnePart).await.unwrap();
        assert!(view.label.contains("王小蒙"));
    }

    async fn the_program_alone_records_for_a_waybill(kit) {
        let world = World::new(&kit, &[]).await;
        let (_, order) = world.sandbox_order("o1").await;
        let made = world.add(&order).await.unwrap();
        let key = key_of(&made);
        let mut elsewhere = key.clone();
        elsewhere.delivery_id = "SF".into();
        let play = |biz_id: &'static str, key: WaybillKey| {
            let store = &world.store;
            async move {
                let cmd = PlayStep { biz_id: biz_id.into(), key, step: step(10, 100_001) };
                store.write(&own_app(), cmd).await.unwrap_err()
            }
        };
        assert!(matches!(play("test_biz_id", elsewhere).await, Error::Argument("delivery_id")));
        assert!(matches!(play("xyz", key.clone()).await, Error::Argument("biz_id")));
        let nameless = WaybillKey { order_id: String::new(), ..key };
        assert!(matches!(play("test_biz_id", nameless).await, Error::UnknownWaybill));
    }

    async fn an_order_is_looked_at_before_anything_is_reserved(kit) {
        let world = World::new(&kit, &[]).await;
        let (_, order) = world.sandbox_order("o1").await;
        let refused = |change: fn(&mut NewWaybill)| {
            let (world, mut order) = (&world, order.clone());
            change(&mut order);
            async move { world.add(&order).await.unwrap_err() }
        };
        assert!(matches!(refused(|o| o.delivery_id = "NONE".into()).await, Error::UnknownCarrier));
        assert!(matches!(refused(|o| o.service_type = 0).await, Error::UnknownService));
        assert!(matches!(refused(|o| o.biz_id = "xyz".into()).await, Error::NotBound));
        assert!(matches!(refused(|o| o.openid = "oABC123456".into()).await, Error::UnknownOpenid));
        let elsewhere = refused(|o| {
            o.delivery_id = "SF".into();
            o.biz_id = "SF_CASH".into();
        });
        assert!(matches!(elsewhere.await, Error::CarrierNotConnected));
        let reader = shop_app(SHOP, APP, &[kernel::Permission::OrderRead]);
        let denied = add_waybill(&world.store, &world.carriers, &reader, &order).await;
        assert!(matches!(denied, Err(Error::Denied(_))));
        let mut tx = world.store.read().await.unwrap();
        let sql = "SELECT count(*) FROM logistics_waybill";
        assert_eq!(tx.one(sql, p![], |r| r.get::<i64>(0)).await.unwrap(), 0);
    }
}
