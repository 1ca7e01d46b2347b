//! Settles a finished order: the platform's fee, the shop's share.

use kernel::{
    Ctx, Cursor, Money, OrderId, Page, PageSize, Permission, Scope, ShopId, ShopperId, Timestamp, TransferId,
};
use ledger::{Account, AccountKind, Leg, Posting};
use pay::RefundSource;
use store::{Tx, p};
use trade::Order;

use crate::{Error, OrderSettled, sql};

/// What came of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The order.
    pub order: OrderId,
    /// What both halves of the fee carry.
    pub transfer: TransferId,
    /// What was captured, minor units.
    pub captured: Money,
    /// What was given back before, minor units.
    pub refunded: i64,
    /// The platform's fee.
    pub fee: i64,
    /// The shop's share.
    pub net: i64,
    /// When.
    pub settled_at: Timestamp,
}

/// Settles the order in the shop's scope. A second call does nothing.
pub async fn settle_order(tx: &mut Tx, ctx: &Ctx, shopper: ShopperId, order: OrderId) -> Result<(), Error> {
    ctx.system()?;
    let order = trade::get(tx, ctx, order).await?;
    let refunded = given_back_before(tx, &order).await?;
    let due = order.total - refunded;
    let fee = Money::new(due, order.currency).share(order.fee)?.minor;
    let transfer: TransferId = ctx.id();
    let fresh = tx
        .exec(
            sql::INSERT_SETTLEMENT,
            p![
                order.shop,
                order.id,
                transfer,
                order.currency,
                order.total,
                refunded,
                fee,
                due - fee,
                ctx.now
            ],
        )
        .await?;
    if fresh == 0 {
        return Ok(());
    }
    post_shop_half(tx, ctx, &order, transfer, due, fee).await?;
    tx.say(
        ctx,
        &OrderSettled {
            shop: order.shop,
            order: order.id,
            shopper,
            transfer,
            currency: order.currency,
            fee,
            net: due - fee,
            at: ctx.now,
        },
    )?;
    Ok(())
}

/// What was given back out of the money that is settled now. An order that is finished may be refunded before it is
/// settled: that comes out of the shop's balance, and is none of it.
async fn given_back_before(tx: &mut Tx, order: &Order) -> Result<i64, Error> {
    if order.refunded == 0 {
        return Ok(0);
    }
    let refunds = pay::refunds_of_order(tx, order.shop, order.id).await?;
    Ok(refunds.iter().filter(|r| r.from == RefundSource::Pending).map(|r| r.amount.minor).sum())
}

async fn post_shop_half(
    tx: &mut Tx,
    ctx: &Ctx,
    order: &Order,
    transfer: TransferId,
    due: i64,
    fee: i64,
) -> Result<(), Error> {
    if due == 0 {
        return Ok(());
    }
    let leg = |kind, amount| Leg { account: Account { kind, owner: 0 }, amount };
    let mut legs = vec![leg(AccountKind::ShopPending, -due)];
    if due > fee {
        legs.push(leg(AccountKind::ShopAvailable, due - fee));
    }
    if fee > 0 {
        legs.push(leg(AccountKind::PlatformClearing, fee));
    }
    let posting = Posting {
        currency: order.currency,
        reason: "settle.order",
        subject: order.id.0,
        transfer: (fee > 0).then_some(transfer),
        legs,
    };
    ledger::post(tx, ctx, &posting).await?;
    Ok(())
}

/// The platform's half of the fee, in the platform's scope.
pub async fn platform_half(tx: &mut Tx, ctx: &Ctx, settled: &OrderSettled) -> Result<(), Error> {
    ctx.system()?;
    if settled.fee == 0 {
        return Ok(());
    }
    let within = ctx.as_system(Scope::Platform);
    let leg = |kind, owner, amount| Leg { account: Account { kind, owner }, amount };
    let posting = Posting {
        currency: settled.currency,
        reason: "settle.fee",
        subject: settled.order.0,
        transfer: Some(settled.transfer),
        legs: vec![
            leg(AccountKind::ShopClearing, settled.shop.0, -settled.fee),
            leg(AccountKind::FeeIncome, 0, settled.fee),
        ],
    };
    ledger::post(tx, &within, &posting).await?;
    Ok(())
}

/// The settlements of the caller's shop, the latest first.
pub async fn settlements(
    tx: &mut Tx,
    ctx: &Ctx,
    after: Cursor,
    size: PageSize,
) -> Result<Page<Settlement>, Error> {
    let shop: ShopId = ctx.shop(Permission::MoneyRead)?;
    let rows =
        tx.all(sql::LIST_SETTLEMENTS, p![shop, after.key, after.id, size.get() + 1], sql::settlement).await?;
    Ok(Page::of(rows, size, |s| Cursor { key: s.settled_at.ms(), id: s.order.0 }))
}
