//! The merchant's own changes of stock, as commands: they look whether the sku is one of the shop's before they change
//! its level.

use kernel::{Ctx, Permission, ProductId, ShopId, SkuId};
use store::{Command, Tx};

use crate::{Change, Correction, Error, Level, Movement, correct, level, receive};

/// Pieces of a sku of the shop come in; the level then.
impl Command for Movement {
    type Out = Level;
    type Err = Error;
    const NAME: &'static str = "stock.receive";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Level, Error> {
        let shop = ctx.shop(Permission::StockWrite)?;
        known(tx, shop, self.product, self.sku).await?;
        receive(tx, ctx, self).await?;
        level(tx, shop, self.sku).await
    }
}

/// The level of a sku of the shop is corrected; the level then.
impl Command for Correction {
    type Out = Level;
    type Err = Error;
    const NAME: &'static str = "stock.correct";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Level, Error> {
        let shop = ctx.shop(Permission::StockWrite)?;
        known(tx, shop, self.product, self.sku).await?;
        correct(tx, ctx, self).await?;
        level(tx, shop, self.sku).await
    }
}

/// A correction under the rules of the WeChat-compatible face (`docs/wire/products.md`): only of a product that was on
/// sale once and whose draft is not in audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Update {
    /// Which sku.
    pub sku: SkuId,
    /// Its product.
    pub product: ProductId,
    /// To what.
    pub change: Change,
}

/// Gives the number of pieces that are available then.
impl Command for Update {
    type Out = i64;
    type Err = Error;
    const NAME: &'static str = "stock.update";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<i64, Error> {
        let shop = ctx.shop(Permission::StockWrite)?;
        let gate = catalog::stock_gate(tx, shop, self.product, self.sku).await?.ok_or(Error::SkuUnknown)?;
        if !gate.ever_listed {
            return Err(Error::NeverListed);
        }
        if gate.in_audit {
            return Err(Error::InAudit);
        }
        let (sku, product, change) = (self.sku, self.product, self.change);
        correct(tx, ctx, &Correction { sku, product, change, note: None }).await
    }
}

async fn known(tx: &mut Tx, shop: ShopId, product: ProductId, sku: SkuId) -> Result<(), Error> {
    if catalog::sku_exists(tx, shop, product, sku).await? { Ok(()) } else { Err(Error::SkuUnknown) }
}
