//! The native face: parcels for the merchant and the shopper, carriers for the operator.

use axum::{Json, extract::State};
use face::{App, IdPath, Keyed, ProblemBody, Rest, Who};
use kernel::{AppId, Ctx, OrderId, ParcelId, Permission, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Command, Tx, Vault};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    CARRIERS, CarrierInfo, Carriers, DecideBinding, Error, Parcel, StageWord, Step, Timeline, carrier_name,
    parcel_of_shop, parcel_of_shopper,
    record::{add, read_own},
    stage::action,
    tracking_path,
};

/// The routes of the room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_parcel))
        .routes(routes!(add_parcel_step))
        .routes(routes!(get_my_parcel))
        .routes(routes!(list_carriers))
        .routes(routes!(decide_carrier_binding))
}

/// A step of a track.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = logistics::StepView)]
struct StepView {
    /// When, ms.
    at: i64,
    /// What: a published code such as 300002.
    action_type: i64,
    /// The published meaning of the code, in Chinese.
    action: String,
    /// The carrier's words.
    message: String,
    /// Degrees north.
    #[serde(skip_serializing_if = "Option::is_none")]
    lat: Option<f64>,
    /// Degrees east.
    #[serde(skip_serializing_if = "Option::is_none")]
    lng: Option<f64>,
}

impl From<Step> for StepView {
    fn from(step: Step) -> Self {
        let action = action(step.action_type).map_or("", |a| a.name).to_owned();
        Self {
            at: step.time.ms(),
            action_type: step.action_type,
            action,
            message: step.message,
            lat: step.lat,
            lng: step.lng,
        }
    }
}

/// A parcel with its track.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = logistics::ParcelView)]
struct ParcelView {
    /// Its id.
    #[schema(value_type = String)]
    id: ParcelId,
    /// Of which order.
    #[schema(value_type = String)]
    order: OrderId,
    /// The carrier's id.
    delivery_id: String,
    /// The carrier's name.
    carrier: String,
    /// The carrier's number.
    waybill_id: String,
    /// What is in it, in a few words.
    goods: String,
    /// Where it stands.
    stage: StageWord,
    /// Since when it is followed, ms.
    followed_at: i64,
    /// The steps, the oldest first.
    steps: Vec<StepView>,
    /// The path of its page, which opens without a login for whoever has it.
    tracking_path: String,
}

impl ParcelView {
    fn new(vault: &Vault, (parcel, track): (Parcel, Timeline)) -> Self {
        Self {
            tracking_path: tracking_path(vault, parcel.shop, parcel.id),
            id: parcel.id,
            order: parcel.order,
            carrier: carrier_name(&parcel.delivery_id).to_owned(),
            delivery_id: parcel.delivery_id,
            waybill_id: parcel.waybill_id,
            goods: parcel.goods,
            stage: track.stage.word(),
            followed_at: parcel.followed_at.ms(),
            steps: track.steps.into_iter().map(StepView::from).collect(),
        }
    }
}

/// A parcel of the shop, with its track.
#[utoipa::path(
    get, path = "/api/v1/parcels/{id}", tag = "logistics",
    params(("id" = String, Path, description = "the parcel")),
    responses((status = 200, body = ParcelView), (status = 404, body = ProblemBody)),
)]
async fn get_parcel(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(id): IdPath<ParcelId>,
) -> Rest<ParcelView> {
    let mut tx = app.store.read().await?;
    let ctx = app.store.ctx(&caller).await?;
    let parcel = parcel_of_shop(&mut tx, &ctx, id).await?;
    Ok(Json(ParcelView::new(app.store.vault(), parcel)))
}

/// A parcel that the shopper waits for, with its track.
#[utoipa::path(
    get, path = "/api/v1/me/parcels/{id}", tag = "logistics",
    params(("id" = String, Path, description = "the parcel")),
    responses((status = 200, body = ParcelView), (status = 404, body = ProblemBody)),
)]
async fn get_my_parcel(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(id): IdPath<ParcelId>,
) -> Rest<ParcelView> {
    let mut tx = app.store.read().await?;
    let ctx = app.store.ctx(&caller).await?;
    let parcel = parcel_of_shopper(&mut tx, &ctx, id).await?;
    Ok(Json(ParcelView::new(app.store.vault(), parcel)))
}

/// A step that the shop tells itself, such as its own courier's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = logistics::StepInput)]
struct StepInput {
    /// When it happened, ms; now when left out.
    at: Option<i64>,
    /// What: a published code such as 300002.
    action_type: i64,
    /// In words, at most 512 characters.
    message: String,
}

struct AddStep {
    parcel: ParcelId,
    input: StepInput,
}

