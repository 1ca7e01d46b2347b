//! Gives a shop that has none its first owner: the one member of staff whom no other adds.

use kernel::{Ctx, Permission, Scope, ShopId, StaffId, Text};
use store::Tx;

use super::{add::add_staff, hold_owners};
use crate::{AddStaff, Error, Hashed, LoginName, Role};

/// Who becomes the owner.
#[derive(Debug, Clone)]
pub struct FirstOwner {
    /// What they will log in with; unique over the platform.
    pub login: LoginName,
    /// The hash of their first password, made by [`Gate::hash_password`](crate::Gate::hash_password).
    pub password: Hashed,
    /// What they are called.
    pub name: Text<64>,
}

/// Adds them; for operators who admit shops. The room above knows that there is such a shop, and holds its row, so
/// that of two requests one comes after the other. A shop with an owner keeps its staff to itself.
pub async fn first_owner(tx: &mut Tx, ctx: &Ctx, shop: ShopId, cmd: &FirstOwner) -> Result<StaffId, Error> {
    ctx.operator(Permission::PlatformShops)?;
    if hold_owners(tx, shop).await? > 0 {
        return Err(Error::HasOwner);
    }
    let FirstOwner { login, password, name } = cmd.clone();
    let add = AddStaff { login, password, name, role: Role::Owner };
    add_staff(tx, &ctx.as_system(Scope::Shop(shop)), &add).await
}
