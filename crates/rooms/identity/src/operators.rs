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
