//! Sends a draft to audit, takes it back, and puts what has passed on sale.

use kernel::{Ctx, OperatorId, Permission, ProductId};
use serde::{Deserialize, Serialize};
use store::{Command, Job, Tx, p};

use super::{
    AuditState, EditStatus, EditStep, Product, Standing, Status, Step,
    check::check,
    product::{Change, News},
    write::check_outside,
};
use crate::{Error, category::place, shops::auto_audit, sql};

/// Puts a product of the caller's shop on sale. A draft that has changed goes to audit first, and on sale when it
/// passes; one that has passed goes on sale at once, unless the platform has taken the product off. What is on sale
/// without a change stays so.
pub async fn submit(tx: &mut Tx, ctx: &Ctx, id: ProductId) -> Result<Product, Error> {
    let shop = ctx.shop(Permission::ProductWrite)?;
    let mut change = Change::of(tx, shop, id).await?;
    let refusal = change.not_editable();
    match (change.product.status, change.product.edit_status) {
        (Status::Binned | Status::Erased, _) | (_, EditStatus::Auditing) => return Err(refusal),
        (Status::Listed, EditStatus::Passed) => return Ok(change.product),
        (Status::New | Status::Delisted, EditStatus::Passed) => {
            go_on_sale(tx, ctx, &mut change)?;
            return change.save(tx, ctx).await;
        }
        _ => {}
    }
    let draft = &change.product.draft;
    let place = place(tx, shop, draft.content.category).await?;
    check(draft, &place.leaf.rules, ctx.now)?;
    check_outside(tx, shop, draft).await?;
    change.edit(EditStep::Submit, refusal)?;
    change.product.round += 1;
    let round = change.product.round;
    tx.exec(sql::INSERT_AUDIT, p![shop, id, round, AuditState::Waiting, "", ctx.now]).await?;
    if auto_audit(tx, shop).await? {
        decide(tx, ctx, &change.product, AuditState::Passed, "", None).await?;
        pass(tx, ctx, &mut change)?;
    }
    change.save(tx, ctx).await
}

/// Closes the audit that waits.
pub(super) async fn decide(
    tx: &mut Tx,
    ctx: &Ctx,
    product: &Product,
    state: AuditState,
    reason: &str,
    operator: Option<OperatorId>,
) -> Result<(), Error> {
    let (shop, id, round) = (product.shop, product.id, product.round);
    let params = p![shop, id, round, AuditState::Waiting, state, reason, ctx.now, operator];
    match tx.exec(sql::DECIDE_AUDIT, params).await? {
        0 => Err(Error::NotInAudit),
        _ => Ok(()),
    }
}

/// The draft has passed: it is what is online now, and goes on sale, now or at its time.
pub(super) fn pass(tx: &mut Tx, ctx: &Ctx, change: &mut Change) -> Result<(), Error> {
    change.edit(EditStep::Pass, Error::NotInAudit)?;
    change.product.online = Some(change.product.draft.clone());
    change.product.reason.clear();
    change.publish_skus();
    change.say(News::Audited { passed: true });
    let waits_until = change.product.draft.content.timing.map(|t| t.onsale_at).filter(|at| *at > ctx.now);
    match waits_until {
        Some(at) if change.product.status != Status::Listed => {
            let in_shop = ctx.as_system(kernel::Scope::Shop(change.product.shop));
            Ok(tx.later(&in_shop, at, &ListProduct { product: change.product.id })?)
        }
        _ => go_on_sale(tx, ctx, change),
    }
}

fn go_on_sale(tx: &mut Tx, ctx: &Ctx, change: &mut Change) -> Result<(), Error> {
    let was = change.product.status;
    let refusal = change.not_editable();
    change.step(Step::List, refusal)?;
    if was != Status::Listed {
        change.product.listed_at = Some(ctx.now);
        change.say(News::Listed);
        let in_shop = ctx.as_system(kernel::Scope::Shop(change.product.shop));
        tx.cancel::<ListProduct>(&in_shop, change.product.id.0);
    }
    Ok(())
}

/// Puts a product on sale at the time that its merchant has set.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct ListProduct {
    pub(crate) product: ProductId,
}

impl Job for ListProduct {
    const KIND: &'static str = "catalog.list_product";
    fn key(&self) -> i64 {
        self.product.0
    }
}

/// Does it, if the product still waits for it.
pub(crate) async fn list_in_time(tx: &mut Tx, ctx: &Ctx, job: ListProduct) -> Result<(), Error> {
    let shop = ctx.shop(Permission::ProductWrite)?;
    let mut change = match Change::of(tx, shop, job.product).await {
        Err(Error::NotFound) => return Ok(()),
        other => other?,
    };
    let waits = matches!(change.product.status, Status::New | Status::Delisted | Status::Violation);
    if waits && change.product.edit_status == EditStatus::Passed {
        go_on_sale(tx, ctx, &mut change)?;
        change.save(tx, ctx).await?;
    }
    Ok(())
}

/// Takes a draft of the caller's shop back from audit.
pub async fn cancel_audit(tx: &mut Tx, ctx: &Ctx, id: ProductId) -> Result<Product, Error> {
    let shop = ctx.shop(Permission::ProductWrite)?;
    let mut change = Change::of(tx, shop, id).await?;
    change.edit(EditStep::Cancel, Error::NotInAudit)?;
    decide(tx, ctx, &change.product, AuditState::Withdrawn, "", None).await?;
    change.save(tx, ctx).await
}

/// A product to be put on sale, see [`submit`].
#[derive(Debug, Clone, Copy)]
pub struct Submit(pub ProductId);

/// A draft to be taken back from audit, see [`cancel_audit`].
#[derive(Debug, Clone, Copy)]
pub struct CancelAudit(pub ProductId);

impl Command for Submit {
    type Out = Standing;
    type Err = Error;
    const NAME: &'static str = "catalog.submit";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Standing, Error> {
        Ok(submit(tx, ctx, self.0).await?.into())
    }
}

impl Command for CancelAudit {
    type Out = Standing;
    type Err = Error;
    const NAME: &'static str = "catalog.cancel_audit";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Standing, Error> {
        Ok(cancel_audit(tx, ctx, self.0).await?.into())
    }
}

#[cfg(test)]
mod tests;
