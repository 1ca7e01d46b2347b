//! The staff of a shop.

pub(crate) mod add;
pub(crate) mod change_role;
pub(crate) mod first_owner;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod reset_password;
#[cfg(test)]
mod tests;

use kernel::{Actor, Ctx, Permissions, ShopId, StaffId, Timestamp};
use store::{Row, Tx, p};

use crate::{Error, Role, sql};

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// Who.
    pub staff: StaffId,
    /// What they log in with.
    pub login: String,
    /// What they are called.
    pub name: String,
    /// What they are there for.
    pub role: Role,
    /// When they were added, business time.
    pub added_at: Timestamp,
    pub(crate) version: i64,
}

pub(crate) fn read(row: &Row<'_>) -> Result<StaffMember, store::Error> {
    Ok(StaffMember {
        staff: row.get(0)?,
        login: row.get(1)?,
        name: row.get(2)?,
        role: row.get(3)?,
        added_at: row.get(4)?,
        version: row.get(5)?,
    })
}

/// A member of this shop's staff.
async fn find(tx: &mut Tx, shop: ShopId, staff: StaffId) -> Result<StaffMember, Error> {
    tx.opt(sql::staff::FIND, p![shop, staff], read).await?.ok_or(Error::StaffNotFound)
}

/// Refuses to give, or to touch, a role that allows what the caller's own does not: a manager makes no owners and
/// removes none.
fn within_own(ctx: &Ctx, role: Role) -> Result<(), Error> {
    let own = match ctx.actor {
        Actor::Staff { may, .. } | Actor::ShopApp { may, .. } => may,
        Actor::System => return Ok(()),
        _ => Permissions::NONE,
    };
    let wanted = role.permissions();
    if wanted.and(own) == wanted { Ok(()) } else { Err(Error::RoleExceedsOwn) }
}

/// Takes hold of the shop's owners and counts them. Whoever changes or removes staff does this first: of two requests
/// one comes after the other, so that both can't let go of the last owner but one.
async fn hold_owners(tx: &mut Tx, shop: ShopId) -> Result<u64, Error> {
    Ok(tx.exec(sql::staff::HOLD_ROLE, p![shop, Role::Owner]).await?)
}
