//! Reads shops.

use kernel::{Ctx, Cursor, Page, PageSize, Permission, ShopId};
use store::{Tx, p};

use crate::{AdmissionState, Error, Shop, ShopTerms, sql};

/// The shop, if there is one. Asks for no permission: for other rooms.
pub async fn get(tx: &mut Tx, shop: ShopId) -> Result<Option<Shop>, store::Error> {
    tx.opt(sql::SHOP, p![shop], Shop::from_row).await
}

/// What an order needs to know, if there is such a shop. One statement.
pub async fn for_order(tx: &mut Tx, shop: ShopId) -> Result<Option<ShopTerms>, store::Error> {
    tx.opt(sql::TERMS, p![shop], ShopTerms::from_row).await
}

/// The caller's own shop.
pub async fn own(tx: &mut Tx, ctx: &Ctx) -> Result<Shop, Error> {
    let shop = ctx.shop(Permission::ShopRead)?;
    get(tx, shop).await?.ok_or(Error::NotFound)
}

/// The shop as an operator sees it.
pub async fn for_operator(tx: &mut Tx, ctx: &Ctx, shop: ShopId) -> Result<Shop, Error> {
    ctx.operator(Permission::PlatformShops)?;
    get(tx, shop).await?.ok_or(Error::NotFound)
}

/// The shop as anybody sees it: only while it is open.
pub async fn public(tx: &mut Tx, shop: ShopId) -> Result<Shop, Error> {
    get(tx, shop).await?.filter(Shop::is_open).ok_or(Error::NotFound)
}

/// Shops in `state`, or all; for operators. The newest first.
pub async fn list(
    tx: &mut Tx,
    ctx: &Ctx,
    state: Option<AdmissionState>,
    after: Cursor,
    size: PageSize,
) -> Result<Page<Shop>, Error> {
    ctx.operator(Permission::PlatformShops)?;
    Ok(page(tx, state, after, size).await?)
}

/// Shops that are open, for anybody. The newest first.
pub async fn list_open(tx: &mut Tx, after: Cursor, size: PageSize) -> Result<Page<Shop>, store::Error> {
    page(tx, Some(AdmissionState::Admitted), after, size).await
}

async fn page(
    tx: &mut Tx,
    state: Option<AdmissionState>,
    after: Cursor,
    size: PageSize,
) -> Result<Page<Shop>, store::Error> {
    let state = state.map_or("", AdmissionState::as_str);
    let rows = tx.all(sql::LIST_SHOPS, p![state, after.id, size.get() + 1], Shop::from_row).await?;
    Ok(Page::of(rows, size, |s| Cursor { key: s.id.0, id: s.id.0 }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;
    use kernel::Denied;
    use store::Registry;

    store::on_both! {
        rooms = rooms();

        async fn a_shop_that_is_not_open_is_not_there_for_the_public(kit) {
            let store = kit.store(Registry::new()).await;
            let applied = store.write(&operator(), new_shop()).await.unwrap();
            let open = open_shop(&store).await;
            let mut tx = store.read().await.unwrap();
            assert!(matches!(public(&mut tx, applied).await, Err(Error::NotFound)));
            assert!(matches!(public(&mut tx, ShopId(1)).await, Err(Error::NotFound)));
            assert_eq!(public(&mut tx, open).await.unwrap().id, open);
            let shown = list_open(&mut tx, Cursor::NEWEST, PageSize::default()).await.unwrap();
            assert_eq!(shown.items.iter().map(|s| s.id).collect::<Vec<_>>(), [open]);
            assert_eq!(for_order(&mut tx, ShopId(1)).await.unwrap(), None);
            let terms = for_order(&mut tx, open).await.unwrap().unwrap();
            assert_eq!((terms.auto_confirm_days, terms.unpaid_close_minutes), (10, 30));
        }

        async fn staff_see_their_own_shop_and_operators_all(kit) {
            let store = kit.store(Registry::new()).await;
            let (first, second) = (open_shop(&store).await, open_shop(&store).await);
            let ctx = store.ctx(&staff(first.0)).await.unwrap();
            let mut tx = store.read().await.unwrap();
            assert_eq!(own(&mut tx, &ctx).await.unwrap().id, first);
            assert!(matches!(for_operator(&mut tx, &ctx, second).await, Err(Error::Denied(Denied::Forbidden))));
            let refused = list(&mut tx, &ctx, None, Cursor::NEWEST, PageSize::default()).await;
            assert!(matches!(refused, Err(Error::Denied(_))));
            let ctx = store.ctx(&operator()).await.unwrap();
            assert!(for_operator(&mut tx, &ctx, second).await.is_ok());
            let size = PageSize::new(1).unwrap();
            let page = list(&mut tx, &ctx, None, Cursor::NEWEST, size).await.unwrap();
            let after = page.next.as_deref().and_then(Cursor::parse).unwrap();
            let last = list(&mut tx, &ctx, None, after, size).await.unwrap();
            assert_eq!((page.items[0].id, last.items[0].id, last.next), (second, first, None));
            let applied = list(&mut tx, &ctx, Some(AdmissionState::Applied), Cursor::NEWEST, size).await.unwrap();
            assert!(applied.items.is_empty());
        }
    }
}
