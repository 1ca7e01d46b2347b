//! Commands that share a transaction do what each would have done by itself.

use futures::future::join_all;

use super::*;
use crate::{Key, Registry, testkit::Engine};

const FILL: &str = "INSERT INTO thing_thing (scope, id, a, b) VALUES ($1, $2, $3, 0)";
const TAKE: &str = "\
UPDATE thing_thing SET a = a - $3, b = b + 1
WHERE scope = $1 AND id = $2 AND a >= $3
RETURNING a";
const NOTE: &str = "INSERT INTO thing_note (id, words) VALUES ($1, $2), ($1 + 1000000, NULL)";
const LOOK: &str = "SELECT b, a FROM thing_thing WHERE scope = $1 AND id = $2 ORDER BY id";
const LEFT: &str = "SELECT CAST(sum(a) AS BIGINT) FROM thing_thing";
const NOTES: &str = "SELECT count(*) FROM thing_note";

/// Takes pieces of a thing and notes it.
#[derive(Clone)]
struct Take {
    thing: i64,
    pieces: i64,
    note: i64,
    then: Then,
}

#[derive(Clone, Copy, PartialEq)]
enum Then {
    Succeed,
    Fail,
    Panic,
}

impl Command for Take {
    type Out = i64;
    type Err = Error;
    const NAME: &'static str = "thing.take";
    const IN_LOTS: bool = true;

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<i64, Error> {
        let (scope, thing) = (ctx.scope.key(), self.thing);
        let there: Option<i64> = tx.opt(LOOK, p![scope, thing], |r| r.get(1)).await?;
        there.ok_or_else(|| Error::internal("no such thing"))?;
        let left = tx.opt_all(TAKE, vec![p![scope, thing, self.pieces]], |r| r.get(0)).await?;
        let left: i64 = left[0].ok_or(Error::KeyReused)?;
        assert!(self.then != Then::Panic, "told to");
        tx.exec(NOTE, p![self.note, "taken"]).await?;
        tx.say(ctx, &super::events::Moved::new(self.note, 1))?;
        if self.then == Then::Fail { Err(Error::internal("told to")) } else { Ok(left) }
    }
}

const fn take(thing: i64, note: i64) -> Take {
    Take { thing, pieces: 1, note, then: Then::Succeed }
}

async fn filled(store: &Store, things: i64, pieces: i64) {
    let fill = doing(move |tx: &mut Tx, ctx: &Ctx| {
        let rows: Vec<_> = (1..=things).map(|id| p![ctx.scope.key(), id, pieces]).collect();
        Box::pin(async move { tx.exec_many(FILL, &rows).await })
    });
    store.write(&caller(), fill).await.unwrap();
}

async fn all(store: &Store, commands: Vec<Take>) -> Vec<Result<i64, Error>> {
    let caller = caller();
    join_all(commands.into_iter().map(|command| store.write(&caller, command))).await
}

fn key(n: i64) -> Key {
    Key::new(1, "take", n.to_string(), b"")
}

