//! Migrations: each once, in order, frozen once released.

use super::*;
use crate::{Registry, testkit::Kit};

const FIRST: (&str, &str) = ("V1__first", "CREATE TABLE pot_pot (id BIGINT NOT NULL PRIMARY KEY);");
const SECOND: (&str, &str) = ("V2__second", "INSERT INTO pot_pot (id) VALUES (1);");
const BAD: (&str, &str) =
    ("V2__second", "INSERT INTO pot_pot (id) VALUES (2); INSERT INTO pot_none (id) VALUES (1);");
const CHANGED: (&str, &str) =
    ("V1__first", "CREATE TABLE pot_pot (id BIGINT NOT NULL PRIMARY KEY, a BIGINT);");

const POT: Room = Room { name: "pot", files: &[FIRST] };
const POT_GROWN: Room = Room { name: "pot", files: &[FIRST, SECOND] };
const POT_BROKEN: Room = Room { name: "pot", files: &[FIRST, BAD] };
const POT_CHANGED: Room = Room { name: "pot", files: &[CHANGED] };
const LID: Room = Room {
    name: "lid",
    files: &[(
        "V1__lid",
        "CREATE TABLE lid_lid (pot_id BIGINT NOT NULL PRIMARY KEY REFERENCES pot_pot (id));",
    )],
};

const POTS: &str = "SELECT count(*) FROM pot_pot";

fn open(kit: &Kit) -> Store {
    Store::open(&kit.options, Registry::new()).unwrap()
}

crate::on_both! {
    rooms = [];

    async fn a_migration_is_applied_once_however_often_it_is_asked_for(kit) {
        let store = open(&kit);
        for _ in 0..3 {
            store.migrate(&[POT_GROWN]).await.unwrap();
        }
        assert_eq!(number(&store, POTS).await, 1);
        open(&kit).migrate(&[POT_GROWN]).await.unwrap();
        assert_eq!(number(&store, POTS).await, 1);
    }

    async fn a_new_file_is_applied_to_what_the_last_release_left(kit) {
        let store = open(&kit);
        store.migrate(&[POT]).await.unwrap();
        assert_eq!(number(&store, POTS).await, 0);
        store.migrate(&[POT_GROWN]).await.unwrap();
        assert_eq!(number(&store, POTS).await, 1);
    }

    async fn rooms_are_migrated_in_the_order_given(kit) {
        let store = open(&kit);
        store.migrate(&[POT_GROWN, LID]).await.unwrap();
        script(&store, "INSERT INTO lid_lid (pot_id) VALUES (1)").await;
        let orphan = doing(|tx, _| Box::pin(tx.exec("INSERT INTO lid_lid (pot_id) VALUES (2)", p![])));
        assert!(matches!(store.write(&caller(), orphan).await, Err(Error::Constraint(_))));
    }

    async fn a_file_that_was_changed_after_its_release_is_refused_and_named(kit) {
        let store = open(&kit);
        store.migrate(&[POT]).await.unwrap();
        let e = store.migrate(&[POT_CHANGED]).await.unwrap_err();
        assert!(matches!(e, Error::Internal(_)));
        let said = e.for_log();
        assert!(said.contains("migrations of pot") && said.contains("V1__first") && said.contains("different"), "{said}");
        store.migrate(&[POT_GROWN]).await.unwrap();
    }

    async fn a_migration_that_fails_leaves_nothing_and_may_be_mended(kit) {
        let store = open(&kit);
        store.migrate(&[POT]).await.unwrap();
        let e = store.migrate(&[POT_BROKEN, LID]).await.unwrap_err();
        assert!(e.for_log().contains("migrations of pot"), "{}", e.for_log());
        assert_eq!(e.to_string(), "internal fault");
        assert_eq!(number(&store, POTS).await, 0);
        store.migrate(&[POT_GROWN, LID]).await.unwrap();
        assert_eq!(number(&store, POTS).await, 1);
    }

    async fn several_processes_may_migrate_at_once(kit) {
        let migrating = (0..4).map(|_| {
            let options = kit.options.clone();
            tokio::spawn(async move {
                let store = Store::open(&options, Registry::new()).unwrap();
                store.migrate(&[POT_GROWN, LID, THINGS]).await.unwrap();
                store
            })
        });
        for store in futures::future::join_all(migrating).await {
            let store = store.unwrap();
            assert_eq!(number(&store, POTS).await, 1);
            store.write(&caller(), Put::new(store.wall().ms())).await.ok();
        }
    }
}
