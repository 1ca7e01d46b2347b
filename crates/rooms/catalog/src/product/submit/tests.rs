//! What was edited is sold only after an audit, at once or at its time.

use super::*;
use crate::{
    Delist, Flaw, RetireCategory, SetAutoAudit, TakeDown, Timing, UpdateProduct, Verdict, testing::*,
};
use kernel::{Denied, hour_ms};
use store::{Registry, Store};

async fn read(store: &Store, id: ProductId) -> Product {
    let mut tx = store.read().await.unwrap();
    crate::product(&mut tx, SHOP, id).await.unwrap().unwrap()
}

async fn timed(store: &Store) -> ProductId {
    let mut cmd = draft(store).await;
    cmd.content.timing = Some(Timing { onsale_at: store.now() + hour_ms(2), hide_price: false });
    let added = store.write(&staff(), cmd).await.unwrap();
    let round = submitted(store, added.product).await;
    store.write(&operator(), verdict(added.product, round, Verdict::Pass)).await.unwrap();
    added.product
}

store::on_both! {
    rooms = rooms();

    async fn what_has_passed_goes_on_sale_again_without_an_audit(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, _) = listed(&store).await;
        let before = read(&store, product).await;
        let same = store.write(&staff(), Submit(product)).await.unwrap();
        assert_eq!(same, before.into());
        store.write(&staff(), Delist(product)).await.unwrap();
        let again = store.write(&staff(), Submit(product)).await.unwrap();
        assert_eq!((again.status, again.round), (Status::Listed, 1));
    }

    async fn what_the_platform_took_off_comes_back_only_through_an_audit(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, _) = listed(&store).await;
        let cmd = TakeDown { shop: SHOP, product, reason: "假货".into() };
        store.write(&operator(), cmd).await.unwrap();
        let sent = store.write(&staff(), Submit(product)).await.unwrap();
        assert_eq!((sent.status, sent.edit_status), (Status::Violation, EditStatus::Auditing));
        let passed = store.write(&operator(), verdict(product, sent.round, Verdict::Pass)).await.unwrap();
        assert_eq!((passed.status, passed.reason.as_str()), (Status::Listed, ""));
    }

    async fn with_the_setting_a_draft_passes_by_itself(kit) {
        let store = kit.store(Registry::new()).await;
        store.write(&operator(), SetAutoAudit { on: true }).await.unwrap();
        let added = store.write(&staff(), draft(&store).await).await.unwrap();
        let sent = store.write(&staff(), Submit(added.product)).await.unwrap();
        assert_eq!((sent.status, sent.edit_status), (Status::Listed, EditStatus::Passed));
        let ctx = store.ctx(&reader()).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let audits = crate::audits(&mut tx, &ctx, added.product).await.unwrap();
        assert_eq!((audits.len(), audits[0].state), (1, AuditState::Passed));
    }

    async fn a_draft_is_checked_again_as_it_is_sent(kit) {
        let store = kit.store(Registry::new()).await;
        let added = store.write(&staff(), draft(&store).await).await.unwrap();
        store.write(&operator(), RetireCategory(leaf(&store).await)).await.unwrap();
        let refused = store.write(&staff(), Submit(added.product)).await;
        assert!(matches!(refused, Err(Error::Flaw(Flaw::CategoryUnusable))));
    }

    async fn a_draft_in_audit_is_not_sent_twice_and_can_be_taken_back(kit) {
        let store = kit.store(Registry::new()).await;
        let added = store.write(&staff(), draft(&store).await).await.unwrap();
        let refused = store.write(&staff(), CancelAudit(added.product)).await;
        assert!(matches!(refused, Err(Error::NotInAudit)));
        let round = submitted(&store, added.product).await;
        let refused = store.write(&staff(), Submit(added.product)).await;
        assert!(matches!(refused, Err(Error::NotEditable { edit_status: EditStatus::Auditing, .. })));
        let back = store.write(&staff(), CancelAudit(added.product)).await.unwrap();
        assert_eq!(back.edit_status, EditStatus::Editing);
        let late = store.write(&operator(), verdict(added.product, round, Verdict::Pass)).await;
        assert!(matches!(late, Err(Error::NotInAudit)));
        assert_eq!(submitted(&store, added.product).await, round + 1);
    }

    async fn a_product_with_a_time_goes_on_sale_then(kit) {
        let store = kit.store(registry()).await;
        let product = timed(&store).await;
        assert!(store.drain(20).await.unwrap());
        let waiting = read(&store, product).await;
        assert_eq!((waiting.status, waiting.edit_status), (Status::New, EditStatus::Passed));
        store.advance(hour_ms(3)).await.unwrap();
        assert!(store.drain(20).await.unwrap());
        assert_eq!(read(&store, product).await.status, Status::Listed);
    }

    async fn a_product_that_was_edited_or_taken_off_meanwhile_stays_off(kit) {
        let store = kit.store(registry()).await;
        let edited = timed(&store).await;
        let new = draft(&store).await;
        store.write(&staff(), UpdateProduct { product: edited, new }).await.unwrap();
        let taken = timed(&store).await;
        let cmd = TakeDown { shop: SHOP, product: taken, reason: "假货".into() };
        store.write(&operator(), cmd).await.unwrap();
        store.advance(hour_ms(3)).await.unwrap();
        assert!(store.drain(20).await.unwrap());
        assert_eq!(read(&store, edited).await.status, Status::New);
        assert_eq!(read(&store, taken).await.status, Status::Violation);
    }

    async fn another_shop_cannot_send_or_take_back(kit) {
        let store = kit.store(Registry::new()).await;
        let added = store.write(&staff(), draft(&store).await).await.unwrap();
        assert!(matches!(store.write(&other_staff(), Submit(added.product)).await, Err(Error::NotFound)));
        assert!(matches!(store.write(&other_staff(), CancelAudit(added.product)).await, Err(Error::NotFound)));
        let refused = store.write(&reader(), Submit(added.product)).await;
        assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
        let refused = store.write(&reader(), CancelAudit(added.product)).await;
        assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
    }
}
