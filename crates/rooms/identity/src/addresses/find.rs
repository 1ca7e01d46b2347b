//! Reads kept addresses.

use kernel::{AddressId, Ctx};
use store::{Tx, p};

use super::{KeptAddress, read};
use crate::{Error, sql};

/// An address of the shopper who acts.
pub async fn address(tx: &mut Tx, ctx: &Ctx, id: AddressId) -> Result<KeptAddress, Error> {
    let shopper = ctx.shopper()?;
    tx.opt(sql::address::FIND, p![shopper, id], read).await?.ok_or(Error::AddressNotFound)
}

/// The addresses of the shopper who acts: the default first, then the newest.
pub async fn list_addresses(tx: &mut Tx, ctx: &Ctx) -> Result<Vec<KeptAddress>, Error> {
    let shopper = ctx.shopper()?;
    Ok(tx.all(sql::address::LIST, p![shopper], read).await?)
}
