//! Holds on money: authorised, then captured in whole or in part, or released. Each step is taken once, however often
//! it is asked for.

use kernel::{Ctx, Currency, HoldId, PostingId, TransferId};
use store::{FromCol, Row, Tx, p};

use crate::{
    Account, Error, Posting, balance,
    post::{guard, write},
    posting::{MOST_AMOUNT, from_to},
    sql,
};

/// Where a hold stands. Stored as a number; the index of open holds and the statements know 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldState {
    /// The money is held.
    Open = 0,
    /// Money was taken; what was held beyond it is free again.
    Captured = 1,
    /// The money is free again.
    Released = 2,
}

impl HoldState {
    /// The moves that a hold may make.
    pub const MOVES: &[(Self, Self)] = &[(Self::Open, Self::Captured), (Self::Open, Self::Released)];
}

impl FromCol for HoldState {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, store::Error> {
        match i64::from_col(row, index)? {
            0 => Ok(Self::Open),
            1 => Ok(Self::Captured),
            2 => Ok(Self::Released),
            n => Err(store::Error::internal(format!("a hold's state {n} is unknown"))),
        }
    }
}

/// Money to be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// The caller's name for it, unique in the scope.
    pub hold: HoldId,
    /// The account on which it is held.
    pub account: Account,
    /// The currency.
    pub currency: Currency,
    /// Minor units, above zero.
    pub amount: i64,
}

/// Money to be taken from a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capture {
    /// The hold.
    pub hold: HoldId,
    /// Minor units, above zero, at most what is held. The rest is released.
    pub amount: i64,
    /// Where it goes.
    pub to: Account,
    /// As of a [`Posting`].
    pub reason: &'static str,
    /// As of a [`Posting`].
    pub subject: i64,
    /// As of a [`Posting`].
    pub transfer: Option<TransferId>,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    account: Account,
    currency: Currency,
    amount: i64,
    state: HoldState,
    captured: i64,
    posting: Option<PostingId>,
}

/// Holds money. A repeat with the same content changes nothing, also after the hold was settled.
///
/// The account's guard is taken first, so that two requests with one id, or a request and a debit, come one after the
/// other.
pub async fn authorise(tx: &mut Tx, ctx: &Ctx, cmd: &Hold) -> Result<(), Error> {
    if !(1..=MOST_AMOUNT).contains(&cmd.amount) {
        return Err(Error::AmountInvalid);
    }
    guard(tx, ctx, cmd.account, cmd.currency).await?;
    if let Some(held) = find(tx, ctx, cmd.hold).await? {
        return same(&held, cmd);
    }
    if cmd.account.kind.forbids_overdraft() {
        let available = balance::available(tx, ctx, cmd.account, cmd.currency).await?;
        if available < cmd.amount {
            return Err(Error::Overdraft { account: cmd.account, available });
        }
    }
    let kind = cmd.account.kind.as_str();
    let (scope, open) = (ctx.scope.key(), HoldState::Open as i64);
    let params = p![scope, cmd.hold, kind, cmd.account.owner, cmd.currency, cmd.amount, open, ctx.now];
    if tx.exec(sql::INSERT_HOLD, params).await? == 0 {
        // The id was taken meanwhile, on another account: on this one the guard kept everybody out.
        return Err(Error::HoldReused);
    }
    Ok(())
}

/// Takes money from a hold and releases the rest. A repeat with the same content gives the same posting.
pub async fn capture(tx: &mut Tx, ctx: &Ctx, cmd: &Capture) -> Result<PostingId, Error> {
    let held = find(tx, ctx, cmd.hold).await?.ok_or(Error::HoldUnknown)?;
    if held.state != HoldState::Open {
        return captured_before(tx, ctx, cmd, &held).await;
    }
    if !(1..=held.amount).contains(&cmd.amount) {
        return Err(Error::AmountInvalid);
    }
    let posting = Posting {
        currency: held.currency,
        reason: cmd.reason,
        subject: cmd.subject,
        transfer: cmd.transfer,
        legs: from_to(held.account, cmd.to, cmd.amount),
    };
    let legs = posting.checked(ctx.scope)?;
    let id = ctx.id();
    if !settle(tx, ctx, cmd.hold, HoldState::Captured, cmd.amount, Some(id)).await? {
        // Somebody settled it since it was read.
        let held = find(tx, ctx, cmd.hold).await?.ok_or(Error::HoldUnknown)?;
        return captured_before(tx, ctx, cmd, &held).await;
    }
    // No guard and no look at the balance: the hold has kept this money free for the capture.
    write(tx, ctx, id, &posting, &legs).await?;
    Ok(id)
}

/// Lets the held money go. A repeat changes nothing.
pub async fn release(tx: &mut Tx, ctx: &Ctx, hold: HoldId) -> Result<(), Error> {
    if settle(tx, ctx, hold, HoldState::Released, 0, None).await? {
        return Ok(());
    }
    match find(tx, ctx, hold).await? {
        None => Err(Error::HoldUnknown),
        Some(held) if held.state == HoldState::Released => Ok(()),
        Some(_) => Err(Error::HoldSettled),
    }
}

async fn find(tx: &mut Tx, ctx: &Ctx, hold: HoldId) -> Result<Option<Held>, Error> {
    let found = tx.opt(sql::FIND_HOLD, p![ctx.scope.key(), hold], |r| {
        Ok(Held {
            account: Account { kind: r.get(0)?, owner: r.get(1)? },
            currency: r.get(2)?,
            amount: r.get(3)?,
            state: r.get(4)?,
            captured: r.get(5)?,
            posting: r.get(6)?,
        })
    });
    Ok(found.await?)
}

fn same(held: &Held, cmd: &Hold) -> Result<(), Error> {
    let (was, is) = ((held.account, held.currency, held.amount), (cmd.account, cmd.currency, cmd.amount));
    if was == is { Ok(()) } else { Err(Error::HoldReused) }
}

/// The answer to a capture of a settled hold: the posting of the first time if it was this very capture.
async fn captured_before(tx: &mut Tx, ctx: &Ctx, cmd: &Capture, held: &Held) -> Result<PostingId, Error> {
    let Some(posting) = held.posting else { return Err(Error::HoldSettled) };
    let (kind, owner) = (cmd.to.kind.as_str(), cmd.to.owner);
    let params = p![ctx.scope.key(), posting, kind, owner, cmd.amount, cmd.reason, cmd.subject];
    let same = tx.opt(sql::POSTED_TO, params, |r| r.get::<i64>(0)).await?.is_some();
    if same && held.captured == cmd.amount { Ok(posting) } else { Err(Error::HoldReused) }
}

/// Compares and swaps the state; false if the hold is not open any more, or was never there.
async fn settle(
    tx: &mut Tx,
    ctx: &Ctx,
    hold: HoldId,
    to: HoldState,
    captured: i64,
    posting: Option<PostingId>,
) -> Result<bool, Error> {
    let params = p![ctx.scope.key(), hold, HoldState::Open as i64, to as i64, captured, posting];
    Ok(tx.exec(sql::MOVE_HOLD, params).await? == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_moves_from_open_once_and_never_back() {
        let moves = HoldState::MOVES;
        assert!(moves.iter().all(|(from, to)| *from == HoldState::Open && *to != HoldState::Open));
        assert_eq!(moves.len(), 2);
    }
}
