//! Forgets a kept address.

use kernel::{AddressId, Ctx};
use store::{Tx, p};

use crate::{Error, sql};

/// Forgets an address of the shopper who acts.
pub async fn delete_address(tx: &mut Tx, ctx: &Ctx, id: AddressId) -> Result<(), Error> {
    let shopper = ctx.shopper()?;
    if tx.exec(sql::address::DELETE, p![shopper, id]).await? == 0 {
        return Err(Error::AddressNotFound);
    }
    Ok(())
}

/// Which address is forgotten.
#[derive(Debug, Clone, Copy)]
pub struct DeleteAddress {
    /// Which.
    pub id: AddressId,
}

impl store::Command for DeleteAddress {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "identity.delete_address";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        delete_address(tx, ctx, self.id).await
    }
}
