//! Takes products off sale, and throws them away.

use kernel::{Ctx, Permission, ProductId, day_ms};
use serde::{Deserialize, Serialize};
use store::{Command, Job, Tx};

use super::{
    AuditState, Content, EditStatus, EditStep, Edition, Product, Standing, Step,
    product::{Change, DELETED, ERASED, News},
    submit::{ListProduct, decide},
};
use crate::Error;

/// How long a product lies in the bin before it is erased, ms of business time.
pub const BIN_MS: i64 = day_ms(30);

/// Takes a product of the caller's shop off sale. Orders that were placed go on.
pub async fn delist(tx: &mut Tx, ctx: &Ctx, id: ProductId) -> Result<Product, Error> {
    let shop = ctx.shop(Permission::ProductWrite)?;
    let mut change = Change::of(tx, shop, id).await?;
    change.step(Step::Delist, Error::NotListed)?;
    change.say(News::Delisted);
    change.save(tx, ctx).await
}

/// Throws a product of the caller's shop into the bin; an audit that runs is taken back. It is erased after a month.
pub async fn delete(tx: &mut Tx, ctx: &Ctx, id: ProductId) -> Result<Product, Error> {
    let shop = ctx.shop(Permission::ProductWrite)?;
    let mut change = Change::of(tx, shop, id).await?;
    // What lies in the bin already answers as what is not there.
    change.step(Step::Bin, Error::NotFound)?;
    if change.product.edit_status == EditStatus::Auditing {
        change.edit(EditStep::Cancel, Error::NotInAudit)?;
        decide(tx, ctx, &change.product, AuditState::Withdrawn, "", None).await?;
    }
    change.say(News::Updated { change: DELETED });
    tx.cancel::<ListProduct>(&in_shop(ctx, &change), id.0);
    tx.later(&in_shop(ctx, &change), ctx.now + BIN_MS, &EraseProduct { product: id })?;
    change.save(tx, ctx).await
}

/// Takes a product of the caller's shop out of the bin; it is off sale then.
pub async fn restore(tx: &mut Tx, ctx: &Ctx, id: ProductId) -> Result<Product, Error> {
    let shop = ctx.shop(Permission::ProductWrite)?;
    let mut change = Change::of(tx, shop, id).await?;
    change.step(Step::Restore, Error::NotBinned)?;
    change.say(News::Updated { change: super::product::CHANGED });
    tx.cancel::<EraseProduct>(&in_shop(ctx, &change), id.0);
    change.save(tx, ctx).await
}

fn in_shop(ctx: &Ctx, change: &Change) -> Ctx {
    ctx.as_system(kernel::Scope::Shop(change.product.shop))
}

/// Erases a product whose time in the bin is over.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct EraseProduct {
    pub(crate) product: ProductId,
}

impl Job for EraseProduct {
    const KIND: &'static str = "catalog.erase_product";
    fn key(&self) -> i64 {
        self.product.0
    }
}

/// Does it. The row stays, so that its number is never given again; what the merchant wrote goes.
pub(crate) async fn erase(tx: &mut Tx, ctx: &Ctx, job: EraseProduct) -> Result<(), Error> {
    let shop = ctx.shop(Permission::ProductWrite)?;
    let mut change = match Change::of(tx, shop, job.product).await {
        Err(Error::NotFound) => return Ok(()),
        other => other?,
    };
    if change.step(Step::Erase, Error::NotBinned).is_err() {
        return Ok(());
    }
    let old = &change.product.draft;
    let empty =
        Edition { content: Content::new("", old.content.category), chain: old.chain, skus: Vec::new() };
    change.product.draft = empty.clone();
    change.product.online = Some(empty);
    change.publish_skus();
    change.say(News::Updated { change: ERASED });
    change.save(tx, ctx).await?;
    Ok(())
}

/// A product to be taken off sale, see [`delist`].
#[derive(Debug, Clone, Copy)]
pub struct Delist(pub ProductId);

/// A product to be thrown away, see [`delete`].
#[derive(Debug, Clone, Copy)]
pub struct Delete(pub ProductId);

/// A product to be taken out of the bin, see [`restore`].
#[derive(Debug, Clone, Copy)]
pub struct Restore(pub ProductId);

macro_rules! commands {
    ($($name:ident = $text:literal by $function:ident;)+) => {$(
        impl Command for $name {
            type Out = Standing;
            type Err = Error;
            const NAME: &'static str = $text;

            async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Standing, Error> {
                Ok($function(tx, ctx, self.0).await?.into())
            }
        }
    )+};
}

commands! {
    Delist = "catalog.delist" by delist;
    Delete = "catalog.delete" by delete;
    Restore = "catalog.restore" by restore;
}

#[cfg(test)]
mod tests;
