//! The track of a waybill: who brings it, and who hears of it.

use kernel::{Caller, ParcelId, Scope, ShopperId, hour_ms};
use std::sync::Arc;
use store::{Store, p};

use crate::{
    CarrierPush, Error, NewWaybill, Stage, Step, WaybillKey, add_waybill, check, take_push,
    test_carrier::{SIGNATURE_HEADER, sign},
    testing::{
        Desk, OTHER_SHOP, SECRET, SHOP, World, cash_order, follow, follow_of, key_of, mini, mini_program,
        own_app, record, rooms, sandbox_order, shop_app, step,
    },
    timeline,
};

async fn stage(store: &Store, parcel: i64) -> Stage {
    let mut tx = store.read().await.unwrap();
    timeline(&mut tx, SHOP, ParcelId(parcel)).await.unwrap().unwrap().stage
}

async fn titles(store: &Store, shopper: ShopperId) -> Vec<String> {
    let mut tx = store.read().await.unwrap();
    let sql = "SELECT title FROM push_notice WHERE shopper_id = $1 ORDER BY notice_id";
    tx.all(sql, p![shopper], |r| r.get(0)).await.unwrap()
}

fn carriers_push(body: &str) -> CarrierPush {
    let headers = [(SIGNATURE_HEADER.to_owned(), sign(SECRET, body.as_bytes()).unwrap())].into();
    CarrierPush { headers, query: String::new(), body: body.into() }
}

