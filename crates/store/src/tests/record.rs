//! The recorder: everything that is executed is written down, command by command.

use super::{events::Moved, *};
use crate::{Batch, Recorder, Registry, Val};

const RAISE: &str = "UPDATE thing_thing SET a = a + 1 WHERE scope = $1 AND id = $2 RETURNING a";
const FIND: &str = "SELECT a FROM thing_thing WHERE scope = $1 AND id = $2";

fn keeps(recorder: &Recorder) -> Registry {
    let mut registry = Registry::new();
    registry.record(recorder);
    registry.on_events("thing.ear", &["thing.moved"], |_, _, _| Box::pin(async { Ok(()) }));
    registry
}

crate::on_both! {
    rooms = [THINGS];

    async fn every_statement_of_a_command_is_written_down_with_its_values_and_rows(kit) {
        let recorder = Recorder::new();
        let store = kit.store(keeps(&recorder)).await;
        store.write(&caller(), Put::new(9)).await.unwrap();
        recorder.take();
        let many = doing(|tx, ctx| Box::pin(async move {
            let scope = ctx.scope.key();
            tx.exec(INSERT, row(ctx, 1)).await?;
            let mut batch = Batch::new();
            batch.add(INSERT, row(ctx, 2));
            tx.exec_all(batch).await?;
            tx.exec_many(INSERT, &[row(ctx, 3), row(ctx, 4)]).await?;
            tx.opt_all(RAISE, vec![p![scope, 1], p![scope, 77]], |r| r.get::<i64>(0)).await?;
            tx.opt(FIND, p![scope, 1], |r| r.get::<i64>(0)).await?;
            tx.all(IDS, p![], |r| r.get::<i64>(0)).await?;
            tx.say(ctx, &Moved::new(1, 1))
        }));
        store.write(&caller(), many).await.unwrap();
        let taken = recorder.take();
        assert_eq!(taken.len(), 1, "a command is one list");
        let (effects, own): (Vec<_>, Vec<_>) = taken[0].iter().partition(|one| one.sql.contains("store_"));
        let texts: Vec<(&str, bool, usize)> = own.iter().map(|o| (o.sql, o.writes(), o.params.len())).collect();
        assert_eq!(texts, [
            (INSERT, true, 1), (INSERT, true, 1), (INSERT, true, 2), (RAISE, true, 1), (RAISE, true, 1),
            (FIND, false, 1), (IDS, false, 1),
        ]);
        let rows: Vec<_> = own.iter().map(|one| one.rows).collect();
        assert_eq!(rows, [1, 1, 2, 1, 0, 1, 5].map(Some));
        assert_eq!(own[2].params[1][1], Val::Int(4));
        assert_eq!(effects.len(), 2, "the event and its delivery");
        assert!(recorder.take().is_empty(), "what was taken is gone");
    }

    async fn commands_are_lists_of_their_own(kit) {
        let recorder = Recorder::new();
        let store = kit.store(keeps(&recorder)).await;
        store.write(&caller(), Put::new(1)).await.unwrap();
        recorder.take();
        store.write(&caller(), Put::new(2)).await.unwrap();
        store.write(&caller(), Put::new(3)).await.unwrap();
        let ids: Vec<_> = recorder.take().iter().map(|command| command[0].params[0][1].clone()).collect();
        assert_eq!(ids, [Val::Int(2), Val::Int(3)]);
    }
}
