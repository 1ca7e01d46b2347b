//! Operators decide about drafts, and take products off.

use kernel::{
    Actor, Ctx, Cursor, OperatorId, Page, PageSize, Permission, ProductId, Scope, ShopId, Text, TextError,
    Timestamp,
};
use store::{Command, Tx, p};

use super::{
    AuditState, EditStep, Edition, Product, Standing, Step,
    product::{Change, News, edition},
    submit::{ListProduct, decide, pass},
};
use crate::{Error, sql};

/// What an operator says of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may go online.
    Pass,
    /// It may not.
    Refuse {
        /// Why, 1 to 200 characters, for the merchant to read.
        reason: String,
    },
}

impl Verdict {
    /// What an operator says. Who lets a draft pass has nothing to say besides: nobody would read it.
    pub fn of(pass: bool, reason: String) -> Result<Self, Error> {
        match (pass, reason.is_empty()) {
            (true, true) => Ok(Self::Pass),
            (true, false) => Err(Error::Text { field: "reason", why: TextError::TooLong { max: 0 } }),
            (false, _) => Ok(Self::Refuse { reason }),
        }
    }
}

/// A verdict over the draft of one round: the one that the operator has seen.
#[derive(Debug, Clone)]
pub struct Audit {
    /// Whose product.
    pub shop: ShopId,
    /// Which.
    pub product: ProductId,
    /// The round, as the queue showed it.
    pub round: i64,
    /// The verdict.
    pub verdict: Verdict,
}

/// Decides about a draft; for operators. A draft that passes goes online and on sale.
pub async fn audit(tx: &mut Tx, ctx: &Ctx, cmd: &Audit) -> Result<Product, Error> {
    ctx.operator(Permission::PlatformProducts)?;
    let mut change = Change::of(tx, cmd.shop, cmd.product).await?;
    if change.product.edit_status.after(EditStep::Pass).is_none() {
        return Err(Error::NotInAudit);
    }
    if change.product.round != cmd.round {
        return Err(Error::OtherRound { round: change.product.round });
    }
    match &cmd.verdict {
        Verdict::Pass => {
            decide(tx, ctx, &change.product, AuditState::Passed, "", decider(ctx)).await?;
            pass(tx, ctx, &mut change)?;
        }
        Verdict::Refuse { reason } => {
            let reason = checked(reason)?;
            change.edit(EditStep::Refuse, Error::NotInAudit)?;
            decide(tx, ctx, &change.product, AuditState::Refused, reason.as_str(), decider(ctx)).await?;
            change.product.reason = reason.into();
            change.say(News::Audited { passed: false });
        }
    }
    change.save(tx, ctx).await
}

/// A product to be taken off by the platform.
#[derive(Debug, Clone)]
pub struct TakeDown {
    /// Whose.
    pub shop: ShopId,
    /// Which.
    pub product: ProductId,
    /// Why, 1 to 200 characters, for the merchant to read.
    pub reason: String,
}

/// Takes a product off; it has to pass an audit to come back. For operators.
pub async fn take_down(tx: &mut Tx, ctx: &Ctx, cmd: &TakeDown) -> Result<Product, Error> {
    ctx.operator(Permission::PlatformProducts)?;
    let reason = checked(&cmd.reason)?;
    let mut change = Change::of(tx, cmd.shop, cmd.product).await?;
    change.step(Step::TakeDown, Error::NotListed)?;
    tx.cancel::<ListProduct>(&ctx.as_system(Scope::Shop(cmd.shop)), cmd.product.0);
    change.product.reason = reason.into();
    change.say(News::Delisted);
    change.save(tx, ctx).await
}

fn checked(reason: &str) -> Result<Text<200>, Error> {
    Text::new(reason).map_err(|why| Error::Text { field: "reason", why })
}

const fn decider(ctx: &Ctx) -> Option<OperatorId> {
    match ctx.actor {
        Actor::Operator { operator, .. } => Some(operator),
        _ => None,
    }
}

/// A draft that waits for an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Whose.
    pub shop: ShopId,
    /// Of which product.
    pub product: ProductId,
    /// Which audit of it.
    pub round: i64,
    /// Since when.
    pub submitted_at: Timestamp,
    /// What to look at.
    pub draft: Edition,
}

/// The drafts of all shops that wait, the oldest first; for operators.
pub async fn audit_queue(
    tx: &mut Tx,
    ctx: &Ctx,
    after: Cursor,
    size: PageSize,
) -> Result<Page<Waiting>, Error> {
    ctx.operator(Permission::PlatformProducts)?;
    let params = p![AuditState::Waiting, after.key, after.id, size.get() + 1];
    let rows = tx
        .all(sql::QUEUE, params, |r| {
            Ok(Waiting {
                shop: r.get(0)?,
                product: r.get(1)?,
                round: r.get(2)?,
                submitted_at: r.get(3)?,
                draft: edition(&r.get::<String>(4)?)?,
            })
        })
        .await?;
    Ok(Page::of(rows, size, |w| Cursor { key: w.submitted_at.ms(), id: w.product.0 }))
}

/// An audit that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Which audit of the product.
    pub round: i64,
    /// Where it stands.
    pub state: AuditState,
    /// Why it was refused; empty otherwise.
    pub reason: String,
    /// When it was asked for.
    pub submitted_at: Timestamp,
    /// When it was over.
    pub decided_at: Option<Timestamp>,
}

/// The last audits of a product of the caller's shop, the latest first.
pub async fn audits(tx: &mut Tx, ctx: &Ctx, id: ProductId) -> Result<Vec<AuditRecord>, Error> {
    let shop = ctx.shop(Permission::ProductRead)?;
    super::product(tx, shop, id).await?.ok_or(Error::NotFound)?;
    let rows = tx.all(sql::AUDITS, p![shop, id, PageSize::MAX], |r| {
        Ok(AuditRecord {
            round: r.get(0)?,
            state: r.get(1)?,
            reason: r.get(2)?,
            submitted_at: r.get(3)?,
            decided_at: r.get(4)?,
        })
    });
    Ok(rows.await?)
}

impl Command for Audit {
    type Out = Standing;
    type Err = Error;
    const NAME: &'static str = "catalog.audit";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Standing, Error> {
        Ok(audit(tx, ctx, self).await?.into())
    }
}

impl Command for TakeDown {
    type Out = Standing;
    type Err = Error;
    const NAME: &'static str = "catalog.take_down";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Standing, Error> {
        Ok(take_down(tx, ctx, self).await?.into())
    }
}

#[cfg(test)]
mod tests;
