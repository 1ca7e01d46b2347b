//! Combined payments for the shopper who pays: several orders in one sum.

use axum::{Json, extract::State};
use face::{App, IdPath, Keyed, ProblemBody, Rest, Who};
use kernel::{Currency, OrderId, PaymentId, ShopId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::{StartIn, StartOut};
use crate::{Channels, Combine, Combined, CombinedState, Intake, Share, Start, ask::get_combined};

/// The orders to be paid together.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CombineIn {
    /// 1 to 20, of any number of shops, each unpaid.
    orders: Vec<OrderIn>,
}

/// One of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = pay::OrderIn)]
struct OrderIn {
    /// Its shop.
    #[schema(value_type = String)]
    shop_id: ShopId,
    /// The order.
    #[schema(value_type = String)]
    order_id: OrderId,
}

/// A combined payment.
#[derive(Debug, Serialize, ToSchema)]
pub struct CombinedOut {
    /// Which.
    #[schema(value_type = String)]
    pub combined_id: PaymentId,
    /// What is to be paid in all, minor units (fen).
    pub amount: i64,
    /// ISO 4217 letters.
    #[schema(value_type = String)]
    pub currency: Currency,
    /// What the payer reads.
    pub description: String,
    /// Where it stands.
    pub state: CombinedState,
    /// The channel of the open bill, or the one that the money came through.
    pub channel: Option<String>,
    /// The channel's number of the transaction.
    pub channel_txn: Option<String>,
    /// When it was opened, ms.
    pub opened_at: i64,
    /// When the first of its orders will be given up, ms.
    pub expires_at: i64,
    /// When it was paid, ms.
    pub paid_at: Option<i64>,
    /// When it was given up, ms.
    pub closed_at: Option<i64>,
    /// What belongs to which order.
    pub shares: Vec<ShareOut>,
    /// The channels by which it can be paid; none once it is over.
    pub channels: Vec<&'static str>,
}

/// What of it belongs to one order. How that stands is told by its payment.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShareOut {
    /// The shop that is paid.
    #[schema(value_type = String)]
    pub shop_id: ShopId,
    /// The order.
    #[schema(value_type = String)]
    pub order_id: OrderId,
    /// Its payment.
    #[schema(value_type = String)]
    pub payment_id: PaymentId,
    /// How much, minor units (fen).
    pub amount: i64,
}

impl From<&Share> for ShareOut {
    fn from(s: &Share) -> Self {
        Self { shop_id: s.shop, order_id: s.order, payment_id: s.payment, amount: s.amount }
    }
}

impl CombinedOut {
    /// As it is shown; `channels` are those that are set up.
    pub fn of(c: &Combined, channels: &Channels) -> Self {
        Self {
            combined_id: c.combined,
            amount: c.amount.minor,
            currency: c.amount.currency,
            description: c.description.clone(),
            state: c.state,
            channel: c.channel.clone(),
            channel_txn: c.channel_txn.clone(),
            opened_at: c.opened_at.ms(),
            expires_at: c.expires_at.ms(),
            paid_at: c.paid_at.map(kernel::Timestamp::ms),
            closed_at: c.closed_at.map(kernel::Timestamp::ms),
            shares: c.shares.iter().map(ShareOut::from).collect(),
            channels: if c.state == CombinedState::Open { channels.names() } else { Vec::new() },
        }
    }
}

/// Opens a combined payment for several unpaid orders of the shopper. Until it is begun to be paid nothing is decided:
/// each order can still be paid by itself, or with others.
#[utoipa::path(post, path = "/api/v1/me/combined-payments", tag = "pay", request_body = CombineIn,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 200, body = CombinedOut), (status = "4XX", body = ProblemBody)))]
pub(super) async fn combine_payments(
    State(app): State<App>,
    Keyed { caller, key, body }: Keyed<CombineIn>,
) -> Rest<CombinedOut> {
    let intake = app.service::<Intake>()?;
    let orders = body.orders.iter().map(|o| (o.shop_id, o.order_id)).collect();
    let combined = app.store.once(&caller, key, Combine { orders }).await?;
    Ok(Json(CombinedOut::of(&combined, &intake.channels)))
}

/// A combined payment of the shopper.
#[utoipa::path(get, path = "/api/v1/me/combined-payments/{combined_id}", tag = "pay",
    params(("combined_id" = String, Path)),
    responses((status = 200, body = CombinedOut), (status = "4XX", body = ProblemBody)))]
pub(super) async fn get_combined_payment(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(combined): IdPath<PaymentId>,
) -> Rest<CombinedOut> {
    let intake = app.service::<Intake>()?;
    let found = get_combined(&app.store, &caller, combined).await?;
    Ok(Json(CombinedOut::of(&found, &intake.channels)))
}

/// Begins to pay at a channel: gives the address of its cashier, which shows the whole sum. From then on none of the
/// orders has a bill of its own; beginning to pay one by itself gives the combined payment up. `payment_id` in the
/// answer is the combined payment.
#[utoipa::path(post, path = "/api/v1/me/combined-payments/{combined_id}/start", tag = "pay", request_body = StartIn,
    params(("combined_id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = StartOut), (status = "4XX", body = ProblemBody)))]
pub(super) async fn start_combined_payment(
    State(app): State<App>,
    IdPath(payment): IdPath<PaymentId>,
    Keyed { caller, key, body }: Keyed<StartIn>,
) -> Rest<StartOut> {
    let intake = app.service::<Intake>()?;
    let StartIn { channel, return_path } = body;
    let start = Start { payment, channel, return_path, key: Some(key) };
    Ok(Json(intake.start_combined(&app.store, &caller, &start).await?.into()))
}

/// Asks the channel whether it was paid, and completes it if so: what the return page calls.
#[utoipa::path(post, path = "/api/v1/me/combined-payments/{combined_id}/query", tag = "pay",
    params(("combined_id" = String, Path)),
    responses((status = 200, body = CombinedOut), (status = "4XX", body = ProblemBody)))]
pub(super) async fn query_combined_payment(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(combined): IdPath<PaymentId>,
) -> Rest<CombinedOut> {
    let intake = app.service::<Intake>()?;
    let found = intake.ask_combined(&app.store, &caller, combined).await?;
    Ok(Json(CombinedOut::of(&found, &intake.channels)))
}
