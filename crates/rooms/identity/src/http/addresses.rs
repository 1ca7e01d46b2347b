//! The addresses of the shopper who is logged in.

use axum::{Json, extract::State, http::StatusCode};
use face::{App, Body, IdPath, Keyed, Problem, ProblemBody, Rest, Who};
use kernel::AddressId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AddAddress, Address, AddressParts, DeleteAddress, Error, KeptAddress, UpdateAddress};

/// An address that the shopper keeps.
#[derive(Serialize, ToSchema)]
pub(super) struct AddressView {
    /// Which.
    #[schema(value_type = String)]
    address_id: AddressId,
    /// The address.
    #[serde(flatten)]
    address: Address,
    /// Whether it is offered first.
    is_default: bool,
}

impl From<KeptAddress> for AddressView {
    fn from(kept: KeptAddress) -> Self {
        Self { address_id: kept.id, address: kept.address, is_default: kept.is_default }
    }
}

/// All addresses that the shopper keeps.
#[derive(Serialize, ToSchema)]
pub(super) struct AddressList {
    /// The default first, then the newest.
    items: Vec<AddressView>,
}

/// An address to be kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddressInput {
    /// Who receives: 1 to 64 characters.
    user_name: String,
    /// Their telephone number: 5 to 24 digits, spaces, `+` and `-`.
    tel_number: String,
    /// Province: 1 to 64 characters.
    province_name: String,
    /// City: 1 to 64 characters.
    city_name: String,
    /// County or district: at most 64 characters.
    #[serde(default)]
    county_name: String,
    /// Street, house, door: 1 to 512 characters.
    detail_info: String,
    /// Postal code: at most 16 letters, digits, spaces and `-`.
    #[serde(default)]
    postal_code: String,
    /// Code of the region in the national register: at most 12 digits.
    #[serde(default)]
    national_code: String,
    /// Whether it is the default from now on.
    #[serde(default)]
    is_default: bool,
}

impl AddressInput {
    fn checked(self) -> Result<(Address, bool), Error> {
        let parts = AddressParts {
            user_name: self.user_name,
            tel_number: self.tel_number,
            province_name: self.province_name,
            city_name: self.city_name,
            county_name: self.county_name,
            detail_info: self.detail_info,
            postal_code: self.postal_code,
            national_code: self.national_code,
        };
        Ok((Address::new(&parts)?, self.is_default))
    }
}

/// Lists the addresses.
#[utoipa::path(get, path = "/api/v1/me/addresses", tag = "addresses",
    responses((status = 200, body = AddressList), (status = 401, body = ProblemBody)))]
pub(super) async fn list(State(app): State<App>, Who(caller): Who) -> Rest<AddressList> {
    let ctx = app.store.ctx(&caller).await?;
    let kept = crate::list_addresses(&mut *app.store.read().await?, &ctx).await?;
    Ok(Json(AddressList { items: kept.into_iter().map(AddressView::from).collect() }))
}

/// One address.
#[utoipa::path(get, path = "/api/v1/me/addresses/{address_id}", tag = "addresses",
    params(("address_id" = String, Path)),
    responses((status = 200, body = AddressView), (status = 404, body = ProblemBody)))]
pub(super) async fn get(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(id): IdPath<AddressId>,
) -> Rest<AddressView> {
    let ctx = app.store.ctx(&caller).await?;
    Ok(Json(crate::address(&mut *app.store.read().await?, &ctx, id).await?.into()))
}

/// Which address was kept.
#[derive(Serialize, ToSchema)]
pub(super) struct AddressAdded {
    /// Which.
    #[schema(value_type = String)]
    address_id: AddressId,
}

/// Keeps a further address, 50 at most.
#[utoipa::path(post, path = "/api/v1/me/addresses", tag = "addresses", request_body = AddressInput,
    params(("Idempotency-Key" = String, Header, description = "makes a repeat of this request one")),
    responses((status = 200, body = AddressAdded), (status = 400, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(super) async fn add(
    State(app): State<App>,
    Keyed { caller, key, body }: Keyed<AddressInput>,
) -> Rest<AddressAdded> {
    let (address, make_default) = body.checked()?;
    let address_id = app.store.once(&caller, key, AddAddress { address, make_default }).await?;
    Ok(Json(AddressAdded { address_id }))
}

/// Changes an address; orders keep the one that they were placed with.
#[utoipa::path(put, path = "/api/v1/me/addresses/{address_id}", tag = "addresses", request_body = AddressInput,
    params(("address_id" = String, Path)),
    responses((status = 204), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(super) async fn update(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(id): IdPath<AddressId>,
    Body(input): Body<AddressInput>,
) -> Result<StatusCode, Problem> {
    let (address, make_default) = input.checked()?;
    app.store.write(&caller, UpdateAddress { id, address, make_default }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets an address.
#[utoipa::path(delete, path = "/api/v1/me/addresses/{address_id}", tag = "addresses",
    params(("address_id" = String, Path)), responses((status = 204), (status = 404, body = ProblemBody)))]
pub(super) async fn delete(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(id): IdPath<AddressId>,
) -> Result<StatusCode, Problem> {
    app.store.write(&caller, DeleteAddress { id }).await?;
    Ok(StatusCode::NO_CONTENT)
}
