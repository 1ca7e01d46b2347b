//! Changes that need no audit: prices, codes, what is sold, terms. They reach both copies at once.

use kernel::{Ctx, Permission, ProductId, SkuId};
use serde::{Deserialize, Serialize};
use store::{Command, Tx};

use super::{
    BuyLimit, DeliverMethod, EditStatus, Edition, Express, Presale, Service, SkuStatus, Status, Timing,
    check::{MOST_SKUS, check},
    product::{CHANGED, Change, News},
};
use crate::{Error, Flaw, category::place};

/// What to change; what is left out stays.
#[derive(Debug, Clone)]
pub struct ChangeFree {
    /// Which product.
    pub product: ProductId,
    /// The merchant's own code.
    pub spu_code: Option<String>,
    /// Skus to change.
    pub skus: Vec<SkuChange>,
    /// How it reaches its buyer.
    pub deliver_method: Option<DeliverMethod>,
    /// The terms of delivery by express.
    pub express: Option<Express>,
    /// How much one buyer may buy; the inner `None` lifts the limit.
    pub limit: Option<Option<BuyLimit>>,
    /// What the shop promises.
    pub service: Option<Service>,
    /// When it goes on sale by itself; the inner `None` takes the time back.
    pub timing: Option<Option<Timing>>,
    /// A presale of the product as a whole; the inner `None` ends it.
    pub presale: Option<Option<Presale>>,
}

/// What to change about a sku; what is left out stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkuChange {
    /// Which sku of the product.
    pub sku: SkuId,
    /// The merchant's own code.
    pub sku_code: Option<String>,
    /// What it is sold for, minor units; not above what it is worth.
    pub sale_price: Option<i64>,
    /// A presale; the inner `None` ends it.
    pub presale: Option<Option<Presale>>,
    /// Sold, or not.
    pub on_sale: Option<bool>,
    /// Take it out of the product.
    pub delete: bool,
}

impl ChangeFree {
    /// Nothing to change about `product` yet.
    pub const fn of(product: ProductId) -> Self {
        Self {
            product,
            spu_code: None,
            skus: Vec::new(),
            deliver_method: None,
            express: None,
            limit: None,
            service: None,
            timing: None,
            presale: None,
        }
    }
}

impl SkuChange {
    /// Nothing to change about `sku` yet.
    pub const fn of(sku: SkuId) -> Self {
        Self { sku, sku_code: None, sale_price: None, presale: None, on_sale: None, delete: false }
    }
}

/// A product that was changed without audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Its id.
    pub product: ProductId,
    /// Its version.
    pub version: i64,
}

/// Changes a product of the caller's shop, online and in the draft alike. Refused while the draft is in audit.
pub async fn change_free(tx: &mut Tx, ctx: &Ctx, cmd: &ChangeFree) -> Result<Changed, Error> {
    let shop = ctx.shop(Permission::ProductWrite)?;
    let mut change = Change::of(tx, shop, cmd.product).await?;
    if change.product.status == Status::Binned {
        return Err(change.not_editable());
    }
    if change.product.edit_status == EditStatus::Auditing {
        return Err(Error::InAudit);
    }
    if cmd.skus.len() > MOST_SKUS {
        return Err(Flaw::SkuCount.into());
    }
    for wanted in &cmd.skus {
        let has = |edition: &Edition| edition.skus.iter().any(|s| s.id == wanted.sku);
        if !has(&change.product.draft) && !change.product.online.as_ref().is_some_and(has) {
            return Err(Flaw::Argument("skus.sku_id").into());
        }
    }
    change.product.draft = changed(&change.product.draft, cmd);
    change.product.online = change.product.online.as_ref().map(|online| changed(online, cmd));
    // What is sold must hold; a draft that does not is found when it is sent to audit.
    let seen = change.product.face();
    let rules = place(tx, shop, seen.content.category).await?.leaf.rules;
    check(seen, &rules, ctx.now)?;
    change.publish_skus();
    change.say(News::Updated { change: CHANGED });
    let product = change.save(tx, ctx).await?;
    Ok(Changed { product: product.id, version: product.version })
}

/// A copy with the changes.
fn changed(old: &Edition, cmd: &ChangeFree) -> Edition {
    let mut new = old.clone();
    let content = &mut new.content;
    if let Some(code) = &cmd.spu_code {
        content.spu_code.clone_from(code);
    }
    content.deliver_method = cmd.deliver_method.unwrap_or(content.deliver_method);
    if let Some(express) = &cmd.express {
        content.express = Some(express.clone());
    }
    content.limit = cmd.limit.unwrap_or(content.limit);
    content.service = cmd.service.unwrap_or(content.service);
    content.timing = cmd.timing.unwrap_or(content.timing);
    content.presale = cmd.presale.unwrap_or(content.presale);
    for wanted in &cmd.skus {
        if wanted.delete {
            new.skus.retain(|sku| sku.id != wanted.sku);
        }
        for sku in new.skus.iter_mut().filter(|sku| sku.id == wanted.sku) {
            if let Some(code) = &wanted.sku_code {
                sku.content.sku_code.clone_from(code);
            }
            sku.content.sale_price = wanted.sale_price.unwrap_or(sku.content.sale_price);
            sku.content.presale = wanted.presale.unwrap_or(sku.content.presale);
            if let Some(on) = wanted.on_sale {
                sku.status = if on { SkuStatus::On } else { SkuStatus::Off };
            }
        }
    }
    new
}

impl Command for ChangeFree {
    type Out = Changed;
    type Err = Error;
    const NAME: &'static str = "catalog.change_free";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Changed, Error> {
        change_free(tx, ctx, self).await
    }
}

#[cfg(test)]
mod tests;
