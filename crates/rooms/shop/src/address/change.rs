//! Adds, overwrites and deletes addresses of a shop.

use kernel::{AddressId, Ctx, Permission, ShopId};
use store::{Batch, Command, Error as StoreError, Tx, p};

use super::{AddressDetail, MOST_ADDRESSES, ShopAddress, get_address};
use crate::{Error, sql};

/// A new address.
#[derive(Debug, Clone)]
pub struct AddAddress {
    /// What to write down.
    pub detail: AddressDetail,
    /// Parcels leave from here unless somebody says otherwise.
    pub default_send: bool,
    /// Returns come here unless somebody says otherwise.
    pub default_return: bool,
}

/// Adds it to the caller's shop.
pub async fn add_address(tx: &mut Tx, ctx: &Ctx, cmd: &AddAddress) -> Result<AddressId, Error> {
    let shop = ctx.shop(Permission::ShopWrite)?;
    let detail = cmd.detail.checked()?;
    let known = tx.one(sql::COUNT_ADDRESSES, p![shop], |r| r.get::<i64>(0)).await?;
    if known >= MOST_ADDRESSES {
        return Err(Error::TooManyAddresses);
    }
    if crate::get(tx, shop).await?.is_none() {
        return Err(Error::NotFound);
    }
    let id: AddressId = ctx.id();
    let mut batch = Batch::new();
    batch.add(sql::INSERT_ADDRESS, p![shop, id, stored(&detail)?, ctx.now]);
    set_defaults(&mut batch, shop, id, cmd.default_send, cmd.default_return);
    tx.exec_all(batch).await?;
    Ok(id)
}

/// A new content of an address; it replaces the old one wholly.
#[derive(Debug, Clone)]
pub struct UpdateAddress {
    /// Which.
    pub id: AddressId,
    /// The content.
    pub new: AddAddress,
}

/// Overwrites an address of the caller's shop.
pub async fn update_address(tx: &mut Tx, ctx: &Ctx, cmd: &UpdateAddress) -> Result<ShopAddress, Error> {
    let shop = ctx.shop(Permission::ShopWrite)?;
    let detail = cmd.new.detail.checked()?;
    if tx.exec(sql::UPDATE_ADDRESS, p![shop, cmd.id, stored(&detail)?, ctx.now]).await? == 0 {
        return Err(Error::NoSuchAddress);
    }
    let mut batch = Batch::new();
    set_defaults(&mut batch, shop, cmd.id, cmd.new.default_send, cmd.new.default_return);
    tx.exec_all(batch).await?;
    get_address(tx, &ctx.as_system(kernel::Scope::Shop(shop)), cmd.id).await
}

/// An address to be deleted.
#[derive(Debug, Clone, Copy)]
pub struct DeleteAddress(pub AddressId);

/// Deletes an address of the caller's shop. Orders keep their own copies.
pub async fn delete_address(tx: &mut Tx, ctx: &Ctx, id: AddressId) -> Result<(), Error> {
    let shop = ctx.shop(Permission::ShopWrite)?;
    if tx.exec(sql::DELETE_ADDRESS, p![shop, id]).await? == 0 {
        return Err(Error::NoSuchAddress);
    }
    let mut batch = Batch::new();
    set_defaults(&mut batch, shop, id, false, false);
    tx.exec_all(batch).await?;
    Ok(())
}

/// There is one default of each kind at most, since the shop's row names it.
fn set_defaults(batch: &mut Batch<'_>, shop: ShopId, id: AddressId, send: bool, back: bool) {
    batch.add(if send { sql::SET_DEFAULT_SEND } else { sql::CLEAR_DEFAULT_SEND }, p![shop, id]);
    batch.add(if back { sql::SET_DEFAULT_RETURN } else { sql::CLEAR_DEFAULT_RETURN }, p![shop, id]);
}

fn stored(detail: &AddressDetail) -> Result<String, StoreError> {
    serde_json::to_string(detail)
        .map_err(|e| StoreError::internal(format!("an address can't be stored: {e}")))
}

