//! Changes a kept address.

use kernel::{AddressId, Ctx};
use store::{Batch, Tx, p};

use super::clear_default;
use crate::{Address, Error, sql};

/// Which address becomes what.
#[derive(Debug, Clone)]
pub struct UpdateAddress {
    /// Which.
    pub id: AddressId,
    /// The address to be.
    pub address: Address,
    /// Whether it is the default from now on.
    pub make_default: bool,
}

/// Changes an address of the shopper who acts. Orders keep the address that they were placed with.
pub async fn update_address(tx: &mut Tx, ctx: &Ctx, cmd: &UpdateAddress) -> Result<(), Error> {
    let shopper = ctx.shopper()?;
    // Held, since a default is two rows' affair.
    tx.exec(sql::shopper::HOLD, p![shopper]).await?;
    let a = &cmd.address;
    let set = tx
        .exec(
            sql::address::UPDATE,
            p![
                shopper,
                cmd.id,
                &a.user_name,
                &a.tel_number,
                &a.province_name,
                &a.city_name,
                &a.county_name,
                &a.detail_info,
                &a.postal_code,
                &a.national_code
            ],
        )
        .await?;
    if set == 0 {
        return Err(Error::AddressNotFound);
    }
    let mut batch = Batch::new();
    if cmd.make_default {
        clear_default(&mut batch, shopper);
    }
    batch.add(sql::address::SET_DEFAULT, p![shopper, cmd.id, cmd.make_default.then_some(ctx.now)]);
    tx.exec_all(batch).await?;
    Ok(())
}

impl store::Command for UpdateAddress {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "identity.update_address";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        update_address(tx, ctx, self).await
    }
}
