//! Parcels of orders, their steps, and the news of them.

use kernel::{Caller, OrderId, ParcelId, Permission, Scope, ShopperId, Timestamp, hour_ms};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use std::sync::Arc;
use store::{Event, Store, p};

use crate::{
    CarrierError, Error, ParcelFollowed, Stage, StageReached, Step, Timeline, Trouble, check,
    parcel_of_shopper, public_track,
    testing::{
        Desk, OTHER_SHOP, SHOP, World, any_steps, caller, follow, follow_of, record, rooms, run, shuffled,
        staff, step, system,
    },
    timeline, timelines_of_order, unfollow,
};

async fn track(store: &Store, parcel: i64) -> Timeline {
    let mut tx = store.read().await.unwrap();
    timeline(&mut tx, SHOP, ParcelId(parcel)).await.unwrap().unwrap()
}

/// The stages that were said of a parcel, in the order of versions, with whether they were late.
async fn said(store: &Store, parcel: i64) -> Vec<(Stage, bool)> {
    let mut tx = store.read().await.unwrap();
    let sql = "SELECT payload FROM store_event WHERE aggregate_id = $1 AND kind = $2 ORDER BY version";
    let said: Vec<StageReached> = tx.all(sql, p![parcel, StageReached::KIND], |r| r.json(0)).await.unwrap();
    assert!(said.windows(2).all(|pair| pair[0].version < pair[1].version));
    said.into_iter().map(|e| (e.stage, e.late)).collect()
}

async fn findings(store: &Store) -> Vec<store::Finding> {
    let mut tx = store.read().await.unwrap();
    check(&mut tx).await.unwrap()
}

async fn titles(store: &Store, shopper: ShopperId) -> Vec<(String, String)> {
    let mut tx = store.read().await.unwrap();
    let ctx = store.ctx(&Caller::shopper(shopper)).await.unwrap();
    let page =
        push::notices(&mut tx, &ctx, kernel::Cursor::NEWEST, kernel::PageSize::default()).await.unwrap();
    page.items.into_iter().rev().map(|n| (n.title, n.body)).collect()
}