impl Command for AddStep {
    type Out = ParcelView;
    type Err = Error;
    const NAME: &'static str = "logistics.add_step";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<ParcelView, Error> {
        let parcel = read_own(tx, ctx, self.parcel).await?;
        let at = self.input.at.map_or(ctx.now, Timestamp::from_ms);
        let step = Step::new(at, self.input.action_type, &self.input.message);
        add(tx, ctx, &parcel, &[step]).await?;
        let ctx = ctx.as_system(kernel::Scope::Shop(parcel.shop));
        let parcel = parcel_of_shop(tx, &ctx, parcel.id).await?;
        Ok(ParcelView::new(tx.vault(), parcel))
    }
}

/// Adds a step to the track of a parcel of the shop; the parcel afterwards.
#[utoipa::path(
    post, path = "/api/v1/parcels/{id}/steps", tag = "logistics",
    params(
        ("id" = String, Path, description = "the parcel"),
        ("Idempotency-Key" = String, Header, description = "makes a repeat of this request one"),
    ),
    request_body = StepInput,
    responses((status = 200, body = ParcelView), (status = 404, body = ProblemBody)),
)]
async fn add_parcel_step(
    State(app): State<App>,
    IdPath(parcel): IdPath<ParcelId>,
    Keyed { caller, key, body: input }: Keyed<StepInput>,
) -> Rest<ParcelView> {
    Ok(Json(app.store.once(&caller, key, AddStep { parcel, input }).await?))
}

/// A service of a carrier.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = logistics::ServiceView)]
struct ServiceView {
    /// Its number.
    service_type: i64,
    /// Its name.
    service_name: &'static str,
}

/// A carrier of the directory.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = logistics::CarrierView)]
struct CarrierView {
    /// Its id.
    id: &'static str,
    /// Its name.
    name: &'static str,
    /// True if this installation can make waybills with it.
    connected: bool,
    /// True if its waybill numbers are a quota.
    has_quota: bool,
    /// The account for cash waybills; empty without.
    cash_biz_id: &'static str,
    /// What it offers.
    services: Vec<ServiceView>,
}

impl CarrierView {
    fn of(info: &CarrierInfo, carriers: &Carriers) -> Self {
        let services = info
            .services
            .iter()
            .map(|(number, name)| ServiceView { service_type: *number, service_name: name });
        Self {
            id: info.id,
            name: info.name,
            connected: carriers.get(info.id).is_some(),
            has_quota: info.has_quota,
            cash_biz_id: info.cash_biz_id,
            services: services.collect(),
        }
    }
}

/// The carriers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = logistics::CarriersView)]
struct CarriersView {
    /// All of the directory.
    items: Vec<CarrierView>,
}

/// The carriers of the directory, and which of them are connected.
#[utoipa::path(
    get, path = "/api/v1/carriers", tag = "logistics",
    responses((status = 200, body = CarriersView), (status = 403, body = ProblemBody)),
)]
async fn list_carriers(State(app): State<App>, Who(caller): Who) -> Rest<CarriersView> {
    app.store.ctx(&caller).await?.operator(Permission::PlatformOperate)?;
    let carriers = app.service::<Carriers>()?;
    let items = CARRIERS.iter().map(|info| CarrierView::of(info, &carriers)).collect();
    Ok(Json(CarriersView { items }))
}

/// What the carrier's person decided about a binding.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = logistics::BindingDecision)]
struct BindingDecision {
    /// Whose account.
    #[schema(value_type = String)]
    app: AppId,
    /// The customer code.
    biz_id: String,
    /// True if it may be used.
    approved: bool,
    /// Why not, at most 512 bytes; shown to the merchant. Left out where it may.
    #[serde(default)]
    reason: String,
}

/// The outcome, written down.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = logistics::BindingDecided)]
struct BindingDecided {
    /// Whether it may be used now.
    approved: bool,
}

/// Ends the review of a customer account's binding; the application hears of it by push.
#[utoipa::path(
    post, path = "/api/v1/carriers/{id}/bindings", tag = "logistics",
    params(
        ("id" = String, Path, description = "the carrier"),
        ("Idempotency-Key" = String, Header, description = "makes a repeat of this request one"),
    ),
    request_body = BindingDecision,
    responses((status = 200, body = BindingDecided), (status = 404, body = ProblemBody)),
)]
async fn decide_carrier_binding(
    State(app): State<App>,
    IdPath(delivery_id): IdPath<String>,
    Keyed { caller, key, body }: Keyed<BindingDecision>,
) -> Rest<BindingDecided> {
    let BindingDecision { app: of, biz_id, approved, reason } = body;
    let decide = DecideBinding { app: of, delivery_id, biz_id, approved, reason };
    app.store.once(&caller, key, decide).await?;
    Ok(Json(BindingDecided { approved }))
}
