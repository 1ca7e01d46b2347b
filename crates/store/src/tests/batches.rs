//! Statements in lots, values on their way in and out, and what a failure says.

use proptest::{prelude::*, strategy::ValueTree};

use super::*;
use crate::{Batch, Registry, Val, testkit::prepare_all};

const NOTE: &str =
    "INSERT INTO thing_note (id, words, data, place) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
const NOTES: &str = "SELECT id, words, data, place FROM thing_note ORDER BY id";
const UPSERT: &str = "\
INSERT INTO thing_thing (scope, id, a, b) VALUES ($1, $2, $3, $4)
ON CONFLICT (scope, id) DO UPDATE SET a = thing_thing.a + excluded.a";

type Note = (i64, Option<String>, Option<Vec<u8>>, Option<f64>);

async fn notes(store: &Store) -> Vec<Note> {
    let mut tx = store.read().await.unwrap();
    tx.all(NOTES, p![], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))).await.unwrap()
}

fn of(note: &Note) -> Params<'static> {
    let (id, words, data, place) = note.clone();
    p![id, words, data, place]
}

/// A handful of notes with gaps in each column, and one id twice.
fn some_notes() -> Vec<Note> {
    let mut notes: Vec<Note> = (0..50)
        .map(|id| {
            let words = (id % 3 != 0).then(|| format!("wörter 字 {id} ' \" \\ {{}}, NULL"));
            let data = (id % 4 != 0).then(|| vec![0, 255, u8::try_from(id).unwrap()]);
            let place = (id % 5 != 0).then_some(0.1 * f64::from(i32::try_from(id).unwrap()));
            (id, words, data, place)
        })
        .collect();
    notes.push((7, Some("again".into()), None, None));
    notes
}

