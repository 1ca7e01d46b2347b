//! Adds a member of staff.

use kernel::{Ctx, Permission, StaffId, Text};
use store::{Batch, Tx, p};

use super::within_own;
use crate::{Error, Hashed, LoginName, PersonKind, Role, StaffChanged, sql};

/// Who is added, and as what.
#[derive(Debug, Clone)]
pub struct AddStaff {
    /// What they will log in with; unique over the platform.
    pub login: LoginName,
    /// The hash of their first password, made by [`Gate::hash_password`](crate::Gate::hash_password).
    pub password: Hashed,
    /// What they are called.
    pub name: Text<64>,
    /// What they are there for; nothing that exceeds the caller's own role.
    pub role: Role,
}

/// Adds a member to the staff of the caller's shop.
pub async fn add_staff(tx: &mut Tx, ctx: &Ctx, cmd: &AddStaff) -> Result<StaffId, Error> {
    let shop = ctx.shop(Permission::StaffWrite)?;
    within_own(ctx, cmd.role)?;
    let staff: StaffId = ctx.id();
    let added =
        tx.exec(sql::login::ADD, p![&cmd.login, PersonKind::Staff, staff, shop, &cmd.password.0]).await?;
    if added == 0 {
        return Err(Error::LoginTaken);
    }
    // Nothing below may refuse.
    let mut batch = Batch::new();
    batch.add(sql::staff::ADD, p![shop, staff, &cmd.login, cmd.name.as_str(), cmd.role, ctx.now]);
    tx.exec_all(batch).await?;
    tx.say(ctx, &StaffChanged { shop, staff, version: 1 })?;
    Ok(staff)
}

impl store::Command for AddStaff {
    type Out = StaffId;
    type Err = Error;
    const NAME: &'static str = "identity.add_staff";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<StaffId, Error> {
        add_staff(tx, ctx, self).await
    }
}