crate::on_both! {
    rooms = [THINGS];

    async fn of_many_at_once_as_many_are_served_as_there_are_pieces(kit) {
        let store = kit.store(Registry::new()).await;
        filled(&store, 2, 50).await;
        let done = all(&store, (0..300).map(|n| take(1 + n % 2, n)).collect()).await;
        assert_eq!(done.iter().filter(|d| d.is_ok()).count(), 100);
        assert!(done.iter().all(|d| matches!(d, Ok(_) | Err(Error::KeyReused))), "{done:?}");
        assert_eq!((number(&store, LEFT).await, number(&store, NOTES).await), (0, 200));
        let mut left: Vec<i64> = done.into_iter().flatten().collect();
        left.sort_unstable();
        let twice: Vec<i64> = (0..50).flat_map(|n| [n, n]).collect();
        assert_eq!(left, twice, "each saw the pieces go down one by one");
    }

    async fn what_many_do_at_once_costs_few_statements_on_postgres(kit) {
        let store = kit.store(Registry::new()).await;
        filled(&store, 200, 1).await;
        let before = store.statements();
        let done = all(&store, (0..200).map(|n| take(1 + n, n)).collect()).await;
        assert!(done.iter().all(|d| matches!(d, Ok(0))), "{done:?}");
        let spent = store.statements() - before;
        let expected = if kit.engine == Engine::Postgres { 1..100 } else { 800..801 };
        assert!(expected.contains(&spent), "{spent} statements");
        assert_eq!(number(&store, "SELECT count(*) FROM store_event").await, 200);
    }

    async fn a_lot_finds_its_rows_by_key_also_where_nothing_is_known_of_the_table(kit) {
        let store = kit.store(Registry::new()).await;
        if kit.engine != Engine::Postgres {
            return; // lots are PostgreSQL's
        }
        script(&store, "ALTER TABLE thing_thing SET (autovacuum_enabled = off)").await;
        filled(&store, 5_000, 1).await;
        let done = all(&store, (0..200).map(|n| take(1 + n, n)).collect()).await;
        assert!(done.iter().all(Result::is_ok), "{done:?}");
        script(&store, "SELECT pg_stat_clear_snapshot()").await;
        until(|| async { number(&store, "SELECT idx_scan FROM pg_stat_user_tables WHERE relname = 'thing_thing'").await > 300 })
            .await;
        let walked = number(&store, "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'thing_thing'").await;
        assert!(walked < 5_000, "{walked} rows were walked through");
    }

    async fn who_fails_half_way_leaves_no_trace_and_the_others_succeed(kit) {
        for then in [Then::Fail, Then::Panic] {
            let store = kit.store(Registry::new()).await;
            script(&store, "DELETE FROM thing_thing; DELETE FROM thing_note; DELETE FROM store_event").await;
            filled(&store, 1, 100).await;
            let commands = (0..40).map(|n| Take { then: if n == 7 { then } else { Then::Succeed }, ..take(1, n) });
            let done = all(&store, commands.collect()).await;
            assert!(matches!(done[7], Err(Error::Internal(_))), "{:?}", done[7]);
            assert_eq!(done.iter().filter(|d| d.is_ok()).count(), 39);
            assert_eq!((number(&store, LEFT).await, number(&store, NOTES).await), (61, 78));
            assert_eq!(number(&store, "SELECT count(*) FROM store_event").await, 39);
        }
    }

    async fn who_contradicts_what_is_there_fails_alone(kit) {
        let store = kit.store(Registry::new()).await;
        filled(&store, 1, 100).await;
        let done = all(&store, (0..20).map(|n| take(1, n % 19)).collect()).await;
        assert_eq!(done.iter().filter(|d| matches!(d, Err(Error::Constraint(_)))).count(), 1, "{done:?}");
        assert_eq!((number(&store, LEFT).await, number(&store, NOTES).await), (81, 38));
    }

    async fn a_key_is_executed_once_also_by_repeats_in_one_lot(kit) {
        let store = kit.store(Registry::new()).await;
        filled(&store, 1, 100).await;
        let caller = caller();
        let done = join_all((0..60).map(|n| store.once(&caller, key(n % 20), take(1, n % 20)))).await;
        let left: Vec<i64> = done.into_iter().map(Result::unwrap).collect();
        assert!((0..20).all(|n| left[n] == left[n + 20] && left[n] == left[n + 40]), "{left:?}");
        assert_eq!((number(&store, LEFT).await, number(&store, NOTES).await), (80, 40));
    }

    async fn a_key_whose_command_failed_is_free_again(kit) {
        let store = kit.store(Registry::new()).await;
        filled(&store, 1, 10).await;
        let caller = caller();
        let done = join_all((0..30).map(|n| store.once(&caller, key(n), take(1, n)))).await;
        assert_eq!(done.iter().filter(|d| d.is_ok()).count(), 10);
        assert_eq!(number(&store, "SELECT count(*) FROM store_idempotency").await, 10);
        script(&store, "UPDATE thing_thing SET a = 100").await;
        let again = join_all((0..30).map(|n| store.once(&caller, key(n), take(1, n)))).await;
        assert!(again.iter().all(Result::is_ok), "{again:?}");
        assert_eq!((number(&store, LEFT).await, number(&store, NOTES).await), (80, 60));
    }
}
