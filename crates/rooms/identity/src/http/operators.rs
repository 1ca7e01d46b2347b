//! The people who run the platform.

use axum::{Json, extract::State, http::StatusCode};
use face::{App, IdPath, Keyed, Paging, Params, Problem, ProblemBody, Rest, Who};
use kernel::{Cursor, OperatorId, Permission, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::keyed_hash;
use crate::{AddOperator, Error, Gate, LoginName, Operator, OperatorRole, Password, RemoveOperator, Tokens};

/// An operator.
#[derive(Serialize, ToSchema)]
pub(super) struct OperatorView {
    /// Who.
    #[schema(value_type = String)]
    operator_id: OperatorId,
    /// What they log in with.
    login: String,
    /// What they are called.
    name: String,
    /// What they are there for.
    role: OperatorRole,
    /// When they were added, ms.
    added_at: i64,
}

impl From<Operator> for OperatorView {
    fn from(o: Operator) -> Self {
        Self {
            operator_id: o.operator,
            login: o.login,
            name: o.name,
            role: o.role,
            added_at: o.added_at.ms(),
        }
    }
}

/// A page of operators.
#[derive(Serialize, ToSchema)]
pub(super) struct OperatorPage {
    /// The operators, newest first.
    items: Vec<OperatorView>,
    /// Where the next page begins.
    next: Option<String>,
}

/// Lists the operators.
#[utoipa::path(get, path = "/api/v1/operators", tag = "operators", params(Paging),
    responses((status = 200, body = OperatorPage), (status = 403, body = ProblemBody)))]
pub(super) async fn list(
    State(app): State<App>,
    Who(caller): Who,
    Params(paging): Params<Paging>,
) -> Rest<OperatorPage> {
    let (after, size) = (paging.cursor(Cursor::NEWEST)?, paging.size()?);
    let ctx = app.store.ctx(&caller).await?;
    let page = crate::list_operators(&mut *app.store.read().await?, &ctx, after, size).await?;
    let page = page.map(OperatorView::from);
    Ok(Json(OperatorPage { items: page.items, next: page.next }))
}

/// Somebody to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OperatorInput {
    /// What they will log in with: 3 to 64 letters, digits and `. _ @ + -`.
    login: String,
    /// Their first password: 8 characters at least.
    password: String,
    /// What they are called: 1 to 64 characters.
    name: String,
    /// What they are there for.
    role: OperatorRole,
}

/// Who was added.
#[derive(Serialize, ToSchema)]
pub(super) struct OperatorAdded {
    /// Who.
    #[schema(value_type = String)]
    operator_id: OperatorId,
}

/// Adds an operator.
#[utoipa::path(post, path = "/api/v1/operators", tag = "operators", request_body = OperatorInput,
    params(("Idempotency-Key" = String, Header, description = "makes a repeat of this request one")),
    responses((status = 200, body = OperatorAdded), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(super) async fn add(
    State(app): State<App>,
    Keyed { caller, mut key, body }: Keyed<OperatorInput>,
) -> Rest<OperatorAdded> {
    // Asked before any password is hashed: that work is for admins alone.
    app.store.ctx(&caller).await?.operator(Permission::PlatformOperate)?;
    key.hash = keyed_hash(&app, &key.hash);
    let login = LoginName::new(&body.login)?;
    let name = Text::new(&body.name).map_err(|_| Error::NameInvalid)?;
    let password = app.service::<Gate>()?.hash_password(Password::chosen(body.password)?).await?;
    let add = AddOperator { login, password, name, role: body.role };
    let operator_id = app.store.once(&caller, key, add).await?;
    Ok(Json(OperatorAdded { operator_id }))
}

/// Removes an operator and ends their sessions.
#[utoipa::path(delete, path = "/api/v1/operators/{operator_id}", tag = "operators",
    params(("operator_id" = String, Path)),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(super) async fn remove(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(operator): IdPath<OperatorId>,
) -> Result<StatusCode, Problem> {
    app.store.write(&caller, RemoveOperator { operator }).await?;
    app.service::<Tokens>()?.forget_all();
    Ok(StatusCode::NO_CONTENT)
}
