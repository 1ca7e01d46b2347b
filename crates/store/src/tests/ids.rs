//! Ids: never the same from two processes, since each has a node of its own.

use std::{collections::HashSet, sync::Arc};

use super::*;
use crate::{Options, Registry, testkit::Kit};

/// The node of a long id: 8 bits above a counter of 13.
fn node_of(id: i64) -> i64 {
    (id >> 13) & 255
}

async fn an_id(store: &Store) -> i64 {
    store.ctx(&caller()).await.unwrap().id()
}

/// Several handles on one database, as several processes have them.
async fn handles(kit: &Kit, n: usize) -> Vec<Store> {
    let mut stores = Vec::new();
    for _ in 0..n {
        stores.push(kit.store(Registry::new()).await);
    }
    stores
}

const NODES: &str = "SELECT count(*) FROM store_node";

crate::on_both! {
    rooms = [THINGS];

    async fn stores_on_one_database_have_nodes_of_their_own_also_when_they_begin_at_once(kit) {
        let stores = handles(&kit, 8).await;
        let made = futures::future::join_all(stores.iter().map(an_id)).await;
        let nodes: HashSet<i64> = made.into_iter().map(node_of).collect();
        assert_eq!(nodes.len(), 8);
        assert_eq!(node_of(an_id(&stores[3]).await), node_of(an_id(&stores[3]).await));
    }

    async fn a_store_that_is_opened_again_has_another_node(kit) {
        let mut nodes = HashSet::new();
        for _ in 0..5 {
            let store = kit.store(Registry::new()).await;
            assert!(nodes.insert(node_of(an_id(&store).await)));
        }
    }

    async fn twenty_commands_at_once_lease_one_node(kit) {
        let store = kit.store(Registry::new()).await;
        let made = (0..20).map(|_| {
            let store = store.clone();
            async move {
                let id = doing(|_, ctx| {
                    let id: i64 = ctx.id();
                    Box::pin(async move { Ok(id) })
                });
                store.write(&caller(), id).await.unwrap()
            }
        });
        let made: HashSet<i64> = futures::future::join_all(made).await.into_iter().collect();
        assert_eq!(made.len(), 20);
        assert_eq!(number(&store, NODES).await, 1);
    }

    async fn when_all_numbers_were_used_the_one_free_the_longest_comes_next_and_none_that_is_held(kit) {
        let store = kit.store(Registry::new()).await;
        let wall = store.wall();
        let fill = doing(move |tx, _| Box::pin(async move {
            for node in 0..256 {
                let until = if node == 77 { wall + -5000 } else if node == 78 { wall + -3000 } else { wall + 600_000 };
                tx.exec("INSERT INTO store_node (node, owner, lease_until) VALUES ($1, 5, $2)", p![node, until]).await?;
            }
            Ok(())
        }));
        let seeded = Store::open(&Options { seed: Some(1), ..kit.options.clone() }, Registry::new()).unwrap();
        seeded.write(&caller(), fill).await.unwrap();
        let others = handles(&kit, 3).await;
        assert_eq!(node_of(an_id(&others[0]).await), 77);
        assert_eq!(node_of(an_id(&others[1]).await), 78);
        assert!(matches!(others[2].ctx(&caller()).await, Err(Error::Unavailable(_))));
    }

    async fn a_lease_is_renewed_and_a_lost_one_gives_another_node(kit) {
        let store = kit.store(Registry::new()).await;
        let first = store.ids().await.unwrap();
        // A long sleep: the lease has run out, and nobody has taken the node.
        store.forget_lease();
        let second = store.ids().await.unwrap();
        assert!(Arc::ptr_eq(&first, &second), "the same generator goes on");
        // A longer one: somebody has.
        store.forget_lease();
        script(&store, "UPDATE store_node SET owner = 5").await;
        let third = store.ids().await.unwrap();
        assert_ne!(node_of(first.long(store.wall())), node_of(third.long(store.wall())));
        store.keep_node().await.unwrap();
        assert!(Arc::ptr_eq(&third, &store.ids().await.unwrap()));
    }

    async fn the_same_seed_gives_the_same_ids(kit) {
        for _ in 0..2 {
            let store = Store::open(&Options { seed: Some(4000), ..kit.options.clone() }, Registry::new()).unwrap();
            store.migrate(&[THINGS]).await.unwrap();
            assert_eq!((an_id(&store).await, an_id(&store).await), (4000, 4001));
            assert_eq!(number(&store, NODES).await, 0);
        }
    }
}
