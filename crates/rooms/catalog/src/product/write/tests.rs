//! Drafts are written by their shop, checked, and never change what is sold.

use super::*;
use crate::{Delete, own, sku_exists, skus_for_order, testing::*};
use kernel::{BrandId, Denied};
use store::{Registry, Store};

async fn flaw(store: &Store, change: impl FnOnce(&mut AddProduct)) -> Option<Flaw> {
    let mut cmd = draft(store).await;
    change(&mut cmd);
    match store.write(&staff(), cmd).await {
        Err(Error::Flaw(flaw)) => Some(flaw),
        other => panic!("{other:?}"),
    }
}

async fn read(store: &Store, id: ProductId) -> Product {
    let ctx = store.ctx(&reader()).await.unwrap();
    let mut tx = store.read().await.unwrap();
    own(&mut tx, &ctx, id).await.unwrap()
}

store::on_both! {
    rooms = rooms();

    async fn a_new_product_is_a_draft_that_is_not_sold(kit) {
        let store = kit.store(Registry::new()).await;
        let added = store.write(&staff(), draft(&store).await).await.unwrap();
        assert_eq!((added.status, added.edit_status), (Status::New, EditStatus::Editing));
        assert_eq!(added.initial_stock, added.skus.iter().map(|s| (*s, 10)).collect::<Vec<_>>());
        assert!(added.product.0 < kernel::SHORT_ID_MAX && added.skus.iter().all(|s| s.0 < kernel::SHORT_ID_MAX));
        let mut tx = store.read().await.unwrap();
        let skus = skus_for_order(&mut tx, SHOP, &added.skus).await.unwrap();
        assert!(skus.len() == 2 && skus.iter().all(|s| !s.listed));
        assert!(sku_exists(&mut tx, SHOP, added.product, added.skus[0]).await.unwrap());
        assert!(!sku_exists(&mut tx, OTHER, added.product, added.skus[0]).await.unwrap());
    }

    async fn a_product_may_be_sent_to_audit_as_it_is_added(kit) {
        let store = kit.store(Registry::new()).await;
        let cmd = AddProduct { list_now: true, ..draft(&store).await };
        let added = store.write(&staff(), cmd).await.unwrap();
        assert_eq!((added.status, added.edit_status), (Status::New, EditStatus::Auditing));
    }

    async fn what_can_be_seen_only_in_the_database_is_checked(kit) {
        let store = kit.store(Registry::new()).await;
        let foreign = picture(&store, &other_staff(), 9).await;
        let tree = seeded(&store).await;
        let guarded = tree.iter().find(|c| c.rules.permit_required).unwrap().id;
        let top = tree[0].id;
        assert_eq!(flaw(&store, |c| c.content.category = CategoryId(1)).await, Some(Flaw::CategoryUnknown));
        assert_eq!(flaw(&store, |c| c.content.category = top).await, Some(Flaw::CategoryChain));
        assert_eq!(flaw(&store, |c| c.content.category = guarded).await, Some(Flaw::CategoryNotGranted));
        assert_eq!(flaw(&store, |c| c.chain = Some(vec![top])).await, Some(Flaw::CategoryChain));
        assert_eq!(flaw(&store, |c| c.chain = Some(vec![top; 3])).await, Some(Flaw::CategoryUnknown));
        assert_eq!(flaw(&store, |c| c.content.brand = Some(BrandId(1))).await, Some(Flaw::Argument("brand")));
        assert_eq!(flaw(&store, |c| c.content.head_imgs[0] = foreign).await, Some(Flaw::Picture));
        assert_eq!(flaw(&store, |c| c.skus[0].stock = Some(-1)).await, Some(Flaw::Argument("skus.stock")));
        assert_eq!(flaw(&store, |c| c.skus[0].id = Some(SkuId(1))).await, Some(Flaw::Argument("skus.sku_id")));
        assert_eq!(flaw(&store, |c| c.skus = vec![sku("红色", 1); 501]).await, Some(Flaw::SkuCount));
        assert_eq!(flaw(&store, |c| c.content.title.clear()).await, Some(Flaw::TitleEmpty));
    }

    async fn a_brand_that_is_retired_serves_no_new_product(kit) {
        let store = kit.store(Registry::new()).await;
        let new = crate::AddBrand { name: "山茶".into(), name_en: String::new() };
        let brand = store.write(&operator(), new).await.unwrap();
        let mut cmd = draft(&store).await;
        cmd.content.brand = Some(brand);
        store.write(&staff(), cmd).await.unwrap();
        store.write(&operator(), crate::RetireBrand(brand)).await.unwrap();
        assert_eq!(flaw(&store, |c| c.content.brand = Some(brand)).await, Some(Flaw::Argument("brand")));
    }

    async fn a_new_draft_leaves_what_is_sold_alone_and_keeps_the_skus_it_names(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, skus) = listed(&store).await;
        let mut new = draft(&store).await;
        new.content.title = "手工陶瓷马克杯 第二版".into();
        // The first by its attributes, the second by its id, and one that was not there.
        new.skus = vec![sku("红色", 1_000), SkuInput { id: Some(skus[1]), ..sku("紫色", 2_000) }, sku("绿色", 3_000)];
        let updated = store.write(&staff(), UpdateProduct { product, new }).await.unwrap();
        assert_eq!(updated.skus[..2], skus);
        assert_eq!(updated.initial_stock, [(updated.skus[2], 10)]);
        assert_eq!(updated.set_stock, [(skus[0], 10), (skus[1], 10)]);
        assert_eq!((updated.status, updated.edit_status), (Status::Listed, EditStatus::Editing));
        let mut tx = store.read().await.unwrap();
        let sold = skus_for_order(&mut tx, SHOP, &updated.skus).await.unwrap();
        let seen: Vec<(i64, bool)> = sold.iter().map(|s| (s.sale_price, s.listed)).collect();
        assert_eq!(seen, [(4_900, true), (3_900, true), (3_000, false)]);
        assert_eq!(sold[0].title, "手工陶瓷马克杯");
        assert_eq!(crate::page(&mut tx, product).await.unwrap().edition.skus.len(), 2);
    }

    async fn a_new_draft_that_passes_replaces_what_is_sold(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, skus) = listed(&store).await;
        let new = AddProduct { skus: vec![sku("红色", 1_000)], list_now: true, ..draft(&store).await };
        store.write(&staff(), UpdateProduct { product, new }).await.unwrap();
        let round = read(&store, product).await.round;
        store.write(&operator(), verdict(product, round, crate::Verdict::Pass)).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let sold = skus_for_order(&mut tx, SHOP, &skus).await.unwrap();
        let seen: Vec<(i64, bool)> = sold.iter().map(|s| (s.sale_price, s.listed)).collect();
        assert_eq!(seen, [(1_000, true), (3_900, false)]);
        assert!(!sku_exists(&mut tx, SHOP, product, skus[1]).await.unwrap());
        assert_eq!(crate::skus_of(&mut tx, SHOP, product).await.unwrap(), [skus[0]]);
    }

    async fn a_sku_is_known_again_by_the_merchants_own_id(kit) {
        let store = kit.store(Registry::new()).await;
        let named = |id: &str, colour| {
            let mut sku = sku(colour, 100);
            sku.content.out_sku_id = id.into();
            sku
        };
        let first = AddProduct { skus: vec![named("a", "红色"), named("b", "蓝色")], ..draft(&store).await };
        let added = store.write(&staff(), first).await.unwrap();
        let new = AddProduct { skus: vec![named("b", "红色"), named("a", "蓝色")], ..draft(&store).await };
        let updated = store.write(&staff(), UpdateProduct { product: added.product, new }).await.unwrap();
        assert_eq!(updated.skus, [added.skus[1], added.skus[0]]);
    }

    async fn only_the_shop_itself_writes_and_only_with_the_permission(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, _) = listed(&store).await;
        let new = draft(&store).await;
        let refused = store.write(&reader(), new.clone()).await;
        assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
        let refused = store.write(&reader(), UpdateProduct { product, new: new.clone() }).await;
        assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
        let refused = store.write(&other_staff(), UpdateProduct { product, new: new.clone() }).await;
        assert!(matches!(refused, Err(Error::NotFound)));
        let refused = store.write(&staff(), UpdateProduct { product: ProductId(1), new }).await;
        assert!(matches!(refused, Err(Error::NotFound)));
    }

    async fn what_is_in_audit_or_in_the_bin_is_not_edited(kit) {
        let store = kit.store(Registry::new()).await;
        let added = store.write(&staff(), draft(&store).await).await.unwrap();
        submitted(&store, added.product).await;
        let update = UpdateProduct { product: added.product, new: draft(&store).await };
        let refused = store.write(&staff(), update.clone()).await;
        assert!(matches!(refused, Err(Error::NotEditable { edit_status: EditStatus::Auditing, .. })));
        store.write(&staff(), Delete(added.product)).await.unwrap();
        let refused = store.write(&staff(), update).await;
        assert!(matches!(refused, Err(Error::NotEditable { status: Status::Binned, .. })));
    }

    async fn of_changes_at_the_same_moment_each_counts_once_or_is_refused(kit) {
        let store = kit.store(Registry::new()).await;
        let added = store.write(&staff(), draft(&store).await).await.unwrap();
        let update = UpdateProduct { product: added.product, new: draft(&store).await };
        let writes = (0..8).map(|_| {
            let (store, update) = (store.clone(), update.clone());
            async move { store.write(&staff(), update).await }
        });
        let done = futures::future::join_all(writes).await;
        let counted = done.iter().filter(|r| r.is_ok()).count();
        assert!(counted > 0);
        assert!(done.iter().all(|r| matches!(r, Ok(_) | Err(Error::Raced))), "{done:?}");
        let version = read(&store, added.product).await.version;
        assert_eq!(version, 1 + i64::try_from(counted).unwrap());
    }
}
