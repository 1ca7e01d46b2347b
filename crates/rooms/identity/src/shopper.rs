//! Shoppers: found by phone, made when first seen.

use kernel::{Ctx, Scope, ShopperId};
use store::{Tx, p};

use crate::{Error, Phone, ShopperJoined, sql};

/// The shopper with this phone, made if there is none: for the demo, the replay and other work of the program itself.
pub async fn ensure_shopper(tx: &mut Tx, ctx: &Ctx, phone: &Phone) -> Result<ShopperId, Error> {
    ctx.system()?;
    let shopper: ShopperId = ctx.id();
    if tx.exec(sql::shopper::ADD_PHONE, p![phone, shopper]).await? == 0 {
        let known = tx.opt(sql::shopper::OF_PHONE, p![phone], |r| r.get(0)).await?;
        return known.ok_or(Error::ShopperNotFound);
    }
    tx.exec(sql::shopper::ADD, p![shopper, phone, ctx.now]).await?;
    tx.say(&ctx.as_system(Scope::Shopper(shopper)), &ShopperJoined { shopper, version: 1 })?;
    Ok(shopper)
}

/// Makes the shopper of a phone known, as a command.
#[derive(Debug, Clone)]
pub struct EnsureShopper(pub Phone);

impl store::Command for EnsureShopper {
    type Out = ShopperId;
    type Err = Error;
    const NAME: &'static str = "identity.ensure_shopper";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<ShopperId, Error> {
        ensure_shopper(tx, ctx, &self.0).await
    }
}

/// The phone of the shopper who asks.
pub async fn own_phone(tx: &mut Tx, ctx: &Ctx) -> Result<Phone, Error> {
    let shopper = ctx.shopper()?;
    tx.opt(sql::shopper::PHONE, p![shopper], |r| r.get(0)).await?.ok_or(Error::ShopperNotFound)
}
