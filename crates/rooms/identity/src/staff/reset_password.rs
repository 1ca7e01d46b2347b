//! Gives a member of staff a new password, for whoever forgot theirs. Their sessions end.

use kernel::{Ctx, Permission, StaffId};
use store::{Batch, Tx, p};

use super::{find, within_own};
use crate::{Error, Hashed, PersonKind, login, names::LoginName, session, sql};

/// Whose password becomes what.
#[derive(Debug, Clone)]
pub struct ResetStaffPassword {
    /// Who.
    pub staff: StaffId,
    /// The hash of the new password, made by [`Gate::hash_password`](crate::Gate::hash_password).
    pub password: Hashed,
}

/// Sets the password of a member of the caller's shop and lifts a lock from their login.
pub async fn reset_staff_password(tx: &mut Tx, ctx: &Ctx, cmd: &ResetStaffPassword) -> Result<(), Error> {
    let shop = ctx.shop(Permission::StaffWrite)?;
    let member = find(tx, shop, cmd.staff).await?;
    within_own(ctx, member.role)?;
    let key = login::attempt_key(&LoginName::new(&member.login)?);
    // Nothing below may refuse.
    let mut batch = Batch::new();
    batch.add(sql::login::SET_PASSWORD, p![PersonKind::Staff, cmd.staff, &cmd.password.0]);
    batch.add(sql::login::FORGET_ATTEMPTS, p![key.as_slice()]);
    session::end_all(&mut batch, PersonKind::Staff, cmd.staff.0);
    tx.exec_all(batch).await?;
    Ok(())
}

impl store::Command for ResetStaffPassword {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "identity.reset_staff_password";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        reset_staff_password(tx, ctx, self).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Login, Password, Role,
        testing::{HERE, SHOP, code, gate, member, rooms, staff_caller},
    };
    use store::Registry;

    store::on_both! {
        rooms = rooms();

        async fn a_new_password_opens_a_locked_login(kit) {
            let (gate, store) = (gate(), kit.store(Registry::new()).await);
            let owner = member(&store, "owner", Role::Owner).await;
            let clerk = member(&store, "clerk", Role::Clerk).await;
            let attempt = Login { login: "clerk".into(), password: Password::tried("new password"), ip: HERE };
            for _ in 0..crate::ATTEMPTS {
                assert_eq!(code(crate::login(&gate, &store, &attempt).await), "identity.login_failed");
            }
            assert_eq!(code(crate::login(&gate, &store, &attempt).await), "identity.login_locked");
            let password = gate.hash_password(attempt.password.clone()).await.unwrap();
            let by = staff_caller(SHOP, owner, Role::Owner);
            store.write(&by, ResetStaffPassword { staff: clerk, password }).await.unwrap();
            crate::login(&gate, &store, &attempt).await.unwrap();
        }
    }
}
