//! Reads a shop's addresses.

use kernel::{AddressId, Ctx, Permission};
use store::{Tx, p};

use crate::{Error, ShopAddress, sql};

/// An address of the caller's shop.
pub async fn get_address(tx: &mut Tx, ctx: &Ctx, id: AddressId) -> Result<ShopAddress, Error> {
    let shop = ctx.shop(Permission::ShopRead)?;
    tx.opt(sql::ADDRESS, p![shop, id], ShopAddress::from_row).await?.ok_or(Error::NoSuchAddress)
}

/// Addresses of the caller's shop, the oldest first: `limit` of them after the first `offset`.
pub async fn list_addresses(
    tx: &mut Tx,
    ctx: &Ctx,
    offset: i64,
    limit: i64,
) -> Result<Vec<ShopAddress>, Error> {
    let shop = ctx.shop(Permission::ShopRead)?;
    let params = p![shop, limit.max(0), offset.max(0)];
    Ok(tx.all(sql::LIST_ADDRESSES, params, ShopAddress::from_row).await?)
}
