//! What needs no audit changes at once, in both copies, and still keeps the rules.

use super::*;
use crate::{Delete, Product, UpdateProduct, page, skus_for_order, testing::*};
use kernel::Denied;
use store::{Registry, Store};

async fn read(store: &Store, id: ProductId) -> Product {
    let mut tx = store.read().await.unwrap();
    crate::product(&mut tx, SHOP, id).await.unwrap().unwrap()
}

fn price(product: ProductId, sku: SkuId, price: i64) -> ChangeFree {
    let change = SkuChange { sale_price: Some(price), ..SkuChange::of(sku) };
    ChangeFree { skus: vec![change], ..ChangeFree::of(product) }
}

store::on_both! {
    rooms = rooms();

    async fn a_price_changes_at_once_and_in_the_draft_too(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, skus) = listed(&store).await;
        let new = draft(&store).await;
        store.write(&staff(), UpdateProduct { product, new }).await.unwrap();
        store.write(&staff(), price(product, skus[0], 2_000)).await.unwrap();
        let now = read(&store, product).await;
        assert_eq!((now.status, now.edit_status), (Status::Listed, EditStatus::Editing));
        assert_eq!(now.draft.skus[0].content.sale_price, 2_000);
        let mut tx = store.read().await.unwrap();
        let sold = skus_for_order(&mut tx, SHOP, &skus).await.unwrap();
        assert_eq!((sold[0].sale_price, sold[1].sale_price, sold[0].listed), (2_000, 3_900, true));
        assert_eq!(page(&mut tx, product).await.unwrap().edition.min_price(), 2_000);
    }

    async fn a_sku_goes_off_and_on_sale_and_away(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, skus) = listed(&store).await;
        let listed = async || {
            let mut tx = store.read().await.unwrap();
            let sold = skus_for_order(&mut tx, SHOP, &skus).await.unwrap();
            sold.iter().map(|s| s.listed).collect::<Vec<_>>()
        };
        for (on, seen) in [(false, [false, true]), (true, [true, true])] {
            let change = SkuChange { on_sale: Some(on), ..SkuChange::of(skus[0]) };
            store.write(&staff(), ChangeFree { skus: vec![change], ..ChangeFree::of(product) }).await.unwrap();
            assert_eq!(listed().await, seen);
        }
        let change = SkuChange { delete: true, ..SkuChange::of(skus[0]) };
        store.write(&staff(), ChangeFree { skus: vec![change], ..ChangeFree::of(product) }).await.unwrap();
        assert_eq!(listed().await, [false, true]);
        assert_eq!(read(&store, product).await.draft.skus.len(), 1);
        let last = SkuChange { delete: true, ..SkuChange::of(skus[1]) };
        let refused = store.write(&staff(), ChangeFree { skus: vec![last], ..ChangeFree::of(product) }).await;
        assert!(matches!(refused, Err(Error::Flaw(Flaw::NoSku))));
    }

    async fn terms_are_set_and_lifted(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, skus) = listed(&store).await;
        let limit = BuyLimit { period: 1, most: 2 };
        let set = ChangeFree {
            limit: Some(Some(limit)),
            express: Some(Express { template_id: "5".into(), weight_g: Some(300) }),
            service: Some(Service { seven_day_return: 1, ..Service::default() }),
            spu_code: Some("P-1".into()),
            ..ChangeFree::of(product)
        };
        store.write(&staff(), set).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let sold = skus_for_order(&mut tx, SHOP, &skus).await.unwrap();
        assert_eq!((sold[0].limit, sold[0].weight_g), (Some(limit), 300));
        drop(tx);
        let lift = ChangeFree { limit: Some(None), ..ChangeFree::of(product) };
        store.write(&staff(), lift).await.unwrap();
        let content = read(&store, product).await.draft.content;
        assert_eq!((content.limit, content.spu_code.as_str(), content.service.seven_day_return), (None, "P-1", 1));
    }

    async fn the_rules_hold_here_too(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, skus) = listed(&store).await;
        for (bad, flaw) in [
            (price(product, skus[0], 0), Flaw::PriceZero),
            (price(product, skus[0], 9_901), Flaw::SaleAboveMarket),
            (price(product, SkuId(1), 100), Flaw::Argument("skus.sku_id")),
        ] {
            let refused = store.write(&staff(), bad).await;
            assert!(matches!(refused, Err(Error::Flaw(f)) if f == flaw), "{flaw}");
        }
        assert!(matches!(store.write(&other_staff(), price(product, skus[0], 1)).await, Err(Error::NotFound)));
        let refused = store.write(&reader(), price(product, skus[0], 1)).await;
        assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
    }

    async fn what_is_in_audit_or_in_the_bin_waits(kit) {
        let store = kit.store(Registry::new()).await;
        let added = store.write(&staff(), draft(&store).await).await.unwrap();
        submitted(&store, added.product).await;
        let refused = store.write(&staff(), price(added.product, added.skus[0], 1)).await;
        assert!(matches!(refused, Err(Error::InAudit)));
        store.write(&staff(), Delete(added.product)).await.unwrap();
        let refused = store.write(&staff(), price(added.product, added.skus[0], 1)).await;
        assert!(matches!(refused, Err(Error::NotEditable { .. })));
    }

    async fn the_gate_of_stock_opens_with_the_first_sale(kit) {
        let store = kit.store(Registry::new()).await;
        let added = store.write(&staff(), draft(&store).await).await.unwrap();
        let gate = async |shop| {
            let mut tx = store.read().await.unwrap();
            crate::stock_gate(&mut tx, shop, added.product, added.skus[0]).await.unwrap()
        };
        assert_eq!(gate(SHOP).await, Some(crate::StockGate { ever_listed: false, in_audit: false }));
        let round = submitted(&store, added.product).await;
        assert_eq!(gate(SHOP).await, Some(crate::StockGate { ever_listed: false, in_audit: true }));
        store.write(&operator(), verdict(added.product, round, crate::Verdict::Pass)).await.unwrap();
        assert_eq!(gate(SHOP).await, Some(crate::StockGate { ever_listed: true, in_audit: false }));
        assert_eq!(gate(OTHER).await, None);
    }
}