store::on_both! {
    rooms = rooms();

    async fn what_is_signed_for_after_it_was_sent_back_is_no_news_of_a_delivery(kit) {
        let world = World::new(&kit, &[]).await;
        let store = &world.store;
        follow(store, SHOP, follow_of(1, "W1")).await.unwrap();
        let at = |ms, action_type| Step::new(Timestamp::from_ms(ms), action_type, "told");
        record(store, SHOP, "W1", &[at(1, 100_001), at(2, 400_003)]).await.unwrap();
        record(store, SHOP, "W1", &[at(3, 300_003)]).await.unwrap();
        let stages: Vec<Stage> = said(store, 1).await.into_iter().map(|(stage, _)| stage).collect();
        assert!(stages.contains(&Stage::Returned) && !stages.contains(&Stage::Signed), "{stages:?}");
    }

    async fn any_order_repetition_and_portion_of_the_same_steps_ends_alike(kit) {
        let world = World::new(&kit, &[]).await;
        let store = &world.store;
        let mut runner = TestRunner::deterministic();
        for parcel in 0..12_i64 {
            let strategy = (any_steps(), any::<u64>(), 1..4_usize);
            let (steps, seed, portion): (Vec<Step>, u64, usize) = strategy.new_tree(&mut runner).unwrap().current();
            let (once, often) = (2 * parcel + 1, 2 * parcel + 2);
            for id in [once, often] {
                follow(store, SHOP, follow_of(id, &format!("W{id}"))).await.unwrap();
            }
            record(store, SHOP, &format!("W{once}"), &steps).await.unwrap();
            for told in shuffled(&steps, seed).chunks(portion) {
                record(store, SHOP, &format!("W{often}"), told).await.unwrap();
            }
            let (a, b) = (track(store, once).await, track(store, often).await);
            assert_eq!((a.stage, &a.steps), (b.stage, &b.steps), "{steps:?}");
            let stages = |said: Vec<(Stage, bool)>| {
                let mut stages: Vec<Stage> = said.into_iter().map(|(stage, _)| stage).collect();
                stages.sort();
                stages
            };
            assert_eq!(stages(said(store, once).await), stages(said(store, often).await));
        }
        assert_eq!(findings(store).await, []);
        world.drain().await;
    }

    async fn each_stage_is_said_once_in_the_order_of_the_way_also_when_its_step_comes_late(kit) {
        let world = World::new(&kit, &[]).await;
        let store = &world.store;
        follow(store, SHOP, follow_of(1, "W1")).await.unwrap();
        let together = [step(40, 300_002), step(20, 200_001)];
        assert_eq!(record(store, SHOP, "W1", &together).await.unwrap(), [Stage::OutForDelivery]);
        assert_eq!(record(store, SHOP, "W1", &[step(10, 100_001)]).await.unwrap(), [Stage::OutForDelivery]);
        record(store, SHOP, "W1", &[step(50, 300_004), step(60, 300_003)]).await.unwrap();
        record(store, SHOP, "W1", &[step(70, 200_001), step(10, 100_001)]).await.unwrap();
        let expected = [
            (Stage::InTransit, false),
            (Stage::OutForDelivery, false),
            (Stage::PickedUp, true),
            (Stage::Failed(Trouble::SigningFailed), false),
            (Stage::Signed, false),
        ];
        assert_eq!(said(store, 1).await, expected);
        let track = track(store, 1).await;
        assert_eq!(track.stage, Stage::Signed);
        let times: Vec<i64> = track.steps.iter().map(|s| s.time.secs()).collect();
        assert_eq!(times, [10, 20, 40, 50, 60, 70]);
    }

    async fn two_who_record_at_once_lose_nothing_and_say_nothing_twice(kit) {
        let world = World::new(&kit, &[]).await;
        let store = &world.store;
        follow(store, SHOP, follow_of(1, "W1")).await.unwrap();
        let codes = [100_001, 200_001, 300_002, 300_003];
        let writes = (0..24).map(|n: i64| async move {
            let code = codes[usize::try_from(n).unwrap() % codes.len()];
            record(store, SHOP, "W1", &[step(100 + n, code)]).await
        });
        for recorded in futures::future::join_all(writes).await {
            recorded.unwrap();
        }
        assert_eq!(track(store, 1).await.steps.len(), 24);
        let mut stages: Vec<Stage> = said(store, 1).await.into_iter().map(|(stage, _)| stage).collect();
        stages.sort();
        assert_eq!(stages, [Stage::PickedUp, Stage::InTransit, Stage::OutForDelivery, Stage::Signed]);
        assert_eq!(findings(store).await, []);
    }

    async fn the_shopper_hears_of_each_stage_once_and_of_nothing_old(kit) {
        let world = World::new(&kit, &[]).await;
        let store = &world.store;
        follow(store, SHOP, follow_of(1, "SF1234567890123")).await.unwrap();
        for told in [step(20, 200_001), step(10, 100_001), step(30, 300_002), step(40, 300_003)] {
            record(store, SHOP, "SF1234567890123", std::slice::from_ref(&told)).await.unwrap();
            record(store, SHOP, "SF1234567890123", std::slice::from_ref(&told)).await.unwrap();
            world.drain().await;
        }
        let told = titles(store, ShopperId(80)).await;
        let heard: Vec<&str> = told.iter().map(|(title, _)| title.as_str()).collect();
        assert_eq!(heard, ["快递运输中", "快递派送中", "快递已签收"]);
        assert_eq!(told[2].1, "杨梅已签收。沙箱快递，运单尾号0123。");
        assert_eq!(titles(store, ShopperId(81)).await, []);
    }

    async fn one_box_may_hold_several_orders(kit) {
        let world = World::new(&kit, &[]).await;
        let store = &world.store;
        follow(store, SHOP, follow_of(1, "W1")).await.unwrap();
        follow(store, SHOP, follow_of(2, "W1")).await.unwrap();
        follow(store, OTHER_SHOP, follow_of(3, "W1")).await.unwrap();
        let stages = record(store, SHOP, "W1", &[step(10, 100_001)]).await.unwrap();
        assert_eq!(stages, [Stage::PickedUp, Stage::PickedUp]);
        let mut tx = store.read().await.unwrap();
        let of_order = timelines_of_order(&mut tx, SHOP, OrderId(70)).await.unwrap();
        assert_eq!(of_order.iter().map(|t| t.parcel).collect::<Vec<_>>(), [ParcelId(1), ParcelId(2)]);
        let foreign = timeline(&mut tx, OTHER_SHOP, ParcelId(3)).await.unwrap().unwrap();
        assert_eq!((foreign.stage, foreign.steps.len()), (Stage::Created, 0));
        assert_eq!(timeline(&mut tx, OTHER_SHOP, ParcelId(1)).await.unwrap(), None);
    }

    async fn a_parcel_is_followed_once_and_can_be_let_go(kit) {
        let world = World::new(&kit, &[]).await;
        let store = &world.store;
        follow(store, SHOP, follow_of(1, "W1")).await.unwrap();
        follow(store, SHOP, follow_of(1, "W1")).await.unwrap();
        let other = follow(store, SHOP, follow_of(1, "W2")).await;
        assert!(matches!(other, Err(Error::AlreadyFollowed)));
        let drop_it = |shop| async move {
            run(store, &system(shop), |tx, ctx| Box::pin(unfollow(tx, ctx, ParcelId(1)))).await
        };
        assert!(matches!(drop_it(OTHER_SHOP).await, Err(Error::UnknownParcel)));
        drop_it(SHOP).await.unwrap();
        drop_it(SHOP).await.unwrap();
        assert!(matches!(record(store, SHOP, "W1", &[step(10, 100_001)]).await, Err(Error::UnknownParcel)));
        let mut tx = store.read().await.unwrap();
        assert_eq!(timelines_of_order(&mut tx, SHOP, OrderId(70)).await.unwrap(), []);
        assert_eq!(timeline(&mut tx, SHOP, ParcelId(1)).await.unwrap(), None);
        drop(tx);
        assert!(matches!(follow(store, SHOP, follow_of(1, "W1")).await, Err(Error::AlreadyFollowed)));
    }

    async fn names_of_a_parcel_have_their_limits(kit) {
        let world = World::new(&kit, &[]).await;
        let mut nameless = follow_of(1, "W1");
        nameless.delivery_id.clear();
        let refused = follow(&world.store, SHOP, nameless).await;
        assert!(matches!(refused, Err(Error::Argument("delivery_id"))));
        let refused = follow(&world.store, SHOP, follow_of(1, &"9".repeat(1025))).await;
        assert!(matches!(refused, Err(Error::Argument("waybill_id"))));
        let mut chatty = follow_of(1, "W1");
        chatty.goods = "杨\n梅".repeat(100);
        follow(&world.store, SHOP, chatty).await.unwrap();
        let mut tx = world.store.read().await.unwrap();
        let ctx = world.store.ctx(&Caller::shopper(ShopperId(80))).await.unwrap();
        let (parcel, _) = parcel_of_shopper(&mut tx, &ctx, ParcelId(1)).await.unwrap();
        assert_eq!(parcel.goods, "杨梅".repeat(32));
    }

    async fn only_who_ships_follows_and_records(kit) {
        let world = World::new(&kit, &[]).await;
        let store = &world.store;
        let denied = |caller: Caller| async move {
            let refused = run(store, &caller, |tx, ctx| {
                Box::pin(async move { crate::follow(tx, ctx, &follow_of(1, "W1")).await })
            });
            assert!(matches!(refused.await, Err(Error::Denied(_))), "{caller:?}");
            let refused = run(store, &caller, |tx, ctx| {
                Box::pin(async move { crate::record_steps(tx, ctx, "TEST", "W1", &[]).await })
            })
            .await;
            assert!(matches!(refused, Err(Error::Denied(_))), "{caller:?}");
        };
        denied(Caller::shopper(ShopperId(80))).await;
        denied(staff(SHOP, &[Permission::OrderRead])).await;
        denied(caller(Scope::Platform, kernel::Actor::System)).await;
    }

    async fn steps_that_cannot_be_leave_no_trace(kit) {
        let world = World::new(&kit, &[]).await;
        let store = &world.store;
        follow(store, SHOP, follow_of(1, "W1")).await.unwrap();
        let refused = record(store, SHOP, "W1", &[step(10, 100_001), step(11, 7)]).await;
        assert!(matches!(refused, Err(Error::UnknownAction { code: 7 })));
        let many: Vec<Step> = (1..=999).map(|n| step(n, 200_001)).collect();
        record(store, SHOP, "W1", &many).await.unwrap();
        let refused = record(store, SHOP, "W1", &[step(5000, 200_001), step(5001, 300_003)]).await;
        assert!(matches!(refused, Err(Error::TrackFull)));
        assert_eq!((track(store, 1).await.steps.len(), track(store, 1).await.stage), (999, Stage::InTransit));
    }

    async fn a_public_track_is_there_for_its_shop_alone(kit) {
        let world = World::new(&kit, &[]).await;
        let store = &world.store;
        follow(store, SHOP, follow_of(1, "W12345")).await.unwrap();
        record(store, SHOP, "W12345", &[step(10, 300_003)]).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let public = public_track(&mut tx, SHOP, ParcelId(1)).await.unwrap().unwrap();
        assert_eq!((public.stage, public.number_ends.as_str()), (Stage::Signed, "2345"));
        assert_eq!(public.steps[0].at, Timestamp::from_secs(10));
        assert_eq!(public_track(&mut tx, OTHER_SHOP, ParcelId(1)).await.unwrap(), None);
    }

    async fn a_carrier_that_does_not_push_is_asked_until_the_parcel_has_arrived(kit) {
        let desk = Arc::new(Desk::asked_every("YUNDA", hour_ms(2)));
        let world = World::new(&kit, &[&desk]).await;
        let store = &world.store;
        let mut cmd = follow_of(1, "W1");
        cmd.delivery_id = "YD".into();
        follow(store, SHOP, cmd).await.unwrap();
        world.drain().await;
        assert!(desk.calls().is_empty());
        desk.tracks.lock().unwrap().push(step(10, 100_001));
        store.advance(hour_ms(2)).await.unwrap();
        world.drain().await;
        assert_eq!(track(store, 1).await.stage, Stage::PickedUp);
        desk.tracks.lock().unwrap().push(step(20, 300_003));
        store.advance(hour_ms(2)).await.unwrap();
        world.drain().await;
        assert_eq!(track(store, 1).await.stage, Stage::Signed);
        for _ in 0..3 {
            store.advance(hour_ms(2)).await.unwrap();
            world.drain().await;
        }
        assert_eq!(desk.calls(), ["query W1", "query W1"]);
    }

    async fn a_carrier_that_is_down_is_asked_again(kit) {
        let desk = Arc::new(Desk::asked_every("YUNDA", hour_ms(2)));
        let world = World::new(&kit, &[&desk]).await;
        let mut cmd = follow_of(1, "W1");
        cmd.delivery_id = "YUNDA".into();
        follow(&world.store, SHOP, cmd).await.unwrap();
        world.drain().await;
        desk.fail(CarrierError::Unavailable("no route".into()));
        world.store.advance(hour_ms(2)).await.unwrap();
        world.drain().await;
        let mut tx = world.store.read().await.unwrap();
        let sql = "SELECT not_before FROM store_job WHERE kind = 'logistics.ask_parcel' AND parked_wall IS NULL";
        let again: Timestamp = tx.one(sql, p![], |r| r.get(0)).await.unwrap();
        assert!(again > world.store.wall());
    }

    async fn the_check_finds_a_stage_that_its_steps_do_not_say(kit) {
        let world = World::new(&kit, &[]).await;
        let store = &world.store;
        follow(store, SHOP, follow_of(1, "W1")).await.unwrap();
        follow(store, SHOP, follow_of(2, "W2")).await.unwrap();
        record(store, SHOP, "W2", &[step(10, 300_003)]).await.unwrap();
        assert_eq!(findings(store).await, []);
        let forge = "UPDATE logistics_parcel SET stage = 'in_transit' WHERE parcel_id = $1";
        let touched = run(store, &system(SHOP), move |tx, _| {
            Box::pin(async move { Ok(tx.exec(forge, p![2]).await?) })
        })
        .await;
        assert_eq!(touched.unwrap(), 1);
        let found = findings(store).await;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].what, "parcel 2 of scope 900 is in_transit but its steps say signed");
    }

    async fn following_is_said(kit) {
        let world = World::new(&kit, &[]).await;
        follow(&world.store, SHOP, follow_of(1, "W1")).await.unwrap();
        let mut tx = world.store.read().await.unwrap();
        let sql = "SELECT payload FROM store_event WHERE kind = $1";
        let said: Vec<ParcelFollowed> =
            tx.all(sql, p![ParcelFollowed::KIND], |r| r.json(0)).await.unwrap();
        assert_eq!(said, [ParcelFollowed { shop: SHOP, parcel: ParcelId(1), version: 1 }]);
    }
}