impl Command for AddAddress {
    type Out = AddressId;
    type Err = Error;
    const NAME: &'static str = "shop.add_address";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<AddressId, Error> {
        add_address(tx, ctx, self).await
    }
}

impl Command for UpdateAddress {
    type Out = ShopAddress;
    type Err = Error;
    const NAME: &'static str = "shop.update_address";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<ShopAddress, Error> {
        update_address(tx, ctx, self).await
    }
}

impl Command for DeleteAddress {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "shop.delete_address";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        delete_address(tx, ctx, self.0).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Place, list_addresses, testing::*};
    use kernel::{Denied, TextError};
    use store::{Registry, Store};

    async fn add(store: &Store, shop: ShopId, send: bool, back: bool) -> AddressId {
        let cmd = AddAddress { detail: address(), default_send: send, default_return: back };
        store.write(&staff(shop.0), cmd).await.unwrap()
    }

    async fn all(store: &Store, shop: ShopId) -> Vec<(AddressId, bool, bool)> {
        let ctx = store.ctx(&reader(shop.0)).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let found = list_addresses(&mut tx, &ctx, 0, 100).await.unwrap();
        found.iter().map(|a| (a.id, a.default_send, a.default_return)).collect()
    }

    store::on_both! {
        rooms = rooms();

        async fn there_is_one_default_of_each_kind_at_most(kit) {
            let store = kit.store(Registry::new()).await;
            let shop = open_shop(&store).await;
            let one = add(&store, shop, true, true).await;
            let two = add(&store, shop, true, false).await;
            assert_eq!(all(&store, shop).await, [(one, false, true), (two, true, false)]);
            let new = AddAddress { detail: address(), default_send: false, default_return: true };
            let changed = store.write(&staff(shop.0), UpdateAddress { id: two, new }).await.unwrap();
            assert!(!changed.default_send && changed.default_return);
            assert_eq!(all(&store, shop).await, [(one, false, false), (two, false, true)]);
            store.write(&staff(shop.0), DeleteAddress(two)).await.unwrap();
            assert_eq!(all(&store, shop).await, [(one, false, false)]);
        }

        async fn another_shops_address_answers_as_an_unknown_one(kit) {
            let store = kit.store(Registry::new()).await;
            let (shop, other) = (open_shop(&store).await, open_shop(&store).await);
            let id = add(&store, shop, false, false).await;
            let stranger = staff(other.0);
            let new = AddAddress { detail: address(), default_send: false, default_return: false };
            let refused = store.write(&stranger, UpdateAddress { id, new }).await;
            assert!(matches!(refused, Err(Error::NoSuchAddress)));
            assert!(matches!(store.write(&stranger, DeleteAddress(id)).await, Err(Error::NoSuchAddress)));
            let ctx = store.ctx(&stranger).await.unwrap();
            let mut tx = store.read().await.unwrap();
            assert!(matches!(get_address(&mut tx, &ctx, id).await, Err(Error::NoSuchAddress)));
        }

        async fn what_is_written_down_has_limits(kit) {
            let store = kit.store(Registry::new()).await;
            let shop = open_shop(&store).await;
            let write = |caller, detail| {
                let cmd = AddAddress { detail, default_send: false, default_return: false };
                let store = store.clone();
                async move { store.write(&caller, cmd).await }
            };
            let long = AddressDetail { remark: "x".repeat(201), ..address() };
            let refused = write(staff(shop.0), long).await;
            assert!(matches!(refused, Err(Error::Text { field: "remark", why: TextError::TooLong { .. } })));
            let nowhere = AddressDetail { place: Some(Place { lat: 91.0, lng: 0.0 }), ..address() };
            assert!(matches!(write(staff(shop.0), nowhere).await, Err(Error::Place)));
            assert!(matches!(write(reader(shop.0), address()).await, Err(Error::Denied(Denied::Forbidden))));
            assert!(matches!(write(staff(1), address()).await, Err(Error::NotFound)));
            for _ in 0..MOST_ADDRESSES {
                write(staff(shop.0), address()).await.unwrap();
            }
            assert!(matches!(write(staff(shop.0), address()).await, Err(Error::TooManyAddresses)));
        }
    }
}
