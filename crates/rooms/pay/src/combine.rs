//! Opens a combined payment: several orders, of one shop or of many, are to be paid in one sum.
//!
//! One transaction in the payer's scope, which reads the payments where they lie and changes nothing there: they are
//! looked at once more, and bound, when the payer begins to pay.

use kernel::{Ctx, Money, OrderId, PaymentId, ShopId, ShopperId};
use std::collections::HashSet;
use store::{Batch, Command, Tx, p};

use crate::{
    Combined, CombinedState, Error, Payment, Share,
    bill::still_open,
    door,
    open::check_amount,
    sql::{self, combined as statements},
};

/// The most orders that are paid together.
pub(crate) const MOST_SHARES: usize = 20;

/// Opens a combined payment for these orders of the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Combine {
    /// The orders, 1 to 20, each once.
    pub orders: Vec<(ShopId, OrderId)>,
}

impl Command for Combine {
    type Out = Combined;
    type Err = Error;
    const NAME: &'static str = "pay.combine";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Combined, Error> {
        combine(tx, ctx, self).await
    }
}

/// Opens it, by the shopper who pays, in their own scope. Refuses with `Shares`; with `Share` around `NotFound`,
/// `AlreadyPaid`, `Closed`, `Expired` or `CurrencyMismatch`, which names the order; with `BadAmount`.
pub async fn combine(tx: &mut Tx, ctx: &Ctx, cmd: &Combine) -> Result<Combined, Error> {
    let payer = door::at_home(ctx)?;
    let different: HashSet<_> = cmd.orders.iter().collect();
    if cmd.orders.len() != different.len() || !(1..=MOST_SHARES).contains(&cmd.orders.len()) {
        return Err(Error::Shares);
    }
    let payments = payable(tx, ctx, payer, &cmd.orders).await?;
    let combined = drafted(ctx, payer, &payments).ok_or(Error::BadAmount)?;
    check_amount(combined.amount)?;
    // Nothing below may refuse.
    record(tx, &combined).await?;
    Ok(combined)
}

/// The payments of the orders, each of which waits for its money.
async fn payable(
    tx: &mut Tx,
    ctx: &Ctx,
    payer: ShopperId,
    orders: &[(ShopId, OrderId)],
) -> Result<Vec<Payment>, Error> {
    let keys = orders.iter().map(|(shop, order)| p![*shop, *order, payer]).collect();
    let found = tx.opt_all(sql::SELECT_SHOPPERS_PAYMENT_OF_ORDER, keys, sql::payment).await?;
    let mut payments: Vec<Payment> = Vec::with_capacity(found.len());
    for (payment, (shop, order)) in found.into_iter().zip(orders) {
        let first = payments.first();
        let fits = payment.ok_or(Error::NotFound).and_then(|payment| {
            still_open(payment.state)?;
            if payment.expires_at <= ctx.now {
                return Err(Error::Expired);
            }
            if first.is_some_and(|first| first.amount.currency != payment.amount.currency) {
                return Err(Error::CurrencyMismatch);
            }
            Ok(payment)
        });
        payments.push(fits.map_err(|why| of_order(*shop, *order, why))?);
    }
    Ok(payments)
}

/// Says which of the orders it is that refuses; a failure of the database is none of theirs.
pub(crate) fn of_order(shop: ShopId, order: OrderId, why: Error) -> Error {
    match why {
        Error::Store(_) | Error::Denied(_) | Error::ChannelUnavailable => why,
        why => Error::Share { shop, order, why: Box::new(why) },
    }
}

/// What the payer reads, in characters.
const DESCRIPTION_CHARS: usize = 110;

fn drafted(ctx: &Ctx, payer: ShopperId, payments: &[Payment]) -> Option<Combined> {
    let first = payments.first()?;
    let minor = payments.iter().try_fold(0_i64, |sum, p| sum.checked_add(p.amount.minor))?;
    let title: String = first.description.chars().take(DESCRIPTION_CHARS).collect();
    let mut shares: Vec<Share> = payments
        .iter()
        .map(|p| Share { shop: p.shop, payment: p.payment, order: p.order, amount: p.amount.minor })
        .collect();
    shares.sort_by_key(|share| (share.shop, share.payment));
    Some(Combined {
        payer,
        combined: ctx.id(),
        amount: Money::new(minor, first.amount.currency),
        description: if shares.len() == 1 { title } else { format!("{title} 等{}笔订单", shares.len()) },
        state: CombinedState::Open,
        attempt: 0,
        channel: None,
        channel_txn: None,
        opened_at: ctx.now,
        expires_at: payments.iter().map(|p| p.expires_at).min()?,
        started_wall: None,
        paid_at: None,
        captured_at: None,
        closed_at: None,
        version: 1,
        shares,
    })
}

async fn record(tx: &mut Tx, c: &Combined) -> Result<(), Error> {
    let mut batch = Batch::new();
    batch.add(
        statements::INSERT,
        p![
            c.payer,
            c.combined,
            c.amount.minor,
            c.amount.currency,
            &c.description,
            c.state,
            c.opened_at,
            c.expires_at
        ],
    );
    for s in &c.shares {
        batch.add(statements::INSERT_SHARE, p![c.payer, c.combined, s.shop, s.payment, s.order, s.amount]);
    }
    tx.exec_all(batch).await?;
    Ok(())
}

/// A combined payment of the shopper who acts, with its shares.
pub async fn combined(tx: &mut Tx, ctx: &Ctx, combined: PaymentId) -> Result<Combined, Error> {
    let payer = ctx.shopper()?;
    whole(tx, payer, combined).await?.ok_or(Error::NotFound)
}

/// A combined payment of this payer, with its shares.
pub(crate) async fn whole(
    tx: &mut Tx,
    payer: ShopperId,
    combined: PaymentId,
) -> Result<Option<Combined>, Error> {
    let Some(found) = head(tx, payer, combined).await? else { return Ok(None) };
    let shares = tx.all(statements::SELECT_SHARES, p![payer, combined], statements::share).await?;
    Ok(Some(Combined { shares, ..found }))
}

/// The same without its shares.
pub(crate) async fn head(
    tx: &mut Tx,
    payer: ShopperId,
    combined: PaymentId,
) -> Result<Option<Combined>, Error> {
    Ok(tx.opt(statements::SELECT, p![payer, combined], statements::combined).await?)
}
