//! Jobs: due by the business clock, one of a kind and key, leased, retried, parked.

use kernel::minute_ms;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use super::{events::no_more_pauses, *};
use crate::{BoxFault, Job, Outcome, Registry, jobs};

/// Something to be done to a thing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Chore {
    key: i64,
    words: String,
}

impl Chore {
    pub(super) fn new(key: i64) -> Self {
        Self { key, words: String::new() }
    }
}

impl Job for Chore {
    const KIND: &'static str = "thing.chore";
    fn key(&self) -> i64 {
        self.key
    }
}

/// The words of the jobs that were done, with their keys.
type Done = Arc<Mutex<Vec<(i64, String)>>>;

/// A registry that does chores in a transaction, as `also` says.
fn chores<F>(done: &Done, also: F) -> Registry
where
    F: for<'a> Fn(&'a mut Tx, &'a Ctx, Chore) -> BoxFuture<'a, Result<(), BoxFault>>
        + Clone
        + Send
        + Sync
        + 'static,
{
    let mut registry = Registry::new();
    let done = Arc::clone(done);
    registry.on_job(move |tx, ctx, chore: Chore| {
        let (done, also) = (Arc::clone(&done), also.clone());
        Box::pin(async move {
            also(tx, ctx, chore.clone()).await?;
            done.lock().push((chore.key, chore.words));
            Ok(())
        })
    });
    registry
}

