//! Many buyers at once.

use futures::future::join_all;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use store::{Registry, Store};

use crate::{Error, testing::*};

/// Takes attempts from the shared counter until they are used up; how many pieces it got.
async fn buy(store: Store, next: Arc<AtomicI64>, attempts: i64) -> i64 {
    let mut got = 0;
    loop {
        let hold = next.fetch_add(1, Ordering::Relaxed);
        if hold > attempts {
            return got;
        }
        got += match reserve(&store, &shop(7), hold, &[item(1, 1)]).await {
            Ok(()) => 1,
            Err(Error::SoldOut { .. }) => 0,
            Err(e) => panic!("{e}"),
        };
    }
}

store::on_both! {
    rooms = crate::testing::rooms();

    async fn three_thousand_attempts_on_a_thousand_pieces_sell_exactly_a_thousand(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        receive(&store, &me, 1, 1000).await.unwrap();
        let next = Arc::new(AtomicI64::new(1));
        let buyers = (0..64).map(|_| tokio::spawn(buy(store.clone(), Arc::clone(&next), 3000)));
        let got: i64 = join_all(buyers).await.into_iter().map(|b| b.unwrap()).sum();
        assert_eq!(got, 1000);
        assert_eq!(counts(&store, &me, 1).await, (0, 1000, 0, 0));
        assert_eq!(findings(&store).await, []);
    }

    async fn orders_of_the_same_skus_in_any_order_never_wait_in_a_circle(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        for sku in 1..=4 {
            receive(&store, &me, sku, 1000).await.unwrap();
        }
        let orders = (1..=48_i64).map(|hold| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut items: Vec<_> = (1..=4).map(|sku| item(sku, 1)).collect();
                items.rotate_left(usize::try_from(hold % 4).unwrap());
                reserve(&store, &shop(7), hold, &items).await.unwrap();
                items.reverse();
                if hold % 2 == 0 {
                    commit(&store, &shop(7), hold, &items).await.unwrap();
                    give_back(&store, &shop(7), hold, hold, &items).await.unwrap();
                } else {
                    release(&store, &shop(7), hold, &items).await.unwrap();
                }
            })
        });
        assert!(join_all(orders).await.into_iter().all(|order| order.is_ok()));
        assert_eq!(counts(&store, &me, 3).await, (1000, 0, 24, 24));
        assert_eq!(findings(&store).await, []);
    }

    async fn a_hold_settled_by_many_at_once_is_settled_once(kit) {
        let (store, me) = (kit.store(Registry::new()).await, shop(7));
        receive(&store, &me, 1, 100).await.unwrap();
        for hold in 1..=8 {
            reserve(&store, &me, hold, &[item(1, 3)]).await.unwrap();
            let (store, me) = (&store, &me);
            let settle = (0..6).map(|n| async move {
                let sold = n % 2 == 0;
                let done = if sold {
                    commit(store, me, hold, &[item(1, 3)]).await
                } else {
                    release(store, me, hold, &[item(1, 3)]).await
                };
                (sold, done.is_ok())
            });
            let outcomes = join_all(settle).await;
            let won: Vec<bool> = outcomes.iter().filter(|(_, ok)| *ok).map(|(sold, _)| *sold).collect();
            assert!(!won.is_empty() && won.iter().all(|sold| *sold == won[0]), "{outcomes:?}");
        }
        let (available, reserved, sold, _) = counts(&store, &me, 1).await;
        assert_eq!((available + sold, reserved), (100, 0));
        assert_eq!(findings(&store).await, []);
    }
}
