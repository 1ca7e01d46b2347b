//! Events: said with the fact, heard in order, with effect exactly once.

use kernel::Fault;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, sync::Arc};

use super::*;
use crate::{BoxFault, Event, Happened, Registry, registry::Refused};

/// A thing has moved; the number of moves is its version.
#[derive(Serialize, Deserialize)]
pub(super) struct Moved {
    thing: i64,
    moves: i64,
}

impl Moved {
    pub(super) const fn new(thing: i64, moves: i64) -> Self {
        Self { thing, moves }
    }
}

impl Event for Moved {
    const KIND: &'static str = "thing.moved";
    fn subject(&self) -> (i64, i64) {
        (self.thing, self.moves)
    }
}

/// A thing was lost.
#[derive(Serialize, Deserialize)]
struct Lost {
    thing: i64,
    version: i64,
}

impl Event for Lost {
    const KIND: &'static str = "thing.lost";
    fn subject(&self) -> (i64, i64) {
        (self.thing, self.version)
    }
}

/// What was heard, in the order of hearing: (subject, version), by listener.
pub(super) type Heard = Arc<Mutex<Vec<(i64, i64)>>>;

/// A registry whose `subscriber` hears moves, writes a row for each (thing, moves) and fails where `fails` says so.
pub(super) fn hearing(
    subscriber: &'static str,
    heard: &Heard,
    fails: impl Fn(&Happened) -> bool + Clone + Send + Sync + 'static,
) -> Registry {
    let mut registry = Registry::new();
    let heard = Arc::clone(heard);
    registry.on_events(subscriber, &[Moved::KIND], move |tx, ctx, happened| {
        let (heard, fails) = (Arc::clone(&heard), fails.clone());
        Box::pin(async move {
            let moved: Moved = happened.read().map_err(BoxFault::from)?;
            tx.exec(INSERT, p![ctx.scope.key(), moved.thing * 1000 + moved.moves, 0, 0])
                .await
                .map_err(BoxFault::from)?;
            if fails(happened) {
                return Err(Error::KeyReused.into());
            }
            heard.lock().push((moved.thing, moved.moves));
            Ok(())
        })
    });
    registry
}

/// Says that a thing has moved.
pub(super) fn moving(thing: i64, moves: i64) -> impl Command<Out = (), Err = Error> {
    doing(move |tx, ctx| Box::pin(async move { tx.say(ctx, &Moved::new(thing, moves)) }))
}

/// Lets all pauses and leases end at once.
pub(super) async fn no_more_pauses(store: &Store) {
    script(store, "UPDATE store_delivery SET not_before = 0, lease = 0").await;
    script(store, "UPDATE store_job SET not_before = 0, lease = 0").await;
}

const EVENTS: &str = "SELECT count(*) FROM store_event";
const DELIVERIES: &str = "SELECT count(*) FROM store_delivery";

