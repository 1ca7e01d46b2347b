//! What is off sale, in the bin or erased is not sold, and comes back only by the ways of the table.

use super::*;
use crate::{Status, Submit, audits, page, product, skus_for_order, testing::*};
use kernel::Denied;
use store::Registry;

store::on_both! {
    rooms = rooms();

    async fn what_is_taken_off_is_not_sold_and_only_once(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, skus) = listed(&store).await;
        assert_eq!(store.write(&staff(), Delist(product)).await.unwrap().status, Status::Delisted);
        assert!(matches!(store.write(&staff(), Delist(product)).await, Err(Error::NotListed)));
        let mut tx = store.read().await.unwrap();
        assert!(skus_for_order(&mut tx, SHOP, &skus).await.unwrap().iter().all(|s| !s.listed));
        assert!(matches!(page(&mut tx, product).await, Err(Error::NotFound)));
    }

    async fn what_is_thrown_away_can_be_taken_out_for_a_month(kit) {
        let store = kit.store(registry()).await;
        let (id, _) = listed(&store).await;
        assert!(matches!(store.write(&staff(), Restore(id)).await, Err(Error::NotBinned)));
        assert_eq!(store.write(&staff(), Delete(id)).await.unwrap().status, Status::Binned);
        assert!(matches!(store.write(&staff(), Delete(id)).await, Err(Error::NotFound)));
        assert!(matches!(store.write(&staff(), Submit(id)).await, Err(Error::NotEditable { .. })));
        store.advance(BIN_MS - kernel::hour_ms(1)).await.unwrap();
        assert!(store.drain(20).await.unwrap());
        assert_eq!(store.write(&staff(), Restore(id)).await.unwrap().status, Status::Delisted);
        store.advance(BIN_MS).await.unwrap();
        assert!(store.drain(20).await.unwrap());
        assert_eq!(store.write(&staff(), Submit(id)).await.unwrap().status, Status::Listed);
    }

    async fn after_a_month_nothing_of_it_is_left_but_its_number(kit) {
        let store = kit.store(registry()).await;
        let (id, skus) = listed(&store).await;
        store.write(&staff(), Delete(id)).await.unwrap();
        store.advance(BIN_MS).await.unwrap();
        assert!(store.drain(20).await.unwrap());
        let mut tx = store.read().await.unwrap();
        assert_eq!(product(&mut tx, SHOP, id).await.unwrap(), None);
        assert!(!crate::sku_exists(&mut tx, SHOP, id, skus[0]).await.unwrap());
        drop(tx);
        assert!(matches!(store.write(&staff(), Restore(id)).await, Err(Error::NotFound)));
    }

    async fn an_audit_that_runs_ends_with_its_product(kit) {
        let store = kit.store(Registry::new()).await;
        let added = store.write(&staff(), draft(&store).await).await.unwrap();
        submitted(&store, added.product).await;
        store.write(&staff(), Delete(added.product)).await.unwrap();
        let ctx = store.ctx(&reader()).await.unwrap();
        let mut tx = store.read().await.unwrap();
        assert_eq!(audits(&mut tx, &ctx, added.product).await.unwrap()[0].state, AuditState::Withdrawn);
    }

    async fn another_shop_or_a_reader_removes_nothing(kit) {
        let store = kit.store(Registry::new()).await;
        let (id, _) = listed(&store).await;
        assert!(matches!(store.write(&other_staff(), Delist(id)).await, Err(Error::NotFound)));
        assert!(matches!(store.write(&other_staff(), Delete(id)).await, Err(Error::NotFound)));
        assert!(matches!(store.write(&other_staff(), Restore(id)).await, Err(Error::NotFound)));
        assert!(matches!(store.write(&reader(), Delist(id)).await, Err(Error::Denied(Denied::Forbidden))));
        assert!(matches!(store.write(&reader(), Delete(id)).await, Err(Error::Denied(Denied::Forbidden))));
        assert!(matches!(store.write(&reader(), Restore(id)).await, Err(Error::Denied(Denied::Forbidden))));
    }
}
