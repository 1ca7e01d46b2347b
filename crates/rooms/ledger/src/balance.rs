//! Balances: the last snapshot and the entries after it.

use kernel::{Ctx, Currency, Permission, Scope};
use store::{Tx, p};

use crate::{Account, Error, post::key, sql};

/// An account with its balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountBalance {
    /// The account.
    pub account: Account,
    /// Its currency: an account has a balance in each.
    pub currency: Currency,
    /// The sum of its entries, in minor units.
    pub balance: i64,
    /// The balance less what is held, in minor units.
    pub available: i64,
}

/// The sum of the account's entries in the scope of `ctx`, in minor units.
pub async fn balance(tx: &mut Tx, ctx: &Ctx, account: Account, currency: Currency) -> Result<i64, Error> {
    Ok(tx.one(sql::BALANCE, key(ctx, account, currency), |r| r.get(0)).await?)
}

/// The account's balance less what is held on it, in minor units.
///
/// Balance and holds are read by one statement: a capture that commits in between would otherwise be counted neither as
/// held nor as gone.
pub async fn available(tx: &mut Tx, ctx: &Ctx, account: Account, currency: Currency) -> Result<i64, Error> {
    Ok(tx.one(sql::AVAILABLE, key(ctx, account, currency), |r| r.get(0)).await?)
}

/// The most accounts of a scope that are listed.
const MOST_ACCOUNTS: usize = 100;

/// The accounts of the scope of `ctx` that have entries, by kind, owner and currency; at most 100.
///
/// They are found one by one along the index, so that the work grows with the accounts and not with the entries.
pub async fn accounts(tx: &mut Tx, ctx: &Ctx) -> Result<Vec<AccountBalance>, Error> {
    let mut out = Vec::new();
    let mut after = (String::new(), i64::MIN, String::new());
    while out.len() < MOST_ACCOUNTS {
        let params = p![ctx.scope.key(), &after.0, after.1, &after.2];
        let next = tx
            .opt(sql::NEXT_ACCOUNT, params, |r| {
                Ok((Account { kind: r.get(0)?, owner: r.get(1)? }, r.get::<Currency>(2)?))
            })
            .await?;
        let Some((account, currency)) = next else { break };
        let balance = balance(tx, ctx, account, currency).await?;
        let available = available(tx, ctx, account, currency).await?;
        out.push(AccountBalance { account, currency, balance, available });
        after = (account.kind.as_str().to_owned(), account.owner, currency.to_string());
    }
    Ok(out)
}

/// The accounts of the caller's shop. Needs [`Permission::MoneyRead`].
pub async fn own_accounts(tx: &mut Tx, ctx: &Ctx) -> Result<Vec<AccountBalance>, Error> {
    let shop = ctx.shop(Permission::MoneyRead)?;
    accounts(tx, &ctx.as_system(Scope::Shop(shop))).await
}
