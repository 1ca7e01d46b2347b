//! Posts a balanced movement: the one way in which entries come to be.
//!
//! Its callers have decided who may; the scope is that of `ctx`. Where no account forbids overdraft a posting is one
//! plain INSERT, which waits for nobody.

use kernel::{Ctx, Currency, PostingId};
use store::{Params, Tx, p};

use crate::{Account, Error, Leg, Posting, balance, sql};

/// Writes the posting. Accounts that forbid overdraft are guarded: their debits come one after the other.
pub async fn post(tx: &mut Tx, ctx: &Ctx, posting: &Posting) -> Result<PostingId, Error> {
    let legs = posting.checked(ctx.scope)?;
    for leg in legs.iter().filter(|leg| leg.amount < 0 && leg.account.kind.forbids_overdraft()) {
        guard(tx, ctx, leg.account, posting.currency).await?;
        let available = balance::available(tx, ctx, leg.account, posting.currency).await?;
        if available + leg.amount < 0 {
            return Err(Error::Overdraft { account: leg.account, available });
        }
    }
    let id = ctx.id();
    write(tx, ctx, id, posting, &legs).await?;
    Ok(id)
}

/// Takes the account's guard row: whoever comes next waits until this transaction ends, and then sees what it did.
pub(crate) async fn guard(tx: &mut Tx, ctx: &Ctx, account: Account, currency: Currency) -> Result<(), Error> {
    tx.exec(sql::TAKE_GUARD, key(ctx, account, currency)).await?;
    Ok(())
}

/// Writes checked legs in one statement.
pub(crate) async fn write(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PostingId,
    posting: &Posting,
    legs: &[Leg],
) -> Result<(), Error> {
    let mut params: Params<'_> =
        p![ctx.scope.key(), id, posting.currency, posting.reason, posting.subject, ctx.now, ctx.wall];
    for leg in legs {
        let transfer = posting.transfer.filter(|_| leg.account.kind.crosses_scopes());
        params.extend(p![leg.account.kind.as_str(), leg.account.owner, leg.amount, transfer]);
    }
    let written = tx.exec(insert(legs.len())?, params).await;
    match written {
        Ok(_) => Ok(()),
        // The only constraint that a fresh posting id can meet is that of the transfer's half.
        Err(store::Error::Constraint(_)) if posting.transfer.is_some() => Err(Error::TransferRepeated),
        Err(e) => Err(e.into()),
    }
}

fn insert(legs: usize) -> Result<&'static str, Error> {
    match legs {
        2 => Ok(sql::INSERT_2),
        3 => Ok(sql::INSERT_3),
        4 => Ok(sql::INSERT_4),
        5 => Ok(sql::INSERT_5),
        6 => Ok(sql::INSERT_6),
        _ => Err(Error::TooManyLegs),
    }
}

/// The parameters $1 to $4 of an account.
pub(crate) fn key<'a>(ctx: &Ctx, account: Account, currency: Currency) -> Params<'a> {
    p![ctx.scope.key(), account.kind.as_str(), account.owner, currency]
}
