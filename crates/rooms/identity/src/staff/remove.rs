//! Removes a member of staff: the login goes, and with it every session.

use kernel::{Ctx, Permission, StaffId};
use store::{Batch, Tx, p};

use super::{find, hold_owners, within_own};
use crate::{Error, PersonKind, Role, StaffChanged, session, sql};

/// Who is removed.
#[derive(Debug, Clone, Copy)]
pub struct RemoveStaff {
    /// Who.
    pub staff: StaffId,
}

/// Removes a member of the caller's shop.
pub async fn remove_staff(tx: &mut Tx, ctx: &Ctx, cmd: &RemoveStaff) -> Result<(), Error> {
    let shop = ctx.shop(Permission::StaffWrite)?;
    let owners = hold_owners(tx, shop).await?;
    let member = find(tx, shop, cmd.staff).await?;
    within_own(ctx, member.role)?;
    if member.role == Role::Owner && owners <= 1 {
        return Err(Error::LastOwner);
    }
    let removed = tx.exec(sql::staff::REMOVE, p![shop, cmd.staff, member.version, ctx.now]).await?;
    if removed == 0 {
        return Err(Error::StaffNotFound); // removed or changed a moment ago
    }
    let mut batch = Batch::new();
    batch.add(sql::login::REMOVE, p![PersonKind::Staff, cmd.staff]);
    session::end_all(&mut batch, PersonKind::Staff, cmd.staff.0);
    tx.exec_all(batch).await?;
    tx.say(ctx, &StaffChanged { shop, staff: cmd.staff, version: member.version + 1 })?;
    Ok(())
}

impl store::Command for RemoveStaff {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "identity.remove_staff";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        remove_staff(tx, ctx, self).await
    }
}
