//! Two dispatchers at once, and leases that run out.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use super::{
    events::{Heard, Moved, hearing, moving, no_more_pauses},
    *,
};
use crate::{Event, Registry, deliver};

const UNDONE: &str = "SELECT count(*) FROM store_delivery WHERE done_wall IS NULL";

crate::on_both! {
    rooms = [THINGS];

    async fn two_dispatchers_at_once_give_every_event_effect_once_and_in_order(kit) {
        let heard = Heard::default();
        let stores = [
            kit.store(hearing("thing.ear", &heard, |_| false)).await,
            kit.store(hearing("thing.ear", &heard, |_| false)).await,
        ];
        for moves in 1..=5 {
            let saying = (1..=20).map(|thing| {
                let store = stores[usize::try_from(thing % 2).unwrap()].clone();
                async move { store.write(&caller(), moving(thing, moves)).await.unwrap() }
            });
            futures::future::join_all(saying).await;
        }
        let dispatching = (0..4).map(|i| {
            let store = stores[i % 2].clone();
            tokio::spawn(async move {
                while number(&store, UNDONE).await > 0 {
                    deliver::deliver_due(&store).await.unwrap();
                }
            })
        });
        for done in futures::future::join_all(dispatching).await {
            done.unwrap();
        }
        assert_eq!(count(&stores[0]).await, 100);
        assert_eq!(number(&stores[0], "SELECT CAST(max(attempts) AS BIGINT) FROM store_delivery").await, 1);
        let heard = heard.lock();
        for thing in 1..=20 {
            let moves: Vec<i64> = heard.iter().filter(|(t, _)| *t == thing).map(|(_, m)| *m).collect();
            assert_eq!(moves, [1, 2, 3, 4, 5]);
        }
    }

    async fn a_dispatcher_that_lost_its_lease_leaves_no_effect(kit) {
        // The listener is so slow that another dispatcher has taken over by the time it is done.
        let runs = Arc::new(AtomicU32::new(0));
        let mut registry = Registry::new();
        let counted = Arc::clone(&runs);
        registry.on_events("thing.ear", &[Moved::KIND], move |tx, ctx, _| {
            let run = counted.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move {
                if run == 0 {
                    tx.exec("UPDATE store_delivery SET lease = lease + 1", p![]).await.map_err(crate::BoxFault::from)?;
                }
                tx.exec(INSERT, row(ctx, i64::from(run))).await.map_err(crate::BoxFault::from)?;
                Ok(())
            })
        });
        let store = kit.store(registry).await;
        store.write(&caller(), moving(1, 1)).await.unwrap();
        deliver::deliver_due(&store).await.unwrap();
        // The first run was undone; the second, with the lease still its own, was not.
        assert_eq!(runs.load(Ordering::Relaxed), 2);
        assert_eq!(ids(&store).await, [1]);
    }

    async fn a_lease_that_ran_out_lets_another_dispatcher_take_over(kit) {
        let heard = Heard::default();
        let store = kit.store(hearing("thing.ear", &heard, |_| false)).await;
        store.write(&caller(), moving(1, 1)).await.unwrap();
        let in_a_minute = store.wall() + kernel::minute_ms(1);
        let lease = doing(move |tx, _| Box::pin(async move {
            tx.exec("UPDATE store_delivery SET lease = $1, attempts = 1", p![in_a_minute]).await
        }));
        store.write(&caller(), lease).await.unwrap();
        assert_eq!(deliver::deliver_due(&store).await.unwrap(), 0, "somebody else has it");
        no_more_pauses(&store).await;
        assert_eq!(deliver::deliver_due(&store).await.unwrap(), 1);
        assert_eq!(*heard.lock(), [(1, 1)]);
    }

    async fn late_deliveries_are_counted(kit) {
        let heard = Heard::default();
        let store = kit.store(hearing("thing.ear", &heard, |_| false)).await;
        store.write(&caller(), moving(1, 1)).await.unwrap();
        assert_eq!(store.backlog().await.unwrap().deliveries, 0);
        script(&store, "UPDATE store_delivery SET wall = wall - 61000").await;
        assert_eq!(store.backlog().await.unwrap().deliveries, 1);
        store.drain(3).await.unwrap();
        assert_eq!(store.backlog().await.unwrap().deliveries, 0);
    }
}