crate::on_both! {
    rooms = [THINGS];

    async fn many_rows_in_one_statement_are_the_same_as_one_by_one_with_gaps_and_repeats(kit) {
        let store = kit.store(Registry::new()).await;
        let many = doing(|tx, _| Box::pin(async move {
            let rows: Vec<_> = some_notes().iter().map(of).collect();
            let before = tx.statements;
            let touched = tx.exec_many(NOTE, &rows).await?;
            Ok((touched, tx.statements - before, tx.is_pg()))
        }));
        let (touched, statements, is_pg) = store.write(&caller(), many).await.unwrap();
        assert_eq!(touched, 50);
        assert_eq!(statements, if is_pg { 1 } else { 51 });
        let together = notes(&store).await;
        assert_eq!(together, some_notes()[..50]);
        let one_by_one = doing(|tx, _| Box::pin(async move {
            tx.exec("DELETE FROM thing_note", p![]).await?;
            let mut touched = 0;
            for note in some_notes() {
                touched += tx.exec(NOTE, of(&note)).await?;
            }
            Ok(touched)
        }));
        assert_eq!(store.write(&caller(), one_by_one).await.unwrap(), 50);
        assert_eq!(notes(&store).await, together);
    }

    async fn many_rows_of_an_upsert_may_touch_one_row_twice(kit) {
        let store = kit.store(Registry::new()).await;
        let many = doing(|tx, ctx| Box::pin(async move {
            let scope = ctx.scope.key();
            tx.exec_many(UPSERT, &[p![scope, 1, 5, 0], p![scope, 1, 6, 0], p![scope, 2, 7, 0]]).await
        }));
        assert_eq!(store.write(&caller(), many).await.unwrap(), 3);
        assert_eq!(number(&store, "SELECT a FROM thing_thing WHERE id = 1").await, 11);
    }

    async fn many_rows_of_any_other_statement_and_none_at_all(kit) {
        let store = kit.store(Registry::new()).await;
        let many = doing(|tx, ctx| Box::pin(async move {
            for id in 0..100 {
                tx.exec(INSERT, row(ctx, id)).await?;
            }
            let rows: Vec<_> = (0..100).map(|id| p![id * 2, id]).collect();
            let none = tx.exec_many("UPDATE thing_thing SET a = $1 WHERE id = $2", &[]).await?;
            Ok((none, tx.exec_many("UPDATE thing_thing SET a = $1 WHERE id = $2", &rows).await?))
        }));
        assert_eq!(store.write(&caller(), many).await.unwrap(), (0, 100));
        assert_eq!(number(&store, "SELECT CAST(sum(a) AS BIGINT) FROM thing_thing").await, 9900);
    }

    async fn answers_come_in_the_order_of_their_questions(kit) {
        let store = kit.store(Registry::new()).await;
        let fill = doing(|tx, ctx| Box::pin(async move {
            let mut batch = Batch::new();
            for id in 0..100 {
                batch.add(INSERT, p![ctx.scope.key(), id, id * 10, 0]);
            }
            batch.add("UPDATE thing_thing SET b = 1 WHERE id < $1", p![40]);
            tx.exec_all(batch).await
        }));
        let touched = store.write(&caller(), fill).await.unwrap();
        assert_eq!(touched, [vec![1; 100], vec![40]].concat());
        let mut tx = store.read().await.unwrap();
        let asked: Vec<i64> = (0..300).map(|n| (n * 7) % 150).collect();
        let keys = asked.iter().map(|id| p![*id]).collect();
        let read = tx.opt_all("SELECT a FROM thing_thing WHERE id = $1", keys, |r| r.get::<i64>(0)).await.unwrap();
        let expected: Vec<Option<i64>> = asked.iter().map(|id| (*id < 100).then_some(id * 10)).collect();
        assert_eq!(read, expected);
        assert!(tx.opt_all(COUNT, vec![], |r| r.get::<i64>(0)).await.unwrap().is_empty());
    }

    async fn a_commit_behind_a_statement_that_failed_is_not_taken_for_success(kit) {
        let store = kit.store(Registry::new()).await;
        // Both events go out in one round trip with the COMMIT; the second has the first one's version.
        let twice = doing(|tx, ctx| Box::pin(async move {
            tx.exec(INSERT, row(ctx, 1)).await?;
            tx.say(ctx, &super::events::Moved::new(1, 1))?;
            tx.say(ctx, &super::events::Moved::new(1, 1))
        }));
        let done = store.write(&caller(), twice).await;
        assert!(matches!(done, Err(Error::Constraint(_))), "{done:?}");
        assert_eq!(count(&store).await, 0);
        assert_eq!(number(&store, "SELECT count(*) FROM store_event").await, 0);
    }

    async fn a_sum_is_cast_or_its_reading_fails_without_a_panic(kit) {
        let store = kit.store(Registry::new()).await;
        for id in 0..3 {
            store.write(&caller(), Put::new(id)).await.unwrap();
        }
        assert_eq!(number(&store, "SELECT CAST(COALESCE(sum(b), 0) AS BIGINT) FROM thing_thing").await, 6);
        let mut tx = store.read().await.unwrap();
        let bare = tx.one("SELECT sum(b) FROM thing_thing", p![], |r| r.get::<i64>(0)).await;
        if store.is_postgres() {
            // There the sum of BIGINT is NUMERIC.
            assert!(matches!(bare, Err(Error::Internal(_))), "{bare:?}");
        } else {
            assert_eq!(bare.unwrap(), 6);
        }
    }

    async fn a_value_of_another_type_is_never_written_as_something_else(kit) {
        let store = kit.store(Registry::new()).await;
        let mut stored = 0;
        for wrong in [p![1, 5, None::<Vec<u8>>, None::<f64>], p![2, "a", "b", None::<f64>], p![3, "a", None::<Vec<u8>>, 5]] {
            for many in [false, true] {
                let wrong: Params<'static> = wrong.clone();
                let put = doing(move |tx, _| {
                    let wrong = wrong.clone();
                    Box::pin(async move {
                        if many { tx.exec_many(NOTE, &[wrong]).await } else { tx.exec(NOTE, wrong).await }
                    })
                });
                match store.write(&caller(), put).await {
                    Ok(touched) => stored += touched,
                    Err(e) => assert!(matches!(e, Error::Internal(_)), "{e:?}"),
                }
            }
        }
        // SQLite keeps values of any type, or turns them; the second of each pair meets the first.
        assert_eq!(stored, if store.is_postgres() { 0 } else { 3 });
    }

    async fn a_failure_says_no_word_of_sql_to_a_caller(kit) {
        let store = kit.store(Registry::new()).await;
        store.write(&caller(), Put::new(1)).await.unwrap();
        let bad: [(&'static str, Params<'static>); 5] = [
            (INSERT, p![7, 1, 1, 1]),
            (INSERT, p![7, 2, -1, 1]),
            ("INSERT INTO thing_thing (scope, id, a, b) VALUES ($1, 3, NULL, 1)", p![7]),
            ("SELEKT secret FROM thing_thing", p![]),
            ("SELECT secret FROM thing_secret WHERE id = $1", p![1]),
        ];
        for (i, (sql, params)) in bad.into_iter().enumerate() {
            let broken = doing(move |tx, _| {
                let params = params.clone();
                Box::pin(async move { tx.exec(sql, params).await })
            });
            let e = store.write(&caller(), broken).await.unwrap_err();
            assert_eq!(matches!(e, Error::Constraint(_)), i < 3, "{e:?}");
            let said = format!("{e} {}", kernel::Fault::code(&e)).to_lowercase();
            for word in ["thing", "select", "selekt", "insert", "sql", "syntax", "relation", "table", "column", "check"] {
                assert!(!said.contains(word), "{said} says {word}");
            }
            assert!(e.for_log().len() > e.to_string().len(), "the log has the cause");
        }
    }

    async fn a_statement_that_one_engine_does_not_understand_is_found(kit) {
        prepare_all(&kit, &[INSERT, COUNT, IDS, NOTE, NOTES, UPSERT]).await;
        let store = kit.store(Registry::new()).await;
        let mut tx = store.read().await.unwrap();
        assert!(tx.prepare("SELECT nothing FROM thing_thing").await.is_err());
    }
}

crate::on_both! {
    rooms = [THINGS];

    async fn any_value_comes_back_as_it_was_written(kit) {
        let store = kit.store(Registry::new()).await;
        // PostgreSQL keeps no NUL in a text.
        let words = "[^\u{0}]{0,20}";
        let any = (any::<i64>(), proptest::option::of(words), any::<Option<Vec<u8>>>(), any::<Option<f64>>());
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(64));
        let mut seen = std::collections::HashSet::new();
        for _ in 0..64 {
            let note: Note = any.new_tree(&mut runner).unwrap().current();
            if !seen.insert(note.0) {
                continue;
            }
            let put = doing({
                let note = note.clone();
                move |tx, _| {
                    let row = of(&note);
                    Box::pin(async move { tx.exec(NOTE, row).await })
                }
            });
            store.write(&caller(), put).await.unwrap();
            let mut tx = store.read().await.unwrap();
            let read: Note = tx
                .one("SELECT id, words, data, place FROM thing_note WHERE id = $1", p![note.0], |r| {
                    Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))
                })
                .await
                .unwrap();
            assert_eq!(read, note);
        }
    }
}

#[test]
fn every_kind_of_number_is_a_parameter() {
    assert_eq!(p![1_i32, 2_u32, 3_i64], [Val::Int(1), Val::Int(2), Val::Int(3)]);
    assert_eq!(p![None::<i64>, Some("a")], [Val::Null, Val::from("a")]);
}
