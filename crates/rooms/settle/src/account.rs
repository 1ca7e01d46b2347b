//! A shop's money: balance, flow, statement.

use kernel::{Ctx, Currency, Cursor, Page, PageSize, Permission, Scope, ShopId, Timestamp, day_ms};
use ledger::{Account, AccountKind, Line};
use store::{Tx, p};

use crate::{
    Error,
    health::{Totals, totals_row},
    sql,
};

/// The longest statement.
const STATEMENT_MAX_MS: i64 = day_ms(366);

/// What a shop has, minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// The currency.
    pub currency: Currency,
    /// May be withdrawn.
    pub available: i64,
    /// From orders that are not finished.
    pub pending: i64,
}

/// An entry of the shop's available money.
pub type Flow = Line;

/// Sums of a range of time.
pub type Statement = Totals;

const fn available() -> Account {
    Account { kind: AccountKind::ShopAvailable, owner: 0 }
}

const fn pending() -> Account {
    Account { kind: AccountKind::ShopPending, owner: 0 }
}

/// What the caller's shop has. Needs `MoneyRead`.
pub async fn balance(tx: &mut Tx, ctx: &Ctx) -> Result<Balance, Error> {
    let (shop, currency) = own(tx, ctx).await?;
    let within = ctx.as_system(Scope::Shop(shop));
    Ok(Balance {
        currency,
        available: ledger::available(tx, &within, available(), currency).await?,
        pending: ledger::balance(tx, &within, pending(), currency).await?,
    })
}

/// The entries of the shop's available money, the latest first. Needs `MoneyRead`.
pub async fn flow(tx: &mut Tx, ctx: &Ctx, after: Cursor, size: PageSize) -> Result<Page<Flow>, Error> {
    let (shop, currency) = own(tx, ctx).await?;
    let within = ctx.as_system(Scope::Shop(shop));
    Ok(ledger::statement(tx, &within, available(), currency, after, size).await?)
}

/// What was settled from `from` until before `to`, by currency. Needs `MoneyRead`; refuses with `Range`.
pub async fn statement(
    tx: &mut Tx,
    ctx: &Ctx,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Statement>, Error> {
    let shop = ctx.shop(Permission::MoneyRead)?;
    if to < from || to - from > STATEMENT_MAX_MS {
        return Err(Error::Range);
    }
    Ok(tx.all(sql::SUM_SETTLEMENTS, p![shop, from, to], totals_row).await?)
}

/// The caller's shop and its currency.
async fn own(tx: &mut Tx, ctx: &Ctx) -> Result<(ShopId, Currency), Error> {
    let shop = ctx.shop(Permission::MoneyRead)?;
    let currency = shop::for_order(tx, shop).await?.map_or(Currency::CNY, |t| t.currency);
    Ok((shop, currency))
}
