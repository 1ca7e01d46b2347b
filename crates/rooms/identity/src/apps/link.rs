//! Links a mini program with a shop, for which it may then act.

use kernel::{AppId, Ctx, ShopId};
use store::{Tx, p};

use super::{managed, manager};
use crate::{AppKind, Error, sql};

/// Links `app` with `shop`; linking again changes nothing. Staff link a mini program of their own shop with it;
/// an operator, or the program itself, any with any.
pub async fn link_app(tx: &mut Tx, ctx: &Ctx, app: AppId, shop: ShopId) -> Result<(), Error> {
    let found = managed(tx, ctx, app).await?;
    if manager(ctx)?.is_some_and(|own| own != shop) {
        return Err(Error::ShopNotFound);
    }
    if found.kind != AppKind::MiniProgram {
        return Err(Error::NotAMiniProgram);
    }
    tx.exec(sql::app::LINK, p![shop, app, ctx.now]).await?;
    Ok(())
}

/// Which mini program is linked with which shop.
#[derive(Debug, Clone, Copy)]
pub struct LinkApp {
    /// The mini program.
    pub app: AppId,
    /// The shop.
    pub shop: ShopId,
}

impl store::Command for LinkApp {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "identity.link_app";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        link_app(tx, ctx, self.app, self.shop).await
    }
}