fn no_more<'a>(_: &'a mut Tx, _: &'a Ctx, _: Chore) -> BoxFuture<'a, Result<(), BoxFault>> {
    Box::pin(async { Ok(()) })
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of a worker")]
fn put<'a>(tx: &'a mut Tx, ctx: &'a Ctx, chore: Chore) -> BoxFuture<'a, Result<(), BoxFault>> {
    Box::pin(async move { tx.exec(INSERT, row(ctx, chore.key)).await.map(drop).map_err(BoxFault::from) })
}

fn later(key: i64, words: &'static str, in_ms: i64) -> impl Command<Out = (), Err = Error> {
    doing(move |tx, ctx| {
        Box::pin(async move { tx.later(ctx, ctx.now + in_ms, &Chore { key, words: words.into() }) })
    })
}

/// A registry that does chores as a task, outside of any transaction.
fn tasks(
    outcome: impl Fn(u32) -> Result<Outcome, BoxFault> + Send + Sync + 'static,
) -> (Registry, Arc<Mutex<u32>>) {
    let runs: Arc<Mutex<u32>> = Arc::default();
    let mut registry = Registry::new();
    let counted = Arc::clone(&runs);
    registry.on_task::<Chore, _>(move |_, caller, _| {
        assert_eq!(caller.scope, super::caller().scope);
        let run = {
            let mut runs = counted.lock();
            *runs += 1;
            *runs
        };
        let outcome = outcome(run);
        Box::pin(async move { outcome })
    });
    (registry, runs)
}

const JOBS: &str = "SELECT count(*) FROM store_job";
const ATTEMPTS: &str = "SELECT attempts FROM store_job";

crate::on_both! {
    rooms = [THINGS];

    async fn a_job_is_done_when_business_time_has_come(kit) {
        let done = Done::default();
        let store = kit.store(chores(&done, no_more)).await;
        store.write(&caller(), later(1, "in an hour", minute_ms(60))).await.unwrap();
        store.write(&caller(), later(2, "now", 0)).await.unwrap();
        assert!(store.drain(5).await.unwrap());
        assert_eq!(*done.lock(), [(2, "now".into())]);
        store.advance(minute_ms(59)).await.unwrap();
        assert!(store.drain(5).await.unwrap());
        assert_eq!(done.lock().len(), 1);
        store.advance(minute_ms(1)).await.unwrap();
        assert!(store.drain(5).await.unwrap());
        assert_eq!(done.lock()[1..], [(1, "in an hour".into())]);
        assert_eq!(number(&store, JOBS).await, 0);
    }

    async fn a_job_of_the_same_key_is_replaced_and_may_be_taken_back(kit) {
        let done = Done::default();
        let store = kit.store(chores(&done, no_more)).await;
        store.write(&caller(), later(1, "first", 0)).await.unwrap();
        store.write(&caller(), later(1, "second", 0)).await.unwrap();
        store.write(&caller(), later(2, "taken back", 0)).await.unwrap();
        let cancel = doing(|tx, ctx| Box::pin(async move {
            tx.cancel::<Chore>(ctx, 2);
            tx.cancel::<Chore>(ctx, 3);
            Ok(())
        }));
        store.write(&caller(), cancel).await.unwrap();
        // The same key in another scope is another job.
        store.write(&Caller::system(Scope::Platform), later(1, "elsewhere", 0)).await.unwrap();
        assert!(store.drain(5).await.unwrap());
        let mut words: Vec<String> = done.lock().iter().map(|(_, words)| words.clone()).collect();
        words.sort();
        assert_eq!(words, ["elsewhere", "second"]);
    }

    async fn a_job_may_schedule_itself_again(kit) {
        let done = Done::default();
        let store = kit.store(chores(&done, |tx, ctx, chore| Box::pin(async move {
            tx.later(ctx, ctx.now + minute_ms(10), &chore).map_err(BoxFault::from)
        })))
        .await;
        store.write(&caller(), later(1, "daily", 0)).await.unwrap();
        for round in 1..=3 {
            assert!(store.drain(5).await.unwrap());
            assert_eq!(done.lock().len(), round);
            assert_eq!(number(&store, JOBS).await, 1);
            store.advance(minute_ms(10)).await.unwrap();
        }
    }

    async fn a_job_that_was_replaced_while_it_was_leased_is_done_as_replaced(kit) {
        let done = Done::default();
        let store = kit.store(chores(&done, no_more)).await;
        store.write(&caller(), later(1, "old", 0)).await.unwrap();
        script(&store, "UPDATE store_job SET lease = 1, attempts = 1").await;
        store.write(&caller(), later(1, "new", 0)).await.unwrap();
        assert_eq!(number(&store, ATTEMPTS).await, 0);
        assert!(store.drain(5).await.unwrap());
        assert_eq!(*done.lock(), [(1, "new".into())]);
    }

    async fn a_lease_that_ran_out_lets_another_worker_take_over(kit) {
        let done = Done::default();
        let store = kit.store(chores(&done, no_more)).await;
        store.write(&caller(), later(1, "left behind", 0)).await.unwrap();
        let in_a_minute = store.wall() + minute_ms(1);
        let lease = doing(move |tx, _| Box::pin(async move {
            tx.exec("UPDATE store_job SET lease = $1, attempts = 1", p![in_a_minute]).await
        }));
        store.write(&caller(), lease).await.unwrap();
        assert_eq!(jobs::do_due(&store).await.unwrap(), 0, "somebody else has it");
        no_more_pauses(&store).await;
        assert_eq!(jobs::do_due(&store).await.unwrap(), 1);
        assert_eq!(*done.lock(), [(1, "left behind".into())]);
    }

    async fn many_workers_do_each_job_once(kit) {
        let done = Done::default();
        let stores = [kit.store(chores(&done, put)).await, kit.store(chores(&done, put)).await];
        for key in 0..100 {
            stores[0].write(&caller(), later(key, "one of many", 0)).await.unwrap();
        }
        let working = (0..4).map(|i| {
            let store = stores[i % 2].clone();
            tokio::spawn(async move { while number(&store, JOBS).await > 0 { jobs::do_due(&store).await.unwrap(); } })
        });
        for worked in futures::future::join_all(working).await {
            worked.unwrap();
        }
        assert_eq!(ids(&stores[0]).await, (0..100).collect::<Vec<i64>>());
        let mut keys: Vec<i64> = done.lock().iter().map(|(key, _)| *key).collect();
        keys.sort_unstable();
        assert_eq!(keys, (0..100).collect::<Vec<i64>>());
    }

    async fn a_job_that_fails_leaves_nothing_and_is_parked_after_twelve_attempts(kit) {
        let done = Done::default();
        let broken = Arc::new(Mutex::new(true));
        let store = {
            let broken = Arc::clone(&broken);
            kit.store(chores(&done, move |tx, ctx, chore| {
                let broken = *broken.lock();
                Box::pin(async move {
                    tx.exec(INSERT, row(ctx, chore.key)).await.map_err(BoxFault::from)?;
                    if broken { Err(Error::KeyReused.into()) } else { Ok(()) }
                })
            }))
            .await
        };
        store.write(&caller(), later(1, "broken", 0)).await.unwrap();
        for attempt in 1..=12 {
            assert_eq!(store.parked(10).await.unwrap(), []);
            no_more_pauses(&store).await;
            assert_eq!(jobs::do_due(&store).await.unwrap(), 1, "attempt {attempt}");
            assert_eq!(jobs::do_due(&store).await.unwrap(), 0, "it pauses after attempt {attempt}");
        }
        assert_eq!(count(&store).await, 0);
        let parked = store.parked(10).await.unwrap();
        let one = &parked[0];
        assert_eq!((one.kind.as_str(), one.key, one.version, one.attempts), (Chore::KIND, 1, None, 12));
        let said = one.error.as_deref().unwrap();
        assert!(said.starts_with("idempotency.key_reused: "), "{said}");
        assert_eq!(store.backlog().await.unwrap().parked_jobs, 1);
        *broken.lock() = false;
        assert!(store.retry_parked(one.clone()).await.unwrap());
        assert!(store.drain(5).await.unwrap());
        assert_eq!(ids(&store).await, [1]);
        assert_eq!(store.backlog().await.unwrap().parked_jobs, 0);
    }

    async fn a_task_may_ask_to_be_tried_again_as_often_as_it_likes(kit) {
        let (registry, runs) = tasks(|run| match run {
            1..=20 => Ok(Outcome::Again { in_ms: minute_ms(1) }),
            21 => Err(Error::internal("once").into()),
            _ => Ok(Outcome::Done),
        });
        let store = kit.store(registry).await;
        store.write(&caller(), later(1, "", 0)).await.unwrap();
        for run in 1..=22 {
            assert_eq!(jobs::do_due(&store).await.unwrap(), 1);
            assert_eq!(*runs.lock(), run);
            assert_eq!(jobs::do_due(&store).await.unwrap(), 0, "not before its time");
            assert_eq!(store.parked(10).await.unwrap(), [], "asking again is no failure");
            no_more_pauses(&store).await;
        }
        assert_eq!(number(&store, JOBS).await, 0);
    }

    async fn a_task_may_give_up_with_a_reason(kit) {
        let (registry, _) = tasks(|_| Ok(Outcome::Park("the other side does not exist".into())));
        let store = kit.store(registry).await;
        store.write(&caller(), later(1, "", 0)).await.unwrap();
        assert!(store.drain(5).await.unwrap());
        let parked = store.parked(10).await.unwrap();
        assert_eq!(parked.len(), 1);
        assert_eq!(parked[0].error.as_deref(), Some("the other side does not exist"));
        assert_eq!(parked[0].attempts, 1);
        // Scheduling it anew unparks it.
        store.write(&caller(), later(1, "", minute_ms(1))).await.unwrap();
        assert_eq!(store.parked(10).await.unwrap(), []);
    }

    async fn a_task_that_panics_is_a_failed_attempt(kit) {
        let (registry, runs) = tasks(|run| {
            assert!(run > 1, "as the test wants it");
            Ok(Outcome::Done)
        });
        let store = kit.store(registry).await;
        store.write(&caller(), later(1, "", 0)).await.unwrap();
        assert!(store.drain(5).await.unwrap());
        no_more_pauses(&store).await;
        assert!(store.drain(5).await.unwrap());
        assert_eq!(*runs.lock(), 2);
        assert_eq!(number(&store, JOBS).await, 0);
    }

    async fn a_job_that_nobody_does_is_parked_in_the_end(kit) {
        let store = kit.store(Registry::new()).await;
        store.write(&caller(), later(1, "", 0)).await.unwrap();
        script(&store, "UPDATE store_job SET attempts = 11").await;
        assert!(store.drain(5).await.unwrap());
        let parked = store.parked(10).await.unwrap();
        assert_eq!(parked[0].attempts, 12);
        assert_eq!(parked[0].error.as_deref(), Some("store.internal: internal fault"));
    }

    async fn a_job_whose_every_attempt_ended_without_an_outcome_is_parked_untried(kit) {
        let (registry, runs) = tasks(|_| Ok(Outcome::Done));
        let store = kit.store(registry).await;
        store.write(&caller(), later(1, "", 0)).await.unwrap();
        // As after twelve leases that ended with the process.
        script(&store, "UPDATE store_job SET attempts = 12").await;
        assert!(store.drain(5).await.unwrap());
        assert_eq!(*runs.lock(), 0);
        assert_eq!(store.parked(10).await.unwrap()[0].error.as_deref(), Some(jobs::OUT_OF_ATTEMPTS));
    }

    async fn late_jobs_are_counted_but_not_at_once_after_a_move_of_the_clock(kit) {
        let done = Done::default();
        let store = kit.store(chores(&done, no_more)).await;
        store.write(&caller(), later(1, "", 0)).await.unwrap();
        store.write(&caller(), later(2, "", minute_ms(10))).await.unwrap();
        assert_eq!(store.backlog().await.unwrap().jobs, 0);
        script(&store, "UPDATE store_job SET due = due - 61000").await;
        assert_eq!(store.backlog().await.unwrap().jobs, 1);
        store.advance(minute_ms(20)).await.unwrap();
        assert_eq!(store.backlog().await.unwrap().jobs, 0, "both fell due just now");
        script(&store, "UPDATE store_clock SET moved_wall = moved_wall - 61000").await;
        assert_eq!(store.backlog().await.unwrap().jobs, 2);
        store.drain(5).await.unwrap();
        assert_eq!(store.backlog().await.unwrap().jobs, 0);
    }

    async fn a_job_is_late_from_when_it_could_have_been_done(kit) {
        let done = Done::default();
        let store = kit.store(chores(&done, no_more)).await;
        store.write(&caller(), later(1, "", 0)).await.unwrap();
        script(&store, "UPDATE store_job SET due = due - 61000, lease = 9000000000000").await;
        assert_eq!(store.backlog().await.unwrap().jobs, 0, "somebody has it in hand");
        script(&store, "UPDATE store_job SET lease = 0, not_before = 9000000000000").await;
        assert_eq!(store.backlog().await.unwrap().jobs, 0, "it waits for another try");
        script(&store, "UPDATE store_job SET not_before = 0").await;
        assert_eq!(store.backlog().await.unwrap().jobs, 1);
    }
}
