//! The loops that carry events and do jobs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

use super::{
    events::{Heard, hearing, moving},
    jobs::Chore,
    *,
};
use crate::{Outcome, Registry, Roles};

/// So long that only a wake-up explains that something was found.
const NEVER: Duration = Duration::from_hours(1);

fn chore(key: i64) -> impl Command<Out = (), Err = Error> {
    doing(move |tx, ctx| Box::pin(async move { tx.later(ctx, ctx.now, &Chore::new(key)) }))
}

crate::on_both! {
    rooms = [THINGS];

    async fn what_is_written_wakes_the_loops_and_no_wake_up_is_lost(kit) {
        let heard = Heard::default();
        let store = kit.store(hearing("thing.ear", &heard, |_| false)).await;
        let work = store.start_loops(Roles::ALL, NEVER);
        for moves in 1..=50 {
            store.write(&caller(), moving(1, moves)).await.unwrap();
            if moves % 10 == 0 {
                until(|| async { heard.lock().len() == usize::try_from(moves).unwrap() }).await;
            }
        }
        work.and_wait().await;
    }

    async fn another_process_finds_the_work_too(kit) {
        let heard = Heard::default();
        let quiet = Heard::default();
        let worker = kit.store(hearing("thing.ear", &heard, |_| false)).await;
        let api = kit.store(hearing("thing.ear", &quiet, |_| false)).await;
        let work = worker.start_work(Roles { worker: false, dispatcher: true });
        api.write(&caller(), moving(1, 1)).await.unwrap();
        until(|| async { heard.lock().len() == 1 }).await;
        work.and_wait().await;
        assert!(quiet.lock().is_empty());
    }

    async fn what_another_process_had_begun_is_taken_over_where_there_is_one_process(kit) {
        let done = Arc::new(AtomicBool::new(false));
        let mut registry = Registry::new();
        let doing = Arc::clone(&done);
        registry.on_job::<Chore, _>(move |_, _, _| {
            doing.store(true, Ordering::Relaxed);
            Box::pin(async { Ok(()) })
        });
        let store = kit.store(registry).await;
        store.write(&caller(), chore(1)).await.unwrap();
        script(&store, "UPDATE store_job SET lease = 9000000000000000").await;
        let work = store.start_work(Roles::ALL);
        if store.is_postgres() {
            tokio::time::sleep(Duration::from_millis(600)).await;
            assert!(!done.load(Ordering::Relaxed), "another process may be at it");
        } else {
            until(|| async { done.load(Ordering::Relaxed) }).await;
        }
        work.and_wait().await;
    }

    async fn a_slow_task_keeps_no_other_waiting(kit) {
        let (first_may_end, second_done) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let mut registry = Registry::new();
        let (waits_for, done) = (Arc::clone(&first_may_end), Arc::clone(&second_done));
        registry.on_task::<Chore, _>(move |_, _, chore| {
            let (waits_for, done) = (Arc::clone(&waits_for), Arc::clone(&done));
            Box::pin(async move {
                if crate::Job::key(&chore) == 1 {
                    waits_for.notified().await;
                } else {
                    done.store(true, Ordering::Relaxed);
                }
                Ok(Outcome::Done)
            })
        });
        let store = kit.store(registry).await;
        let work = store.start_loops(Roles::ALL, NEVER);
        store.write(&caller(), chore(1)).await.unwrap();
        until(|| async { number(&store, "SELECT count(*) FROM store_job WHERE lease > 0").await == 1 }).await;
        store.write(&caller(), chore(2)).await.unwrap();
        until(|| async { second_done.load(Ordering::Relaxed) }).await;
        // Told to stop, the loop lets the slow one finish.
        let stopping = tokio::spawn(work.and_wait());
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!stopping.is_finished());
        first_may_end.notify_one();
        tokio::time::timeout(SOON, stopping).await.unwrap().unwrap();
        assert_eq!(number(&store, "SELECT count(*) FROM store_job").await, 0);
    }

    async fn a_task_that_panics_does_not_stop_the_loop(kit) {
        let done = Arc::new(AtomicBool::new(false));
        let mut registry = Registry::new();
        let noted = Arc::clone(&done);
        registry.on_task::<Chore, _>(move |_, _, chore| {
            assert!(crate::Job::key(&chore) != 1, "as the test wants it");
            noted.store(true, Ordering::Relaxed);
            Box::pin(async { Ok(Outcome::Done) })
        });
        let store = kit.store(registry).await;
        let work = store.start_loops(Roles::ALL, NEVER);
        store.write(&caller(), chore(1)).await.unwrap();
        until(|| async { number(&store, "SELECT count(*) FROM store_job WHERE error IS NOT NULL").await == 1 }).await;
        store.write(&caller(), chore(2)).await.unwrap();
        until(|| async { done.load(Ordering::Relaxed) }).await;
        drop(work);
    }

    async fn a_move_of_the_clock_wakes_the_loops(kit) {
        let done = Arc::new(AtomicBool::new(false));
        let mut registry = Registry::new();
        let noted = Arc::clone(&done);
        registry.on_job(move |_, _, _: Chore| {
            noted.store(true, Ordering::Relaxed);
            Box::pin(async { Ok(()) })
        });
        let store = kit.store(registry).await;
        let work = store.start_loops(Roles::ALL, NEVER);
        let tomorrow = doing(|tx, ctx| Box::pin(async move {
            tx.later(ctx, ctx.now + kernel::day_ms(1), &Chore::new(1))
        }));
        store.write(&caller(), tomorrow).await.unwrap();
        store.advance(kernel::day_ms(1)).await.unwrap();
        until(|| async { done.load(Ordering::Relaxed) }).await;
        work.and_wait().await;
    }
}
