//! The staff of the caller's shop.

use axum::{Json, extract::State, http::StatusCode};
use face::{App, Body, IdPath, Keyed, Paging, Params, Problem, ProblemBody, Rest, Who};
use kernel::{Cursor, Permission, StaffId, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::keyed_hash;
use crate::{
    AddStaff, ChangeStaffRole, Error, Gate, LoginName, Password, RemoveStaff, ResetStaffPassword, Role,
    StaffMember, Tokens,
};

/// A member of staff.
#[derive(Serialize, ToSchema)]
pub(super) struct StaffView {
    /// Who.
    #[schema(value_type = String)]
    staff_id: StaffId,
    /// What they log in with.
    login: String,
    /// What they are called.
    name: String,
    /// What they are there for.
    role: Role,
    /// When they were added, ms.
    added_at: i64,
}

impl From<StaffMember> for StaffView {
    fn from(m: StaffMember) -> Self {
        Self { staff_id: m.staff, login: m.login, name: m.name, role: m.role, added_at: m.added_at.ms() }
    }
}

/// A page of staff.
#[derive(Serialize, ToSchema)]
pub(super) struct StaffPage {
    /// The members, newest first.
    items: Vec<StaffView>,
    /// Where the next page begins.
    next: Option<String>,
}

/// Lists the staff.
#[utoipa::path(get, path = "/api/v1/staff", tag = "staff", params(Paging),
    responses((status = 200, body = StaffPage), (status = 403, body = ProblemBody)))]
pub(super) async fn list(
    State(app): State<App>,
    Who(caller): Who,
    Params(paging): Params<Paging>,
) -> Rest<StaffPage> {
    let (after, size) = (paging.cursor(Cursor::NEWEST)?, paging.size()?);
    let ctx = app.store.ctx(&caller).await?;
    let page = crate::list_staff(&mut *app.store.read().await?, &ctx, after, size).await?;
    let page = page.map(StaffView::from);
    Ok(Json(StaffPage { items: page.items, next: page.next }))
}

/// Somebody to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StaffInput {
    /// What they will log in with: 3 to 64 letters, digits and `. _ @ + -`.
    login: String,
    /// Their first password: 8 characters at least.
    password: String,
    /// What they are called: 1 to 64 characters.
    name: String,
    /// What they are there for; nothing that exceeds the caller's own role.
    role: Role,
}

/// Who was added.
#[derive(Serialize, ToSchema)]
pub(super) struct StaffAdded {
    /// Who.
    #[schema(value_type = String)]
    staff_id: StaffId,
}

/// Adds a member of staff.
#[utoipa::path(post, path = "/api/v1/staff", tag = "staff", request_body = StaffInput,
    params(("Idempotency-Key" = String, Header, description = "makes a repeat of this request one")),
    responses((status = 200, body = StaffAdded), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(super) async fn add(
    State(app): State<App>,
    Keyed { caller, mut key, body }: Keyed<StaffInput>,
) -> Rest<StaffAdded> {
    // Asked before any password is hashed: that work is for staff alone.
    app.store.ctx(&caller).await?.shop(Permission::StaffWrite)?;
    key.hash = keyed_hash(&app, &key.hash);
    let login = LoginName::new(&body.login)?;
    let name = Text::new(&body.name).map_err(|_| Error::NameInvalid)?;
    let password = app.service::<Gate>()?.hash_password(Password::chosen(body.password)?).await?;
    let add = AddStaff { login, password, name, role: body.role };
    let staff_id = app.store.once(&caller, key, add).await?;
    Ok(Json(StaffAdded { staff_id }))
}

/// A role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleInput {
    /// The role to be.
    role: Role,
}

/// Gives a member of staff another role.
#[utoipa::path(patch, path = "/api/v1/staff/{staff_id}", tag = "staff", request_body = RoleInput,
    params(("staff_id" = String, Path)),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(super) async fn change_role(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(staff): IdPath<StaffId>,
    Body(input): Body<RoleInput>,
) -> Result<StatusCode, Problem> {
    app.store.write(&caller, ChangeStaffRole { staff, role: input.role }).await?;
    app.service::<Tokens>()?.forget_all();
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a member of staff and ends their sessions.
#[utoipa::path(delete, path = "/api/v1/staff/{staff_id}", tag = "staff", params(("staff_id" = String, Path)),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(super) async fn remove(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(staff): IdPath<StaffId>,
) -> Result<StatusCode, Problem> {
    app.store.write(&caller, RemoveStaff { staff }).await?;
    app.service::<Tokens>()?.forget_all();
    Ok(StatusCode::NO_CONTENT)
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordInput {
    /// The password: 8 characters at least, 256 bytes at most.
    password: String,
}

/// Gives a member of staff a new password and ends their sessions.
#[utoipa::path(put, path = "/api/v1/staff/{staff_id}/password", tag = "staff", request_body = PasswordInput,
    params(("staff_id" = String, Path)),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(super) async fn reset_password(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(staff): IdPath<StaffId>,
    Body(input): Body<PasswordInput>,
) -> Result<StatusCode, Problem> {
    app.store.ctx(&caller).await?.shop(Permission::StaffWrite)?;
    let password = app.service::<Gate>()?.hash_password(Password::chosen(input.password)?).await?;
    app.store.write(&caller, ResetStaffPassword { staff, password }).await?;
    app.service::<Tokens>()?.forget_all();
    Ok(StatusCode::NO_CONTENT)
}
