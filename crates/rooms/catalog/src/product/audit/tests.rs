//! Operators alone decide, over the draft that they have seen, and give a reason.

use super::*;
use crate::{EditStatus, Status, Submit, UpdateProduct, testing::*};
use kernel::{Denied, TextError};
use store::Registry;

fn refuse(reason: &str) -> Verdict {
    Verdict::Refuse { reason: reason.into() }
}

store::on_both! {
    rooms = rooms();

    async fn a_refused_draft_carries_its_reason_and_leaves_what_is_sold(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, _) = listed(&store).await;
        let new = draft(&store).await;
        store.write(&staff(), UpdateProduct { product, new }).await.unwrap();
        let round = submitted(&store, product).await;
        let refused = store.write(&operator(), verdict(product, round, refuse("图片不清楚"))).await.unwrap();
        assert_eq!((refused.status, refused.edit_status), (Status::Listed, EditStatus::Refused));
        assert_eq!(refused.reason, "图片不清楚");
        let ctx = store.ctx(&reader()).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let records = audits(&mut tx, &ctx, product).await.unwrap();
        let seen: Vec<_> = records.iter().map(|r| (r.round, r.state, r.reason.as_str())).collect();
        assert_eq!(seen, [(2, AuditState::Refused, "图片不清楚"), (1, AuditState::Passed, "")]);
        assert!(crate::page(&mut tx, product).await.is_ok());
    }

    async fn a_verdict_counts_for_the_draft_that_was_seen(kit) {
        let store = kit.store(Registry::new()).await;
        let added = store.write(&staff(), draft(&store).await).await.unwrap();
        let early = store.write(&operator(), verdict(added.product, 1, Verdict::Pass)).await;
        assert!(matches!(early, Err(Error::NotInAudit)));
        let seen = submitted(&store, added.product).await;
        store.write(&staff(), crate::CancelAudit(added.product)).await.unwrap();
        let now = submitted(&store, added.product).await;
        let late = store.write(&operator(), verdict(added.product, seen, Verdict::Pass)).await;
        assert!(matches!(late, Err(Error::OtherRound { round }) if round == now));
    }

    async fn a_refusal_needs_a_reason_and_an_operator(kit) {
        let store = kit.store(Registry::new()).await;
        let added = store.write(&staff(), draft(&store).await).await.unwrap();
        let round = submitted(&store, added.product).await;
        let refused = store.write(&operator(), verdict(added.product, round, refuse(" "))).await;
        assert!(matches!(refused, Err(Error::Text { field: "reason", why: TextError::Empty })));
        let refused = store.write(&staff(), verdict(added.product, round, Verdict::Pass)).await;
        assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
        let elsewhere = Audit { shop: OTHER, ..verdict(added.product, round, Verdict::Pass) };
        assert!(matches!(store.write(&operator(), elsewhere).await, Err(Error::NotFound)));
    }

    async fn the_queue_shows_what_waits_the_oldest_first(kit) {
        let store = kit.store(Registry::new()).await;
        let mut products = Vec::new();
        for _ in 0..3 {
            let added = store.write(&staff(), draft(&store).await).await.unwrap();
            submitted(&store, added.product).await;
            products.push(added.product);
            store.advance(1_000).await.unwrap();
        }
        store.write(&operator(), verdict(products[0], 1, Verdict::Pass)).await.unwrap();
        let ctx = store.ctx(&operator()).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let size = PageSize::new(1).unwrap();
        let first = audit_queue(&mut tx, &ctx, Cursor::OLDEST, size).await.unwrap();
        let after = first.next.as_deref().and_then(Cursor::parse).unwrap();
        let last = audit_queue(&mut tx, &ctx, after, size).await.unwrap();
        assert_eq!((first.items[0].product, last.items[0].product), (products[1], products[2]));
        assert_eq!((first.items[0].draft.skus.len(), last.next), (2, None));
        let ctx = store.ctx(&staff()).await.unwrap();
        let refused = audit_queue(&mut tx, &ctx, Cursor::OLDEST, size).await;
        assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
    }

    async fn the_platform_takes_off_what_is_on_sale_with_a_reason(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, skus) = listed(&store).await;
        let cmd = |reason: &str| TakeDown { shop: SHOP, product, reason: reason.into() };
        assert!(matches!(store.write(&operator(), cmd("")).await, Err(Error::Text { field: "reason", .. })));
        assert!(matches!(store.write(&staff(), cmd("假货")).await, Err(Error::Denied(Denied::Forbidden))));
        let taken = store.write(&operator(), cmd("假货")).await.unwrap();
        assert_eq!((taken.status, taken.reason.as_str()), (Status::Violation, "假货"));
        assert!(matches!(store.write(&operator(), cmd("假货")).await, Err(Error::NotListed)));
        let mut tx = store.read().await.unwrap();
        assert!(crate::skus_for_order(&mut tx, SHOP, &skus).await.unwrap().iter().all(|s| !s.listed));
        assert!(matches!(crate::page(&mut tx, product).await, Err(Error::NotFound)));
    }

    async fn audits_are_read_by_their_shop_alone(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, _) = listed(&store).await;
        store.write(&staff(), Submit(product)).await.unwrap();
        let ctx = store.ctx(&other_staff()).await.unwrap();
        let mut tx = store.read().await.unwrap();
        assert!(matches!(audits(&mut tx, &ctx, product).await, Err(Error::NotFound)));
    }
}
