//! The native face.

mod address;
mod merchant;
mod owner;
mod platform;
mod public;
#[cfg(test)]
mod tests;

use face::{App, Problem};
use kernel::{Bps, Currency, ShopId};
use media::Files;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{AdmissionState, Error, Shop, SubjectType};

/// The native routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(public::list))
        .routes(routes!(public::get))
        .routes(routes!(merchant::get, merchant::change_profile))
        .routes(routes!(merchant::change_settings))
        .routes(routes!(address::list, address::add))
        .routes(routes!(address::get, address::overwrite, address::delete))
        .routes(routes!(platform::list, platform::create))
        .routes(routes!(platform::get))
        .routes(routes!(owner::add))
        .routes(routes!(platform::admit))
        .routes(routes!(platform::close))
        .routes(routes!(platform::reopen))
        .routes(routes!(platform::set_fee))
        .routes(routes!(platform::set_auto_audit))
}

/// A shop, as its staff and the operators see it.
#[derive(Serialize, ToSchema)]
#[schema(as = shop::ShopView)]
struct ShopView {
    /// Its id.
    #[schema(value_type = String)]
    id: ShopId,
    /// Its name.
    name: String,
    /// Who stands behind it.
    subject_type: SubjectType,
    /// The currency of its prices, three letters.
    #[schema(value_type = String)]
    currency: Currency,
    /// Its admission.
    state: AdmissionState,
    /// The platform's fee, in basis points.
    #[schema(value_type = u32)]
    fee_bps: Bps,
    /// Path of its head picture; empty when it has none.
    headimg: String,
    /// What it says of itself.
    intro: String,
    /// Days after signing when an order confirms itself.
    auto_confirm_days: i64,
    /// Minutes after which an unpaid order closes.
    unpaid_close_minutes: i64,
    /// Its products pass the audit by themselves.
    auto_audit: bool,
    /// When it applied, ms.
    created_at: i64,
    /// When it was last let in, ms.
    admitted_at: Option<i64>,
    /// When it was closed, ms.
    closed_at: Option<i64>,
}

impl From<Shop> for ShopView {
    fn from(shop: Shop) -> Self {
        Self {
            id: shop.id,
            name: shop.name,
            subject_type: shop.subject_type,
            currency: shop.currency,
            state: shop.state,
            fee_bps: shop.fee_bps,
            headimg: shop.headimg,
            intro: shop.intro,
            auto_confirm_days: shop.auto_confirm_days,
            unpaid_close_minutes: shop.unpaid_close_minutes,
            auto_audit: shop.auto_audit,
            created_at: shop.created_at.ms(),
            admitted_at: shop.admitted_at.map(kernel::Timestamp::ms),
            closed_at: shop.closed_at.map(kernel::Timestamp::ms),
        }
    }
}

/// The stored form of a picture's address; an empty one stays empty.
fn picture_path(app: &App, address: &str) -> Result<String, Problem> {
    if address.is_empty() {
        return Ok(String::new());
    }
    Ok(app.service::<Files>()?.path_of(address).ok_or(Error::Picture)?)
}
