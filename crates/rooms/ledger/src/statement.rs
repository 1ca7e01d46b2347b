//! Statements: an account's entries, the newest first, each with the balance after it.

use kernel::{Ctx, Currency, Cursor, Page, PageSize, Permission, PostingId, Scope, Timestamp, TransferId};
use store::{Row, Tx, p};

use crate::{Account, Error, post::key, sql};

/// A line of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The posting.
    pub posting: PostingId,
    /// When, in business time.
    pub at: Timestamp,
    /// When it was written, on the wall clock: what statements are ordered by, together with the posting.
    pub posted: Timestamp,
    /// Minor units: above zero a credit, below a debit.
    pub amount: i64,
    /// The sum of all entries up to and with this one, in minor units.
    pub balance_after: i64,
    /// Why.
    pub reason: String,
    /// What it belongs to.
    pub subject: i64,
    /// The transfer that it is one half of.
    pub transfer: Option<TransferId>,
}

/// A page of an account's entries in the scope of `ctx`; [`Cursor::NEWEST`] begins.
pub async fn statement(
    tx: &mut Tx,
    ctx: &Ctx,
    account: Account,
    currency: Currency,
    cursor: Cursor,
    size: PageSize,
) -> Result<Page<Line>, Error> {
    let mut params = key(ctx, account, currency);
    params.extend(p![cursor.key, cursor.id, size.get() + 1]);
    let mut lines = tx.all(sql::STATEMENT, params, line).await?;
    // Each row came with the sum below the cursor: take the newer rows of this page off again.
    let mut newer = 0;
    for line in &mut lines {
        line.balance_after -= newer;
        newer += line.amount;
    }
    Ok(Page::of(lines, size, |line| Cursor { key: line.posted.ms(), id: line.posting.get() }))
}

fn line(r: &Row<'_>) -> Result<Line, store::Error> {
    Ok(Line {
        posting: r.get(0)?,
        posted: r.get(1)?,
        at: r.get(2)?,
        amount: r.get(3)?,
        reason: r.get(4)?,
        subject: r.get(5)?,
        transfer: r.get(6)?,
        balance_after: r.get(7)?,
    })
}

/// A statement of the caller's shop. Needs [`Permission::MoneyRead`].
pub async fn own_statement(
    tx: &mut Tx,
    ctx: &Ctx,
    account: Account,
    currency: Currency,
    cursor: Cursor,
    size: PageSize,
) -> Result<Page<Line>, Error> {
    let shop = ctx.shop(Permission::MoneyRead)?;
    statement(tx, &ctx.as_system(Scope::Shop(shop)), account, currency, cursor, size).await
}

/// A statement of the platform's own accounts. Needs [`Permission::PlatformMoney`].
pub async fn platform_statement(
    tx: &mut Tx,
    ctx: &Ctx,
    account: Account,
    currency: Currency,
    cursor: Cursor,
    size: PageSize,
) -> Result<Page<Line>, Error> {
    ctx.operator(Permission::PlatformMoney)?;
    statement(tx, &ctx.as_system(Scope::Platform), account, currency, cursor, size).await
}