store::on_both! {
    rooms = rooms();

    async fn a_waybill_and_the_parcel_it_travels_as_share_a_track(kit) {
        let world = World::new(&kit, &[]).await;
        let store = &world.store;
        let (shopper, order) = world.sandbox_order("o1").await;
        let made = world.add(&order).await.unwrap();
        let key = key_of(&made);
        world.play(&own_app(), &key, step(10, 100_001)).await.unwrap();
        world.drain().await;
        // What was told before the order was shipped is taken over …
        for (shop, parcel) in [(SHOP, 1), (OTHER_SHOP, 2)] {
            let mut cmd = follow_of(parcel, &made.waybill_id);
            cmd.shopper = shopper;
            follow(store, shop, cmd).await.unwrap();
        }
        assert_eq!(stage(store, 1).await, Stage::PickedUp);
        // … and what is told afterwards arrives by event, at the own shop alone.
        world.play(&own_app(), &key, step(20, 300_003)).await.unwrap();
        world.drain().await;
        assert_eq!(stage(store, 1).await, Stage::Signed);
        let mut tx = store.read().await.unwrap();
        let foreign = timeline(&mut tx, OTHER_SHOP, ParcelId(2)).await.unwrap().unwrap();
        assert_eq!(foreign.steps, []);
        // The waybill told of the pickup while there was no parcel; since then the parcel has its own news.
        assert_eq!(titles(store, shopper).await, ["快递已揽收", "快递已揽收", "快递已签收"]);
        assert_eq!(check(&mut tx).await.unwrap(), []);
    }

    async fn a_mini_programs_waybill_reaches_the_parcels_of_its_shops(kit) {
        let world = World::new(&kit, &[]).await;
        let program = mini_program(&world).await;
        let caller = mini(program);
        let (shopper, openid) = world.shopper(program, "13800000001").await;
        let order = NewWaybill { openid, ..sandbox_order("m1") };
        let made = add_waybill(&world.store, &world.carriers, &caller, &order).await.unwrap();
        follow(&world.store, SHOP, follow_of(1, &made.waybill_id)).await.unwrap();
        world.play(&caller, &key_of(&made), step(10, 300_002)).await.unwrap();
        world.drain().await;
        assert_eq!(stage(&world.store, 1).await, Stage::OutForDelivery);
        assert_eq!(titles(&world.store, ShopperId(80)).await, ["快递派送中"]);
        assert_eq!(titles(&world.store, shopper).await, Vec::<String>::new());
    }

    async fn an_order_of_an_app_has_no_buyer_to_be_told(kit) {
        let world = World::new(&kit, &[]).await;
        let name = kernel::Text::new("小店应用").unwrap();
        let create = identity::CreateApp { kind: identity::AppKind::Shop, shop: Some(SHOP), name };
        let sealed = world.store.write(&Caller::system(Scope::Platform), create).await.unwrap();
        let app = sealed.open(world.store.vault()).unwrap();
        let order = NewWaybill {
            add_source: 2,
            openid: String::new(),
            wx_appid: app.appid.clone(),
            ..sandbox_order("a1")
        };
        let caller = shop_app(SHOP, app.app, kernel::Permission::ALL);
        let made = add_waybill(&world.store, &world.carriers, &caller, &order).await.unwrap();
        world.play(&caller, &key_of(&made), step(10, 300_003)).await.unwrap();
        world.drain().await;
        let mut tx = world.store.read().await.unwrap();
        let told: i64 = tx.one("SELECT count(*) FROM push_notice", p![], |r| r.get(0)).await.unwrap();
        assert_eq!(told, 0);
        // A mini program of the same shop may name the shop's appid, a stranger may not.
        let program = mini_program(&world).await;
        let order = NewWaybill { order_id: "a2".into(), ..order };
        add_waybill(&world.store, &world.carriers, &mini(program), &order).await.unwrap();
        let stranger = shop_app(OTHER_SHOP, kernel::AppId(911), kernel::Permission::ALL);
        let refused = add_waybill(&world.store, &world.carriers, &stranger, &order).await;
        assert!(matches!(refused, Err(Error::UnknownAppid)));
    }

    async fn a_carriers_push_reaches_everybody_whose_parcel_it_is(kit) {
        let world = World::new(&kit, &[]).await;
        let store = &world.store;
        let (_, order) = world.sandbox_order("o1").await;
        let made = world.add(&order).await.unwrap();
        follow(store, SHOP, follow_of(1, &made.waybill_id)).await.unwrap();
        follow(store, OTHER_SHOP, follow_of(2, &made.waybill_id)).await.unwrap();
        let body = format!(
            r#"{{"waybill_id":"{}","steps":[{{"action_time":20,"action_type":200001,"action_msg":"到达"}},
            {{"action_time":10,"action_type":100001,"action_msg":"揽收","lat":23.1,"lng":113.3}}]}}"#,
            made.waybill_id
        );
        for _ in 0..2 {
            let taken = take_push(store, &world.carriers, "TEST", &carriers_push(&body)).await.unwrap();
            assert_eq!(taken.content_type, "application/json");
            world.drain().await;
        }
        assert_eq!(world.steps(&own_app(), &key_of(&made)).await.unwrap().len(), 2);
        assert_eq!(stage(store, 1).await, Stage::InTransit);
        let mut tx = store.read().await.unwrap();
        let other = timeline(&mut tx, OTHER_SHOP, ParcelId(2)).await.unwrap().unwrap();
        assert_eq!((other.stage, other.steps[0].lat), (Stage::InTransit, Some(23.1)));
        let nobodys = body.replace(&made.waybill_id, "nobody's");
        take_push(store, &world.carriers, "TEST", &carriers_push(&nobodys)).await.unwrap();
    }

    async fn a_push_that_cannot_be_taken_changes_nothing(kit) {
        let world = World::new(&kit, &[]).await;
        follow(&world.store, SHOP, follow_of(1, "W1")).await.unwrap();
        let body = r#"{"waybill_id":"W1","steps":[{"action_time":20,"action_type":1,"action_msg":"x"}]}"#;
        let refused = |id: &'static str, push: CarrierPush| {
            let world = &world;
            async move { take_push(&world.store, &world.carriers, id, &push).await.unwrap_err() }
        };
        assert!(matches!(refused("TEST", carriers_push(body)).await, Error::UnknownAction { code: 1 }));
        let nobodys = carriers_push(&body.replace("W1", "W9"));
        assert!(matches!(refused("TEST", nobodys).await, Error::UnknownAction { code: 1 }));
        for number in ["", "W\\u0000"] {
            let push = carriers_push(&format!(r#"{{"waybill_id":"{number}","steps":[]}}"#));
            assert!(matches!(refused("TEST", push).await, Error::BadPush));
        }
        assert!(matches!(refused("SF", carriers_push(body)).await, Error::UnknownCarrier));
        assert!(matches!(refused("TEST", CarrierPush::default()).await, Error::BadSignature));
        assert!(matches!(refused("TEST", carriers_push("[]")).await, Error::BadPush));
        assert_eq!(stage(&world.store, 1).await, Stage::Created);
    }

    async fn a_carrier_that_does_not_push_is_asked_about_a_waybill_too(kit) {
        let desk = Arc::new(Desk::asked_every("SF", hour_ms(2)));
        let world = World::new(&kit, &[&desk]).await;
        let (_, order) = world.sandbox_order("o1").await;
        let made = world.add(&cash_order(&order)).await.unwrap();
        let key = WaybillKey { delivery_id: "SF".into(), ..key_of(&made) };
        desk.tracks.lock().unwrap().extend([step(10, 100_001), step(20, 300_003)]);
        for _ in 0..3 {
            world.store.advance(hour_ms(2)).await.unwrap();
            world.drain().await;
        }
        assert_eq!(world.steps(&own_app(), &key).await.unwrap().len(), 2);
        assert_eq!(desk.calls(), ["create  o1", "query 123456789"]);
    }

    async fn a_carrier_is_not_asked_for_ever(kit) {
        let desk = Arc::new(Desk::asked_every("SF", kernel::day_ms(20)));
        let world = World::new(&kit, &[&desk]).await;
        let (_, order) = world.sandbox_order("o1").await;
        world.add(&cash_order(&order)).await.unwrap();
        for _ in 0..4 {
            world.store.advance(kernel::day_ms(20)).await.unwrap();
            world.drain().await;
        }
        assert_eq!(desk.calls(), ["create  o1", "query 123456789"]);
    }

    async fn a_full_track_keeps_nothing_from_the_others(kit) {
        let world = World::new(&kit, &[]).await;
        let store = &world.store;
        follow(store, SHOP, follow_of(1, "W1")).await.unwrap();
        follow(store, OTHER_SHOP, follow_of(2, "W1")).await.unwrap();
        let many: Vec<Step> = (1..=1000).map(|n| step(n, 200_001)).collect();
        record(store, SHOP, "W1", &many).await.unwrap();
        let body =
            r#"{"waybill_id":"W1","steps":[{"action_time":2000,"action_type":300003,"action_msg":"x"}]}"#;
        let taken = take_push(store, &world.carriers, "TEST", &carriers_push(body)).await;
        assert!(matches!(taken, Err(Error::TrackFull)));
        let mut tx = store.read().await.unwrap();
        let other = timeline(&mut tx, OTHER_SHOP, ParcelId(2)).await.unwrap().unwrap();
        assert_eq!(other.stage, Stage::Signed);
    }
}
