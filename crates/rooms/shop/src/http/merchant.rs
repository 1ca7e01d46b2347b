//! A shop, for its own staff.

use axum::{Json, extract::State};
use face::{App, Body, ProblemBody, Rest, Who};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{ShopView, picture_path};
use crate::{ChangeProfile, ChangeSettings};

/// The caller's shop.
#[utoipa::path(get, path = "/api/v1/shop", tag = "shop",
    responses((status = 200, body = ShopView), (status = 403, body = ProblemBody)))]
pub(super) async fn get(State(app): State<App>, Who(caller): Who) -> Rest<ShopView> {
    let ctx = app.store.ctx(&caller).await?;
    Ok(Json(crate::own(&mut *app.store.read().await?, &ctx).await?.into()))
}

/// What to change about the profile; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = shop::ProfileInput)]
pub(super) struct ProfileInput {
    /// The name, 1 to 64 characters.
    name: Option<String>,
    /// A picture that the shop has stored, as path or full address; empty for none.
    headimg: Option<String>,
    /// What the shop says of itself, at most 500 characters.
    intro: Option<String>,
}

/// Changes what the caller's shop says of itself.
#[utoipa::path(patch, path = "/api/v1/shop", tag = "shop", request_body = ProfileInput,
    responses((status = 200, body = ShopView), (status = 400, body = ProblemBody)))]
pub(super) async fn change_profile(
    State(app): State<App>,
    Who(caller): Who,
    Body(input): Body<ProfileInput>,
) -> Rest<ShopView> {
    let ProfileInput { name, headimg, intro } = input;
    let headimg = headimg.map(|address| picture_path(&app, &address)).transpose()?;
    Ok(Json(app.store.write(&caller, ChangeProfile { name, headimg, intro }).await?.into()))
}

/// What to change about the settings; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = shop::SettingsInput)]
pub(super) struct SettingsInput {
    /// Days after signing when an order confirms itself, 1 to 30.
    auto_confirm_days: Option<i64>,
    /// Minutes after which an unpaid order closes, 5 to 1440.
    unpaid_close_minutes: Option<i64>,
}

/// Changes how the caller's shop works.
#[utoipa::path(patch, path = "/api/v1/shop/settings", tag = "shop", request_body = SettingsInput,
    responses((status = 200, body = ShopView), (status = 400, body = ProblemBody)))]
pub(super) async fn change_settings(
    State(app): State<App>,
    Who(caller): Who,
    Body(input): Body<SettingsInput>,
) -> Rest<ShopView> {
    let SettingsInput { auto_confirm_days, unpaid_close_minutes } = input;
    let cmd = ChangeSettings { auto_confirm_days, unpaid_close_minutes };
    Ok(Json(app.store.write(&caller, cmd).await?.into()))
}