crate::on_both! {
    rooms = [THINGS];

    async fn an_event_is_written_with_the_fact_and_a_delivery_for_each_subscriber(kit) {
        let heard = Heard::default();
        let mut registry = hearing("thing.first", &heard, |_| false);
        registry.on_events("thing.second", &[Moved::KIND, Lost::KIND], |_, _, _| Box::pin(async { Ok(()) }));
        let store = kit.store(registry).await;
        let both = doing(|tx, ctx| Box::pin(async move {
            tx.exec(INSERT, row(ctx, 1)).await?;
            tx.say(ctx, &Moved::new(1, 1))?;
            tx.say(ctx, &Lost { thing: 1, version: 2 })
        }));
        store.write(&caller(), both).await.unwrap();
        assert_eq!((number(&store, EVENTS).await, number(&store, DELIVERIES).await), (2, 3));
        assert!(store.check_events().await.unwrap().is_empty());
        assert!(store.drain(10).await.unwrap());
        assert_eq!(*heard.lock(), [(1, 1)]);
        assert_eq!(number(&store, "SELECT count(*) FROM store_delivery WHERE done_wall IS NULL").await, 0);
        script(&store, "DELETE FROM store_delivery WHERE subscriber = 'thing.first'").await;
        let found = store.check_events().await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].check, "store.events");
    }

    async fn a_command_that_was_rolled_back_says_nothing(kit) {
        let heard = Heard::default();
        let store = kit.store(hearing("thing.ear", &heard, |_| false)).await;
        let fails = doing::<(), _>(|tx, ctx| Box::pin(async move {
            tx.say(ctx, &Moved::new(1, 1))?;
            tx.later(ctx, ctx.now, &super::jobs::Chore::new(1))?;
            Err(Error::internal("told to"))
        }));
        assert!(store.write(&caller(), fails).await.is_err());
        store.write(&caller(), moving(2, 1)).await.unwrap();
        assert!(store.drain(10).await.unwrap());
        assert_eq!(*heard.lock(), [(2, 1)]);
        assert_eq!(number(&store, EVENTS).await, 1);
        assert_eq!(number(&store, "SELECT count(*) FROM store_job").await, 0);
    }

    async fn a_things_events_are_heard_in_order_also_while_an_earlier_one_fails(kit) {
        let heard = Heard::default();
        let failures: Arc<Mutex<HashMap<i64, u32>>> = Arc::default();
        let store = {
            let failures = Arc::clone(&failures);
            // The first move of thing 1 fails twice.
            kit.store(hearing("thing.ear", &heard, move |h| {
                let mut failures = failures.lock();
                let n = failures.entry(h.subject * 1000 + h.version).or_default();
                *n += 1;
                h.subject == 1 && h.version == 1 && *n <= 3
            }))
            .await
        };
        for moves in 1..=4 {
            for thing in 1..=2 {
                store.write(&caller(), moving(thing, moves)).await.unwrap();
            }
        }
        assert!(store.drain(20).await.unwrap());
        // In the lot and by itself it failed; the other thing has gone on, the later moves of this one have not.
        assert_eq!(*heard.lock(), [(2, 1), (2, 2), (2, 3), (2, 4)]);
        no_more_pauses(&store).await;
        assert!(store.drain(20).await.unwrap());
        no_more_pauses(&store).await;
        assert!(store.drain(20).await.unwrap());
        assert_eq!(heard.lock()[4..], [(1, 1), (1, 2), (1, 3), (1, 4)]);
        assert_eq!(count(&store).await, 8, "each took effect once");
    }

    async fn one_bad_event_of_a_lot_stops_nothing_but_itself(kit) {
        let heard = Heard::default();
        let store = kit.store(hearing("thing.ear", &heard, |h| h.subject == 13)).await;
        for thing in 0..40 {
            store.write(&caller(), moving(thing, 1)).await.unwrap();
        }
        assert!(store.drain(10).await.unwrap());
        let mut subjects: Vec<i64> = ids(&store).await.iter().map(|id| id / 1000).collect();
        subjects.dedup();
        let good: Vec<i64> = (0..40).filter(|thing| *thing != 13).collect();
        assert_eq!(subjects, good);
    }

    async fn a_listener_that_panics_is_a_failed_delivery(kit) {
        let heard = Heard::default();
        let store = kit.store(hearing("thing.ear", &heard, |h| {
            assert!(h.subject != 3, "as the test wants it");
            false
        }))
        .await;
        for thing in 1..=5 {
            store.write(&caller(), moving(thing, 1)).await.unwrap();
        }
        assert!(store.drain(10).await.unwrap());
        assert_eq!(ids(&store).await, [1001, 2001, 4001, 5001]);
    }

    async fn a_delivery_is_parked_after_twelve_attempts_and_tried_again_when_told(kit) {
        let heard = Heard::default();
        let broken = Arc::new(Mutex::new(true));
        let store = {
            let broken = Arc::clone(&broken);
            kit.store(hearing("thing.ear", &heard, move |h| *broken.lock() && h.version == 1)).await
        };
        for moves in 1..=2 {
            store.write(&caller(), moving(1, moves)).await.unwrap();
        }
        for attempt in 1..=12 {
            assert_eq!(store.parked(10).await.unwrap(), [], "after {} attempts", attempt - 1);
            no_more_pauses(&store).await;
            store.drain(3).await.unwrap();
        }
        let parked = store.parked(10).await.unwrap();
        assert_eq!(parked.len(), 1);
        let one = &parked[0];
        assert_eq!((one.kind.as_str(), one.key, one.version, one.attempts), ("thing.ear", 1, Some(1), 12));
        assert_eq!(one.scope, caller().scope);
        let refused = Refused::from(Error::KeyReused);
        assert_eq!(one.error.as_deref(), Some(format!("{}: {}", refused.code(), Error::KeyReused).as_str()));
        assert_eq!(store.backlog().await.unwrap().parked_deliveries, 1);
        no_more_pauses(&store).await;
        assert!(store.drain(3).await.unwrap(), "a parked delivery is left alone, and what waits behind it waits");
        assert_eq!(*heard.lock(), []);

        *broken.lock() = false;
        assert!(store.retry_parked(one.clone()).await.unwrap());
        assert!(!store.retry_parked(one.clone()).await.unwrap(), "it is not parked any more");
        assert!(store.drain(5).await.unwrap());
        assert_eq!(*heard.lock(), [(1, 1), (1, 2)]);
        assert_eq!(store.backlog().await.unwrap().parked_deliveries, 0);
    }

    async fn a_delivery_whose_every_attempt_ended_without_an_outcome_is_parked_untried(kit) {
        let heard = Heard::default();
        let store = kit.store(hearing("thing.ear", &heard, |_| false)).await;
        for thing in 1..=2 {
            store.write(&caller(), moving(thing, 1)).await.unwrap();
        }
        // As after twelve leases that ended with the process.
        script(&store, "UPDATE store_delivery SET attempts = 12 WHERE aggregate_id = 1").await;
        assert!(store.drain(5).await.unwrap());
        assert_eq!(*heard.lock(), [(2, 1)]);
        assert_eq!(store.parked(10).await.unwrap()[0].key, 1);
    }

    async fn a_subscriber_may_hear_several_kinds_by_listeners_of_their_own(kit) {
        let heard = Heard::default();
        let mut registry = hearing("thing.ear", &heard, |_| false);
        let lost = Heard::default();
        for _ in 0..2 {
            let lost = Arc::clone(&lost);
            registry.on_events("thing.ear", &[Lost::KIND], move |_, _, h| {
                lost.lock().push((h.subject, h.version));
                Box::pin(async { Ok(()) })
            });
        }
        let store = kit.store(registry).await;
        store.write(&caller(), moving(1, 1)).await.unwrap();
        let lose = doing(|tx, ctx| Box::pin(async move { tx.say(ctx, &Lost { thing: 1, version: 2 }) }));
        store.write(&caller(), lose).await.unwrap();
        assert!(store.drain(5).await.unwrap());
        assert_eq!((heard.lock().clone(), lost.lock().clone()), (vec![(1, 1)], vec![(1, 2)]));
    }

    async fn an_event_that_nobody_hears_any_more_is_not_lost_in_silence(kit) {
        let heard = Heard::default();
        let store = kit.store(hearing("thing.ear", &heard, |_| false)).await;
        store.write(&caller(), moving(1, 1)).await.unwrap();
        drop(store);
        let store = kit.store(Registry::new()).await;
        for _ in 0..12 {
            no_more_pauses(&store).await;
            store.drain(3).await.unwrap();
        }
        assert_eq!(store.parked(10).await.unwrap().len(), 1);
    }
}
