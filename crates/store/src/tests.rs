//! What the store promises, on both engines.

use kernel::{Caller, Ctx, Scope, ShopId};

use crate::{Command, Error, Key, Registry, Room, Store, Tx, p};

const THINGS: Room = Room {
    name: "thing",
    files: &[(
        "V1__thing",
        "CREATE TABLE thing_thing (scope BIGINT NOT NULL, id BIGINT NOT NULL, a BIGINT NOT NULL, b BIGINT NOT NULL, PRIMARY KEY (scope, id));",
    )],
};

struct Put {
    id: i64,
    fail: bool,
}

impl Command for Put {
    type Out = i64;
    type Err = Error;
    const NAME: &'static str = "thing.put";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<i64, Error> {
        // The parameters are out of order on purpose.
        tx.exec(
            "INSERT INTO thing_thing (scope, id, b, a) VALUES ($4, $3, $1, $2)",
            p![1, 2, self.id, ctx.scope.key()],
        )
        .await?;
        if self.fail { Err(Error::internal("told to")) } else { Ok(self.id) }
    }
}

fn caller() -> Caller {
    Caller::system(Scope::Shop(ShopId(7)))
}

async fn count(store: &Store) -> i64 {
    let mut tx = store.read().await.unwrap();
    tx.one("SELECT count(*) FROM thing_thing", p![], |r| r.get(0)).await.unwrap()
}

crate::on_both! {
    rooms = [THINGS];

    async fn parameters_out_of_order_reach_their_own_places(kit) {
        let store = kit.store(Registry::new()).await;
        store.write(&caller(), Put { id: 3, fail: false }).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let row = tx
            .one("SELECT a, b FROM thing_thing WHERE id = $1", p![3], |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?)))
            .await
            .unwrap();
        assert_eq!(row, (2, 1));
    }

    async fn a_command_that_fails_leaves_its_neighbours_alone(kit) {
        let store = kit.store(Registry::new()).await;
        let writes = (0..100).map(|id| {
            let store = store.clone();
            async move { store.write(&caller(), Put { id, fail: id % 3 == 0 }).await.is_ok() }
        });
        let done = futures::future::join_all(writes).await;
        assert_eq!(done.iter().filter(|ok| **ok).count(), 66);
        assert_eq!(count(&store).await, 66);
    }

    async fn the_same_key_runs_once_also_when_both_come_at_once(kit) {
        let store = kit.store(Registry::new()).await;
        let writes = (0..20).map(|id| {
            let store = store.clone();
            async move { store.once(&caller(), Key::new(1, "POST /thing", "k", b"body"), Put { id, fail: false }).await }
        });
        let done = futures::future::join_all(writes).await;
        let first = *done[0].as_ref().unwrap();
        assert!(done.iter().all(|r| matches!(r, Ok(id) if *id == first)), "{done:?}");
        assert_eq!(count(&store).await, 1);
        let other = store.once(&caller(), Key::new(1, "POST /thing", "k", b"other"), Put { id: 99, fail: false }).await;
        assert!(matches!(other, Err(Error::KeyReused)));
    }
}
