//! Payments and refunds, looked up.

use kernel::{Actor, Ctx, Cursor, OrderId, Page, PageSize, PaymentId, Permission, RefundId, ShopId};
use store::{Tx, p};

use crate::{Error, Payment, Refund, RefundState, door, sql};

/// A payment for whoever may see it: the shopper who is to pay, or the shop that is paid.
pub async fn get(tx: &mut Tx, ctx: &Ctx, payment: PaymentId) -> Result<Payment, Error> {
    let found = if let Actor::Shopper(shopper) = ctx.actor {
        tx.opt(sql::SELECT_SHOPPERS_PAYMENT, p![shopper, payment], sql::payment).await?
    } else {
        let shop = door::shop(ctx, Permission::OrderRead)?;
        find(tx, shop, payment).await?
    };
    found.ok_or(Error::NotFound)
}

/// A payment of `shop`, for rooms above and tasks.
pub async fn find(tx: &mut Tx, shop: ShopId, payment: PaymentId) -> Result<Option<Payment>, Error> {
    Ok(tx.opt(sql::SELECT_PAYMENT, p![shop, payment], sql::payment).await?)
}

/// Every payment that an order has had, the first one first.
pub async fn of_order(tx: &mut Tx, shop: ShopId, order: OrderId) -> Result<Vec<Payment>, Error> {
    Ok(tx.all(sql::SELECT_PAYMENTS_OF_ORDER, p![shop, order], sql::payment).await?)
}

/// Every refund of an order, the first one first.
pub async fn refunds_of_order(tx: &mut Tx, shop: ShopId, order: OrderId) -> Result<Vec<Refund>, Error> {
    Ok(tx.all(sql::SELECT_REFUNDS_OF_ORDER, p![shop, order], sql::refund).await?)
}

/// A refund of `shop`, for rooms above and tasks.
pub async fn refund_of(tx: &mut Tx, shop: ShopId, refund: RefundId) -> Result<Option<Refund>, Error> {
    Ok(tx.opt(sql::SELECT_REFUND, p![shop, refund], sql::refund).await?)
}

/// The shop's refunds, the newest first; those in one state if that is asked for.
pub async fn refunds(
    tx: &mut Tx,
    ctx: &Ctx,
    state: Option<RefundState>,
    after: Cursor,
    size: PageSize,
) -> Result<Page<Refund>, Error> {
    let shop = door::shop(ctx, Permission::MoneyRead)?;
    let mut params = p![shop, after.key, after.id, size.get() + 1];
    let statement = match state {
        None => sql::LIST_REFUNDS,
        Some(state) => {
            params.extend(p![state]);
            sql::LIST_REFUNDS_IN_STATE
        }
    };
    let rows = tx.all(statement, params, sql::refund).await?;
    Ok(Page::of(rows, size, |r| Cursor { key: r.requested_at.ms(), id: r.refund.0 }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, ORDER, PAYMENT, SHOP, captured, code, refund, refund_of};
    use kernel::{Caller, ShopperId, StaffId};
    use store::Store;

    async fn seen_by(store: &Store, caller: &Caller) -> &'static str {
        let ctx = store.ctx(caller).await.unwrap();
        let found = get(&mut store.read().await.unwrap(), &ctx, PAYMENT).await;
        code(&found)
    }

    async fn page(store: &Store, state: Option<RefundState>, after: Cursor, size: i64) -> Page<i64> {
        let ctx = store.ctx(&testing::staff(&[Permission::MoneyRead])).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let size = PageSize::new(size).unwrap();
        refunds(&mut tx, &ctx, state, after, size).await.unwrap().map(|r| r.refund.0)
    }

    store::on_both! {
        rooms = testing::rooms();

        async fn a_payment_is_seen_by_its_shopper_and_its_shop(kit) {
            let store = kit.store(store::Registry::new()).await;
            captured(&store, 100).await;
            assert_eq!(seen_by(&store, &testing::shopper()).await, "ok");
            assert_eq!(seen_by(&store, &Caller::shopper(ShopperId(71))).await, "pay.not_found");
            assert_eq!(seen_by(&store, &testing::staff(&[Permission::OrderRead])).await, "ok");
            assert_eq!(seen_by(&store, &testing::staff(&[])).await, "auth.forbidden");
            let nobody = Caller { actor: Actor::Anonymous, ..testing::shopper() };
            assert_eq!(seen_by(&store, &nobody).await, "auth.unauthenticated");
            let other = testing::OTHER_SHOP;
            let may = kernel::Permissions::of(&[Permission::OrderRead]);
            let stranger = Actor::Staff { shop: other, staff: StaffId(2), may };
            let stranger = Caller { actor: stranger, scope: kernel::Scope::Shop(other), request: "t".into() };
            assert_eq!(seen_by(&store, &stranger).await, "pay.not_found");
        }

        async fn refunds_come_in_pages_and_by_state(kit) {
            let store = kit.store(store::Registry::new()).await;
            captured(&store, 100).await;
            for id in 1..=3 {
                refund(&store, refund_of(id, 10)).await.unwrap();
            }
            let first = page(&store, None, Cursor::NEWEST, 2).await;
            assert_eq!(first.items.len(), 2);
            let next = Cursor::parse(first.next.as_ref().unwrap()).unwrap();
            let rest = page(&store, Some(RefundState::Requested), next, 2).await;
            let mut all: Vec<i64> = first.items.into_iter().chain(rest.items).collect();
            all.sort_unstable();
            assert_eq!((all, rest.next), (vec![1, 2, 3], None));
            assert!(page(&store, Some(RefundState::Failed), Cursor::NEWEST, 2).await.items.is_empty());
        }

        async fn an_order_shows_all_its_payments_and_refunds(kit) {
            let store = kit.store(store::Registry::new()).await;
            captured(&store, 100).await;
            let second = crate::OpenPayment { payment: PaymentId(501), ..testing::opening(5) };
            testing::open(&store, second).await.unwrap();
            refund(&store, refund_of(1, 10)).await.unwrap();
            let mut tx = store.read().await.unwrap();
            let payments = of_order(&mut tx, SHOP, ORDER).await.unwrap();
            assert_eq!(payments.iter().map(|p| p.payment.0).collect::<Vec<_>>(), [500, 501]);
            assert_eq!(refunds_of_order(&mut tx, SHOP, ORDER).await.unwrap().len(), 1);
            assert!(of_order(&mut tx, testing::OTHER_SHOP, ORDER).await.unwrap().is_empty());
        }
    }
}
