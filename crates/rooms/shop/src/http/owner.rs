//! The first owner of a shop, for operators.

use axum::{Json, extract::State};
use face::{App, IdPath, Keyed, ProblemBody, Rest};
use identity::{FirstOwner, Gate, LoginName, Password, keyed_hash};
use kernel::{Permission, ShopId, StaffId, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::AddOwner;

/// Who is to run a shop.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = shop::OwnerInput)]
pub(super) struct OwnerInput {
    /// What they will log in with: 3 to 64 letters, digits and `. _ @ + -`.
    login: String,
    /// Their first password: 8 characters at least.
    password: String,
    /// What they are called: 1 to 64 characters.
    name: String,
}

/// Who was added.
#[derive(Serialize, ToSchema)]
#[schema(as = shop::OwnerAdded)]
pub(super) struct OwnerAdded {
    /// Who.
    #[schema(value_type = String)]
    staff_id: StaffId,
}

/// Gives a shop that has none its first owner, who adds all further staff.
#[utoipa::path(post, path = "/api/v1/platform/shops/{id}/owner", tag = "platform", request_body = OwnerInput,
    params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = OwnerAdded), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(super) async fn add(
    State(app): State<App>,
    IdPath(shop): IdPath<ShopId>,
    Keyed { caller, mut key, body }: Keyed<OwnerInput>,
) -> Rest<OwnerAdded> {
    // Asked before any password is hashed: that work is for operators alone.
    app.store.ctx(&caller).await?.operator(Permission::PlatformShops)?;
    key.hash = keyed_hash(&app, &key.hash);
    let login = LoginName::new(&body.login)?;
    let name = Text::new(&body.name).map_err(|_| identity::Error::NameInvalid)?;
    let password = app.service::<Gate>()?.hash_password(Password::chosen(body.password)?).await?;
    let owner = FirstOwner { login, password, name };
    let staff_id = app.store.once(&caller, key, AddOwner { shop, owner }).await?;
    Ok(Json(OwnerAdded { staff_id }))
}
