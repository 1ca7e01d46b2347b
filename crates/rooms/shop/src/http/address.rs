//! A shop's addresses, for its own staff.

use axum::{Json, extract::State, http::StatusCode};
use face::{App, Body, IdPath, Keyed, Problem, ProblemBody, Rest, Who};
use identity::{Address, AddressParts};
use kernel::AddressId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    AddAddress, AddressDetail, DeleteAddress, Error, Place, ShopAddress, UpdateAddress,
    address::MOST_ADDRESSES,
};

/// An address to be written down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = shop::AddressInput)]
#[expect(clippy::struct_excessive_bools, reason = "each is a use of the address by itself")]
pub(super) struct AddressInput {
    /// Who and where.
    address: AddressParts,
    /// What the shop calls it, at most 64 characters.
    #[serde(default)]
    name: String,
    /// House number, where it is kept apart, at most 64 characters.
    #[serde(default)]
    house_number: String,
    /// A telephone line besides the recipient's, at most 24 characters.
    #[serde(default)]
    landline: String,
    /// At most 200 characters.
    #[serde(default)]
    remark: String,
    /// Where on the map.
    place: Option<Place>,
    /// Parcels leave from here.
    #[serde(default)]
    sends: bool,
    /// Returns come here.
    #[serde(default)]
    receives: bool,
    /// Couriers of the same city call here.
    #[serde(default)]
    same_city: bool,
    /// Buyers may pick up here.
    #[serde(default)]
    pickup: bool,
    /// Parcels leave from here unless somebody says otherwise.
    #[serde(default)]
    default_send: bool,
    /// Returns come here unless somebody says otherwise.
    #[serde(default)]
    default_return: bool,
}

impl TryFrom<AddressInput> for AddAddress {
    type Error = Error;

    fn try_from(input: AddressInput) -> Result<Self, Error> {
        let detail = AddressDetail {
            address: Address::new(&input.address)?,
            name: input.name,
            house_number: input.house_number,
            landline: input.landline,
            remark: input.remark,
            place: input.place,
            sends: input.sends,
            receives: input.receives,
            same_city: input.same_city,
            pickup: input.pickup,
        };
        Ok(Self { detail, default_send: input.default_send, default_return: input.default_return })
    }
}

/// An address of the shop.
#[derive(Serialize, ToSchema)]
#[schema(as = shop::AddressView)]
#[expect(clippy::struct_excessive_bools, reason = "each is a use of the address by itself")]
pub(super) struct AddressView {
    /// Its id.
    #[schema(value_type = String)]
    id: AddressId,
    /// Who and where.
    address: Address,
    /// What the shop calls it.
    name: String,
    /// House number, where it is kept apart.
    house_number: String,
    /// A telephone line besides the recipient's.
    landline: String,
    /// The shop's remark.
    remark: String,
    /// Where on the map.
    place: Option<Place>,
    /// Parcels leave from here.
    sends: bool,
    /// Returns come here.
    receives: bool,
    /// Couriers of the same city call here.
    same_city: bool,
    /// Buyers may pick up here.
    pickup: bool,
    /// Parcels leave from here unless somebody says otherwise.
    default_send: bool,
    /// Returns come here unless somebody says otherwise.
    default_return: bool,
    /// When it was added, ms.
    created_at: i64,
    /// When it was last changed, ms.
    updated_at: i64,
}

impl From<ShopAddress> for AddressView {
    fn from(kept: ShopAddress) -> Self {
        let detail = kept.detail;
        Self {
            id: kept.id,
            address: detail.address,
            name: detail.name,
            house_number: detail.house_number,
            landline: detail.landline,
            remark: detail.remark,
            place: detail.place,
            sends: detail.sends,
            receives: detail.receives,
            same_city: detail.same_city,
            pickup: detail.pickup,
            default_send: kept.default_send,
            default_return: kept.default_return,
            created_at: kept.created_at.ms(),
            updated_at: kept.updated_at.ms(),
        }
    }
}

/// The addresses of the caller's shop, the oldest first.
#[utoipa::path(get, path = "/api/v1/shop/addresses", tag = "shop",
    responses((status = 200, body = Vec<AddressView>), (status = 403, body = ProblemBody)))]
pub(super) async fn list(State(app): State<App>, Who(caller): Who) -> Rest<Vec<AddressView>> {
    let ctx = app.store.ctx(&caller).await?;
    let all = crate::list_addresses(&mut *app.store.read().await?, &ctx, 0, MOST_ADDRESSES).await?;
    Ok(Json(all.into_iter().map(AddressView::from).collect()))
}

/// The id of what was made.
#[derive(Serialize, ToSchema)]
#[schema(as = shop::AddressMade)]
pub(super) struct AddressMade {
    /// The address's id.
    #[schema(value_type = String)]
    id: AddressId,
}

/// Adds an address to the caller's shop.
#[utoipa::path(post, path = "/api/v1/shop/addresses", tag = "shop", request_body = AddressInput,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 200, body = AddressMade), (status = 400, body = ProblemBody)))]
pub(super) async fn add(State(app): State<App>, keyed: Keyed<AddressInput>) -> Rest<AddressMade> {
    let cmd = AddAddress::try_from(keyed.body)?;
    let id = app.store.once(&keyed.caller, keyed.key, cmd).await?;
    Ok(Json(AddressMade { id }))
}

/// An address of the caller's shop.
#[utoipa::path(get, path = "/api/v1/shop/addresses/{id}", tag = "shop", params(("id" = String, Path)),
    responses((status = 200, body = AddressView), (status = 404, body = ProblemBody)))]
pub(super) async fn get(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(id): IdPath<AddressId>,
) -> Rest<AddressView> {
    let ctx = app.store.ctx(&caller).await?;
    Ok(Json(crate::get_address(&mut *app.store.read().await?, &ctx, id).await?.into()))
}

/// Overwrites an address of the caller's shop wholly.
#[utoipa::path(put, path = "/api/v1/shop/addresses/{id}", tag = "shop", params(("id" = String, Path)),
    request_body = AddressInput,
    responses((status = 200, body = AddressView), (status = 404, body = ProblemBody)))]
pub(super) async fn overwrite(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(id): IdPath<AddressId>,
    Body(input): Body<AddressInput>,
) -> Rest<AddressView> {
    let cmd = UpdateAddress { id, new: input.try_into()? };
    Ok(Json(app.store.write(&caller, cmd).await?.into()))
}

/// Deletes an address of the caller's shop.
#[utoipa::path(delete, path = "/api/v1/shop/addresses/{id}", tag = "shop", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(super) async fn delete(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(id): IdPath<AddressId>,
) -> Result<StatusCode, Problem> {
    app.store.write(&caller, DeleteAddress(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
