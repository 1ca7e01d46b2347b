//! The people who run the platform: added, listed, removed.

use kernel::{Ctx, Cursor, OperatorId, Page, PageSize, Permission, Text, Timestamp};
use store::{Batch, Row, Tx, p};

use crate::{Error, Hashed, LoginName, OperatorRole, PersonKind, session, sql};

/// An operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Who.
    pub operator: OperatorId,
    /// What they log in with.
    pub login: String,
    /// What they are called.
    pub name: String,
    /// What they are there for.
    pub role: OperatorRole,
    /// When they were added, business time.
    pub added_at: Timestamp,
}

pub(crate) fn read(row: &Row<'_>) -> Result<Operator, store::Error> {
    Ok(Operator {
        operator: row.get(0)?,
        login: row.get(1)?,
        name: row.get(2)?,
        role: row.get(3)?,
        added_at: row.get(4)?,
    })
}

/// Who is added, and as what.
#[derive(Debug, Clone)]
pub struct AddOperator {
    /// What they will log in with; unique over the platform.
    pub login: LoginName,
    /// The hash of their first password, made by [`Gate::hash_password`](crate::Gate::hash_password).
    pub password: Hashed,
    /// What they are called.
    pub name: Text<64>,
    /// What they are there for.
    pub role: OperatorRole,
}

/// Adds an operator: by the program itself (the first one) or by an admin.
pub async fn add_operator(tx: &mut Tx, ctx: &Ctx, cmd: &AddOperator) -> Result<OperatorId, Error> {
    ctx.operator(Permission::PlatformOperate)?;
    let operator: OperatorId = ctx.id();
    let added =
        tx.exec(sql::login::ADD, p![&cmd.login, PersonKind::Operator, operator, 0, &cmd.password.0]).await?;
    if added == 0 {
        return Err(Error::LoginTaken);
    }
    // Nothing below may refuse.
    tx.exec(sql::operator::ADD, p![operator, &cmd.login, cmd.name.as_str(), cmd.role, ctx.now]).await?;
    Ok(operator)
}

impl store::Command for AddOperator {
    type Out = OperatorId;
    type Err = Error;
    const NAME: &'static str = "identity.add_operator";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<OperatorId, Error> {
        add_operator(tx, ctx, self).await
    }
}

/// The operators, newest first.
pub async fn list_operators(
    tx: &mut Tx,
    ctx: &Ctx,
    after: Cursor,
    size: PageSize,
) -> Result<Page<Operator>, Error> {
    ctx.operator(Permission::PlatformOperate)?;
    let rows = tx.all(sql::operator::PAGE, p![after.key, after.id, size.get() + 1], read).await?;
    Ok(Page::of(rows, size, |o| Cursor { key: o.added_at.ms(), id: o.operator.0 }))
}

/// Who is removed.
#[derive(Debug, Clone, Copy)]
pub struct RemoveOperator {
    /// Who.
    pub operator: OperatorId,
}

/// Removes an operator; the login goes, and with it every session. The last admin stays.
pub async fn remove_operator(tx: &mut Tx, ctx: &Ctx, cmd: &RemoveOperator) -> Result<(), Error> {
    ctx.operator(Permission::PlatformOperate)?;
    // It holds the admins' rows: of two requests one comes after the other.
    let admins = tx.exec(sql::operator::HOLD_ROLE, p![OperatorRole::Admin]).await?;
    let found = tx.opt(sql::operator::FIND, p![cmd.operator], read).await?.ok_or(Error::OperatorNotFound)?;
    if found.role == OperatorRole::Admin && admins <= 1 {
        return Err(Error::LastAdmin);
    }
    if tx.exec(sql::operator::REMOVE, p![cmd.operator, ctx.now]).await? == 0 {
        return Err(Error::OperatorNotFound); // removed a moment ago
    }
    let mut batch = Batch::new();
    batch.add(sql::login::REMOVE, p![PersonKind::Operator, cmd.operator]);
    session::end_all(&mut batch, PersonKind::Operator, cmd.operator.0);
    tx.exec_all(batch).await?;
    Ok(())
}

impl store::Command for RemoveOperator {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "identity.remove_operator";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        remove_operator(tx, ctx, self).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{
        anonymous, code, login_name, name, no_password, operator_caller, rooms, system, with_permission,
    };
    use kernel::Scope;
    use store::{Registry, Store};

    fn add(login: &str, role: OperatorRole) -> AddOperator {
        AddOperator { login: login_name(login), password: no_password(), name: name(), role }
    }

    async fn listed(store: &Store) -> Vec<OperatorId> {
        let ctx = store.ctx(&operator_caller(OperatorRole::Admin)).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let page = list_operators(&mut tx, &ctx, Cursor::NEWEST, PageSize::default()).await.unwrap();
        page.items.into_iter().map(|o| o.operator).collect()
    }

    store::on_both! {
        rooms = rooms();

        async fn operators_are_added_listed_and_removed_but_the_last_admin(kit) {
            let store = kit.store(Registry::new()).await;
            let first = store.write(&system(Scope::Platform), add("root", OperatorRole::Admin)).await.unwrap();
            let admin = operator_caller(OperatorRole::Admin);
            let auditor = store.write(&admin, add("auditor", OperatorRole::Auditor)).await.unwrap();
            let second = store.write(&admin, add("root2", OperatorRole::Admin)).await.unwrap();
            assert_eq!(listed(&store).await, [second, auditor, first]);
            store.write(&admin, RemoveOperator { operator: first }).await.unwrap();
            store.write(&admin, RemoveOperator { operator: auditor }).await.unwrap();
            let last = store.write(&admin, RemoveOperator { operator: second }).await;
            assert_eq!(code(last), "identity.last_admin");
            let gone = store.write(&admin, RemoveOperator { operator: first }).await;
            assert_eq!(code(gone), "identity.operator_not_found");
            assert_eq!(code(store.write(&admin, add("Root2", OperatorRole::Finance)).await), "identity.login_taken");
            assert_eq!(listed(&store).await, [second]);
        }

        async fn only_admins_keep_operators(kit) {
            let store = kit.store(Registry::new()).await;
            for (caller, refusal) in [
                (anonymous(), "auth.unauthenticated"),
                (operator_caller(OperatorRole::Auditor), "auth.forbidden"),
                (with_permission(Permission::StaffWrite), "auth.forbidden"),
            ] {
                assert_eq!(code(store.write(&caller, add("new", OperatorRole::Admin)).await), refusal);
                let remove = RemoveOperator { operator: OperatorId(1) };
                assert_eq!(code(store.write(&caller, remove).await), refusal);
                let ctx = store.ctx(&caller).await.unwrap();
                let mut tx = store.read().await.unwrap();
                let list = list_operators(&mut tx, &ctx, Cursor::NEWEST, PageSize::default()).await;
                assert_eq!(code(list), refusal);
            }
        }
    }
}
