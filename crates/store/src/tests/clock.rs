//! Business time: movable, forwards only, the same for all who use the database.

use kernel::{Timestamp, hour_ms, minute_ms};

use super::{
    events::{Heard, hearing, moving},
    *,
};
use crate::Registry;

/// Both clocks, as a command sees them.
fn clocks() -> impl Command<Out = (Timestamp, Timestamp), Err = Error> {
    doing(|_, ctx| {
        let seen = (ctx.now, ctx.wall);
        Box::pin(async move { Ok(seen) })
    })
}

crate::on_both! {
    rooms = [THINGS];

    async fn a_move_of_business_time_leaves_the_wall_clock_alone(kit) {
        let store = kit.store(Registry::new()).await;
        let (now, wall) = store.write(&caller(), clocks()).await.unwrap();
        assert_eq!(now, wall);
        store.advance(hour_ms(5)).await.unwrap();
        let (later, later_wall) = store.write(&caller(), clocks()).await.unwrap();
        assert_eq!(later - later_wall, hour_ms(5));
        assert!(later_wall - wall < minute_ms(5));
        let ctx = store.ctx(&caller()).await.unwrap();
        assert_eq!(ctx.now - ctx.wall, hour_ms(5));
    }

    async fn business_time_only_moves_forwards(kit) {
        let store = kit.store(Registry::new()).await;
        store.advance(hour_ms(1)).await.unwrap();
        let now = store.now();
        assert!(store.advance(-hour_ms(1)).await.unwrap() >= now);
        assert!(store.now() - store.wall() >= hour_ms(1) - minute_ms(1));
    }

    async fn moves_that_come_at_once_all_count(kit) {
        let stores = [kit.store(Registry::new()).await, kit.store(Registry::new()).await];
        let moves = (0..20).map(|i| {
            let store = stores[i % 2].clone();
            async move { store.advance(1000).await.unwrap() }
        });
        futures::future::join_all(moves).await;
        for store in stores {
            store.refresh_clock().await.unwrap();
            let ctx = store.ctx(&caller()).await.unwrap();
            assert_eq!(ctx.now - ctx.wall, 20_000);
        }
    }

    async fn business_time_may_begin_in_the_past_of_a_database_that_nothing_happened_in(kit) {
        let store = kit.store(hearing("thing.ear", &Heard::default(), |_| false)).await;
        let start = Timestamp::from_ms(852_076_800_000); // 1997-01-01T00:00:00Z
        assert!(store.begin_at(start).await.unwrap());
        assert!((0..minute_ms(5)).contains(&(store.now() - start)));
        store.write(&caller(), moving(1, 1)).await.unwrap();
        assert!(!store.begin_at(start).await.unwrap());
        assert_eq!(number(&store, "SELECT count(*) FROM store_event WHERE at < wall").await, 1);
    }

    async fn business_time_does_not_begin_anew_once_a_job_or_a_key_is_there(kit) {
        let store = kit.store(Registry::new()).await;
        let now = store.now();
        let job = doing(|tx, ctx| Box::pin(async move { tx.later(ctx, ctx.now, &super::jobs::Chore::new(1)) }));
        store.write(&caller(), job).await.unwrap();
        assert!(!store.begin_at(now + hour_ms(1)).await.unwrap());
        script(&store, "DELETE FROM store_job").await;
        store.once(&caller(), crate::Key::new(1, "POST /things", "k", b""), Put::new(1)).await.unwrap();
        assert!(!store.begin_at(now + hour_ms(1)).await.unwrap());
        script(&store, "DELETE FROM store_idempotency").await;
        assert!(store.begin_at(now + hour_ms(1)).await.unwrap());
    }

    async fn another_process_follows_within_its_refresh(kit) {
        let (one, other) = (kit.store(Registry::new()).await, kit.store(Registry::new()).await);
        let work = other.start_work(crate::Roles { worker: false, dispatcher: false });
        one.advance(hour_ms(3)).await.unwrap();
        until(|| async { other.now() - other.wall() >= hour_ms(3) - 1000 }).await;
        work.and_wait().await;
        // A process that starts later knows it at once.
        let third = kit.store(Registry::new()).await;
        assert!(third.now() - third.wall() >= hour_ms(3) - 1000);
    }
}
