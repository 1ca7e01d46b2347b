//! Keeps a further address.

use kernel::{AddressId, Ctx};
use store::{Batch, Tx, p};

use super::{MOST_ADDRESSES, clear_default};
use crate::{Address, Error, sql};

/// Which address is kept.
#[derive(Debug, Clone)]
pub struct AddAddress {
    /// The address.
    pub address: Address,
    /// Whether it is to be the default; a shopper's only address always is.
    pub make_default: bool,
}

/// Keeps an address of the shopper who acts.
pub async fn add_address(tx: &mut Tx, ctx: &Ctx, cmd: &AddAddress) -> Result<AddressId, Error> {
    let shopper = ctx.shopper()?;
    // Held first: of two requests one counts after the other has written.
    if tx.exec(sql::shopper::HOLD, p![shopper]).await? == 0 {
        return Err(Error::ShopperNotFound);
    }
    let kept: i64 = tx.one(sql::address::COUNT, p![shopper], |r| r.get(0)).await?;
    if kept >= MOST_ADDRESSES {
        return Err(Error::TooManyAddresses);
    }
    // Nothing below may refuse.
    let id: AddressId = ctx.id();
    let (a, default_at) = (&cmd.address, (cmd.make_default || kept == 0).then_some(ctx.now));
    let mut batch = Batch::new();
    if default_at.is_some() {
        clear_default(&mut batch, shopper);
    }
    batch.add(
        sql::address::ADD,
        p![
            shopper,
            id,
            &a.user_name,
            &a.tel_number,
            &a.province_name,
            &a.city_name,
            &a.county_name,
            &a.detail_info,
            &a.postal_code,
            &a.national_code,
            default_at,
            ctx.now
        ],
    );
    tx.exec_all(batch).await?;
    Ok(id)
}

impl store::Command for AddAddress {
    type Out = AddressId;
    type Err = Error;
    const NAME: &'static str = "identity.add_address";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<AddressId, Error> {
        add_address(tx, ctx, self).await
    }
}
