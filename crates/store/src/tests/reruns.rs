//! PostgreSQL runs a command again after a serialization failure or a deadlock, at COMMIT too, and when the
//! connection breaks; it takes effect once. SQLite has one writer and none of this.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use super::*;
use crate::{
    Key, Registry,
    testkit::{Engine, Kit},
};

/// A trigger that fails the first times it fires; a sequence counts, since it does not roll back.
fn failing(times: u32, how: &str, when: &str) -> &'static str {
    let sql = format!(
        "CREATE SEQUENCE thing_fired;
        CREATE FUNCTION thing_fail() RETURNS trigger AS $$
        BEGIN
            IF nextval('thing_fired') <= {times} THEN {how}; END IF;
            RETURN NEW;
        END $$ LANGUAGE plpgsql;
        {when} ON thing_thing {deferred} FOR EACH ROW EXECUTE FUNCTION thing_fail();",
        deferred = if when == AT_COMMIT { "DEFERRABLE INITIALLY DEFERRED" } else { "" },
    );
    Box::leak(sql.into_boxed_str())
}

const AT_ONCE: &str = "CREATE TRIGGER thing_fails BEFORE INSERT";
const AT_COMMIT: &str = "CREATE CONSTRAINT TRIGGER thing_fails AFTER INSERT";
const SERIALIZATION: &str = "RAISE EXCEPTION 'injected' USING ERRCODE = '40001'";
const DEADLOCK: &str = "RAISE EXCEPTION 'injected' USING ERRCODE = '40P01'";
const CONSTRAINT: &str = "RAISE EXCEPTION 'injected' USING ERRCODE = '23514'";
const CUT: &str = "PERFORM pg_terminate_backend(pg_backend_pid())";

/// Puts a thing and counts how often it was run.
fn counted(runs: &Arc<AtomicU32>) -> impl Command<Out = i64, Err = Error> + use<> {
    let runs = Arc::clone(runs);
    doing(move |tx, ctx| {
        runs.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            tx.exec(INSERT, row(ctx, 1)).await?;
            tx.say(ctx, &super::events::Moved::new(1, 1))?;
            Ok(1)
        })
    })
}

struct Case {
    _kit: Kit,
    store: Store,
    runs: Arc<AtomicU32>,
}

async fn case(times: u32, how: &str, when: &str) -> Case {
    let kit = Kit::new(Engine::Postgres, &[THINGS]).await;
    let store = kit.store(Registry::new()).await;
    script(&store, failing(times, how, when)).await;
    Case { _kit: kit, store, runs: Arc::default() }
}

impl Case {
    async fn write(&self) -> Result<i64, Error> {
        self.store.write(&caller(), counted(&self.runs)).await
    }

    /// It succeeded at the end of so many runs, and what it did is there once.
    async fn took_effect_once_after(&self, runs: u32) {
        assert_eq!(self.runs.load(Ordering::Relaxed), runs);
        assert_eq!(ids(&self.store).await, [1]);
        assert_eq!(number(&self.store, "SELECT count(*) FROM store_event").await, 1);
    }

    async fn left_nothing_after(&self, runs: u32) {
        assert_eq!(self.runs.load(Ordering::Relaxed), runs);
        assert_eq!(count(&self.store).await, 0);
        assert_eq!(number(&self.store, "SELECT count(*) FROM store_event").await, 0);
    }
}

mod postgres {
    use super::*;

    macro_rules! rerun {
        ($($name:ident: $times:literal x $how:ident $when:ident;)+) => {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let case = case($times, $how, $when).await;
                assert_eq!(case.write().await.unwrap(), 1);
                case.took_effect_once_after($times + 1).await;
            }
        )+};
    }

    rerun! {
        a_command_is_run_again_after_a_serialization_failure: 2 x SERIALIZATION AT_ONCE;
        a_command_is_run_again_after_a_deadlock: 2 x DEADLOCK AT_ONCE;
        a_command_is_run_again_after_a_serialization_failure_at_commit: 2 x SERIALIZATION AT_COMMIT;
        a_command_is_run_again_after_a_deadlock_at_commit: 2 x DEADLOCK AT_COMMIT;
        a_command_is_run_once_more_after_a_constraint_that_another_may_have_caused: 1 x CONSTRAINT AT_ONCE;
        a_command_is_run_once_more_after_such_a_constraint_at_commit: 1 x CONSTRAINT AT_COMMIT;
        a_command_is_run_again_when_its_connection_breaks_before_the_commit: 1 x CUT AT_ONCE;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_command_that_keeps_meeting_others_is_given_up() {
        let case = case(1000, SERIALIZATION, AT_COMMIT).await;
        assert!(matches!(case.write().await, Err(Error::Transient(_))));
        case.left_nothing_after(10).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_command_whose_connection_breaks_at_the_commit_is_not_run_again_without_a_key() {
        let case = case(1, CUT, AT_COMMIT).await;
        assert!(matches!(case.write().await, Err(Error::Unavailable(_))));
        case.left_nothing_after(1).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_command_whose_connection_breaks_at_the_commit_is_run_again_under_its_key() {
        let case = case(1, CUT, AT_COMMIT).await;
        let key = Key::new(1, "POST /things", "k", b"body");
        assert_eq!(case.store.once(&caller(), key, counted(&case.runs)).await.unwrap(), 1);
        case.took_effect_once_after(2).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn two_commands_that_wait_for_each_other_both_succeed() {
        let kit = Kit::new(Engine::Postgres, &[THINGS]).await;
        let store = kit.store(Registry::new()).await;
        for id in [1, 2] {
            store.write(&caller(), Put::new(id)).await.unwrap();
        }
        let runs = Arc::new(AtomicU32::new(0));
        let both = Arc::new(tokio::sync::Barrier::new(2));
        let adding = |first: i64, second: i64| {
            let (runs, both) = (Arc::clone(&runs), Arc::clone(&both));
            doing(move |tx, _| {
                let run = runs.fetch_add(1, Ordering::Relaxed);
                let both = Arc::clone(&both);
                Box::pin(async move {
                    tx.exec("UPDATE thing_thing SET a = a + 1 WHERE id = $1", p![first]).await?;
                    if run < 2 {
                        // The test's own wait: each holds one row and will ask for the other's.
                        both.wait().await;
                    }
                    tx.exec("UPDATE thing_thing SET a = a + 1 WHERE id = $1", p![second]).await
                })
            })
        };
        let caller = caller();
        let (one, other) =
            futures::join!(store.write(&caller, adding(1, 2)), store.write(&caller, adding(2, 1)));
        assert_eq!((one.unwrap(), other.unwrap()), (1, 1));
        assert_eq!(runs.load(Ordering::Relaxed), 3, "the one that lost was run again");
        assert_eq!(number(&store, "SELECT CAST(sum(a) AS BIGINT) FROM thing_thing").await, 6);
    }
}
