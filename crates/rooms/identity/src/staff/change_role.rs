//! Gives a member of staff another role.

use kernel::{Ctx, Permission, StaffId};
use store::{Tx, p};

use super::{find, hold_owners, within_own};
use crate::{Error, Role, StaffChanged, sql};

/// Who gets which role.
#[derive(Debug, Clone, Copy)]
pub struct ChangeStaffRole {
    /// Who.
    pub staff: StaffId,
    /// The role to be.
    pub role: Role,
}

/// Changes the role of a member of the caller's shop. Their sessions go on, with the new role.
pub async fn change_staff_role(tx: &mut Tx, ctx: &Ctx, cmd: &ChangeStaffRole) -> Result<(), Error> {
    let shop = ctx.shop(Permission::StaffWrite)?;
    let owners = hold_owners(tx, shop).await?;
    let member = find(tx, shop, cmd.staff).await?;
    within_own(ctx, member.role)?;
    within_own(ctx, cmd.role)?;
    if member.role == cmd.role {
        return Ok(());
    }
    if member.role == Role::Owner && owners <= 1 {
        return Err(Error::LastOwner);
    }
    let set = tx.exec(sql::staff::SET_ROLE, p![shop, cmd.staff, member.version, cmd.role]).await?;
    if set == 0 {
        return Err(Error::StaffNotFound); // removed a moment ago
    }
    tx.say(ctx, &StaffChanged { shop, staff: cmd.staff, version: member.version + 1 })?;
    Ok(())
}

impl store::Command for ChangeStaffRole {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "identity.change_staff_role";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        change_staff_role(tx, ctx, self).await
    }
}
