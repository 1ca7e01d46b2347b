//! Buyers see what is on sale, merchants their own, operators all.

use super::*;
use crate::{AddProduct, Delist, testing::*};
use kernel::Denied;
use store::{Registry, Store};

async fn on_sale(store: &Store, title: &str) -> ProductId {
    let mut cmd: AddProduct = draft(store).await;
    cmd.content.title = title.into();
    let added = store.write(&staff(), cmd).await.unwrap();
    let round = submitted(store, added.product).await;
    store.write(&operator(), verdict(added.product, round, crate::Verdict::Pass)).await.unwrap();
    store.advance(1_000).await.unwrap();
    added.product
}

store::on_both! {
    rooms = rooms();

    async fn a_shelf_shows_the_latest_first_by_category_and_text(kit) {
        let store = kit.store(Registry::new()).await;
        let cup = on_sale(&store, "手工陶瓷马克杯 Cup").await;
        let pot = on_sale(&store, "紫砂小茶壶 100%手作").await;
        let gone = on_sale(&store, "下架的玻璃杯子").await;
        store.write(&staff(), Delist(gone)).await.unwrap();
        let all = seeded(&store).await;
        let leaf = all.iter().find(|c| c.name == "杯子").unwrap();
        let other = all.iter().find(|c| c.name == "碗盘").unwrap();
        let mut tx = store.read().await.unwrap();
        let mut seen = async |what: Shelf| {
            let page = shelf(&mut tx, SHOP, &what, Cursor::NEWEST, PageSize::default()).await.unwrap();
            page.items.iter().map(|c| c.product).collect::<Vec<_>>()
        };
        let of = |category, text: &str| Shelf { category, text: text.into() };
        assert_eq!(seen(Shelf::default()).await, [pot, cup]);
        assert_eq!(seen(of(Some(leaf.id), "")).await, [pot, cup]);
        assert_eq!(seen(of(leaf.parent, "")).await, [pot, cup]);
        assert_eq!(seen(of(Some(other.id), "")).await, []);
        assert_eq!(seen(of(None, "cUP")).await, [cup]);
        assert_eq!(seen(of(None, "%")).await, [pot]);
        let size = PageSize::new(1).unwrap();
        let first = shelf(&mut tx, SHOP, &Shelf::default(), Cursor::NEWEST, size).await.unwrap();
        let after = first.next.as_deref().and_then(Cursor::parse).unwrap();
        let last = shelf(&mut tx, SHOP, &Shelf::default(), after, size).await.unwrap();
        assert_eq!((last.items[0].product, last.items[0].min_price, last.next), (cup, 3_900, None));
        let elsewhere = shelf(&mut tx, OTHER, &Shelf::default(), Cursor::NEWEST, size).await.unwrap();
        assert!(elsewhere.items.is_empty());
    }

    async fn the_page_of_a_product_costs_one_statement(kit) {
        let store = kit.store(Registry::new()).await;
        let product = on_sale(&store, "手工陶瓷马克杯").await;
        let before = store.statements();
        let mut tx = store.read().await.unwrap();
        let seen = page(&mut tx, product).await.unwrap();
        drop(tx);
        assert_eq!(store.statements() - before, 1);
        assert_eq!((seen.shop, seen.edition.content.title.as_str()), (SHOP, "手工陶瓷马克杯"));
        let mut tx = store.read().await.unwrap();
        assert!(matches!(page(&mut tx, ProductId(1)).await, Err(Error::NotFound)));
    }

    async fn a_merchant_lists_and_counts_their_own_by_status(kit) {
        let store = kit.store(Registry::new()).await;
        let sold = on_sale(&store, "手工陶瓷马克杯").await;
        let new = store.write(&staff(), draft(&store).await).await.unwrap().product;
        let ctx = store.ctx(&reader()).await.unwrap();
        let other = store.ctx(&other_staff()).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let mut seen = async |ctx: &Ctx, status| {
            let filter = Filter { status, ..Filter::default() };
            let page = list(&mut tx, ctx, &filter, Cursor::NEWEST, PageSize::default()).await.unwrap();
            let number = count(&mut tx, ctx, status).await.unwrap();
            assert_eq!(page.items.len(), usize::try_from(number).unwrap());
            page.items.iter().map(|l| l.product).collect::<Vec<_>>()
        };
        assert_eq!(seen(&ctx, None).await, [new, sold]);
        assert_eq!(seen(&ctx, Some(Status::Listed)).await, [sold]);
        assert_eq!(seen(&ctx, Some(Status::Binned)).await, []);
        assert_eq!(seen(&other, None).await, []);
        assert!(matches!(own(&mut tx, &other, sold).await, Err(Error::NotFound)));
        assert_eq!(own(&mut tx, &ctx, sold).await.unwrap().status, Status::Listed);
    }

    async fn an_operator_sees_any_product_and_nobody_else_does(kit) {
        let store = kit.store(Registry::new()).await;
        let product = on_sale(&store, "手工陶瓷马克杯").await;
        let operator = store.ctx(&operator()).await.unwrap();
        let staff = store.ctx(&staff()).await.unwrap();
        let mut tx = store.read().await.unwrap();
        assert!(for_operator(&mut tx, &operator, SHOP, product).await.is_ok());
        assert!(matches!(for_operator(&mut tx, &operator, OTHER, product).await, Err(Error::NotFound)));
        let refused = for_operator(&mut tx, &staff, SHOP, product).await;
        assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
        let size = PageSize::default();
        assert!(matches!(list(&mut tx, &operator, &Filter::default(), Cursor::NEWEST, size).await, Err(Error::Denied(_))));
        assert!(matches!(count(&mut tx, &operator, None).await, Err(Error::Denied(_))));
        assert!(matches!(own(&mut tx, &operator, product).await, Err(Error::Denied(_))));
    }
}
