//! The native face: payments for those who pay, refunds for the merchant, anomalies for the operator.

use axum::{Json, extract::State};
use face::{App, IdPath, Keyed, Paging, Params, ProblemBody, Rest, Who};
use kernel::{Cursor, PaymentId, RefundId};
use utoipa_axum::{router::OpenApiRouter, routes};

mod combined;
mod view;

pub use self::combined::CombinedOut;
use self::view::{
    AnomalyPage, Nothing, PaymentOut, RefundOut, RefundPage, RefundQuery, ResolveIn, StartIn, StartOut,
};
use crate::{Intake, ResolveAnomaly, RetryRefund, Start};

/// The routes of the room. They need the service [`Intake`].
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_payment))
        .routes(routes!(start_payment))
        .routes(routes!(query_payment))
        .routes(routes!(combined::combine_payments))
        .routes(routes!(combined::get_combined_payment))
        .routes(routes!(combined::start_combined_payment))
        .routes(routes!(combined::query_combined_payment))
        .routes(routes!(list_refunds))
        .routes(routes!(retry_refund))
        .routes(routes!(list_payment_anomalies))
        .routes(routes!(resolve_payment_anomaly))
}

/// A payment: for the shopper who pays, or the shop that is paid.
#[utoipa::path(get, path = "/api/v1/payments/{payment_id}", tag = "pay", params(("payment_id" = String, Path)),
    responses((status = 200, body = PaymentOut), (status = "4XX", body = ProblemBody)))]
async fn get_payment(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(payment): IdPath<PaymentId>,
) -> Rest<PaymentOut> {
    let intake = app.service::<Intake>()?;
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let found = crate::get(&mut tx, &ctx, payment).await?;
    Ok(Json(PaymentOut::of(&found, &intake.channels)))
}

/// Begins to pay at a channel: gives the address of its cashier. Asked for again it gives the same address; for
/// another channel, the bill at the first is closed.
#[utoipa::path(post, path = "/api/v1/payments/{payment_id}/start", tag = "pay", request_body = StartIn,
    params(("payment_id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = StartOut), (status = "4XX", body = ProblemBody)))]
async fn start_payment(
    State(app): State<App>,
    IdPath(payment): IdPath<PaymentId>,
    Keyed { caller, key, body }: Keyed<StartIn>,
) -> Rest<StartOut> {
    let intake = app.service::<Intake>()?;
    let StartIn { channel, return_path } = body;
    let start = Start { payment, channel, return_path, key: Some(key) };
    Ok(Json(intake.start(&app.store, &caller, &start).await?.into()))
}

/// Asks the channel whether the payment was made, and completes it if so: what the return page calls.
#[utoipa::path(post, path = "/api/v1/payments/{payment_id}/query", tag = "pay",
    params(("payment_id" = String, Path)),
    responses((status = 200, body = PaymentOut), (status = "4XX", body = ProblemBody)))]
async fn query_payment(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(payment): IdPath<PaymentId>,
) -> Rest<PaymentOut> {
    let intake = app.service::<Intake>()?;
    let found = intake.ask(&app.store, &caller, payment).await?;
    Ok(Json(PaymentOut::of(&found, &intake.channels)))
}

/// The shop's refunds, the newest first.
#[utoipa::path(get, path = "/api/v1/refunds", tag = "pay", params(RefundQuery),
    responses((status = 200, body = RefundPage), (status = "4XX", body = ProblemBody)))]
async fn list_refunds(
    State(app): State<App>,
    Who(caller): Who,
    Params(query): Params<RefundQuery>,
) -> Rest<RefundPage> {
    let (after, size) = (query.paging().cursor(Cursor::NEWEST)?, query.paging().size()?);
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    Ok(Json(crate::refunds(&mut tx, &ctx, query.state, after, size).await?.into()))
}

/// Tries a refund again that the channel has refused.
#[utoipa::path(post, path = "/api/v1/refunds/{refund_id}/retry", tag = "pay", request_body = Nothing,
    params(("refund_id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = RefundOut), (status = "4XX", body = ProblemBody)))]
async fn retry_refund(
    State(app): State<App>,
    IdPath(refund): IdPath<RefundId>,
    Keyed { caller, key, .. }: Keyed<Nothing>,
) -> Rest<RefundOut> {
    Ok(Json(app.store.once(&caller, key, RetryRefund { refund }).await?.into()))
}

/// Movements at channels that no payment could take, the newest first.
#[utoipa::path(get, path = "/api/v1/platform/payment-anomalies", tag = "platform", params(Paging),
    responses((status = 200, body = AnomalyPage), (status = "4XX", body = ProblemBody)))]
async fn list_payment_anomalies(
    State(app): State<App>,
    Who(caller): Who,
    Params(paging): Params<Paging>,
) -> Rest<AnomalyPage> {
    let (after, size) = (paging.cursor(Cursor::NEWEST)?, paging.size()?);
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    Ok(Json(crate::anomalies(&mut tx, &ctx, after, size).await?.into()))
}

/// Marks an anomaly as settled by hand. For one of a combined payment, the payer's id stands for the shop's.
#[utoipa::path(post, path = "/api/v1/platform/payment-anomalies/{shop_id}/{anomaly_id}/resolve", tag = "platform",
    request_body = ResolveIn,
    params(("shop_id" = String, Path), ("anomaly_id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = Nothing), (status = "4XX", body = ProblemBody)))]
async fn resolve_payment_anomaly(
    State(app): State<App>,
    IdPath((owner, anomaly)): IdPath<(i64, i64)>,
    Keyed { caller, key, body }: Keyed<ResolveIn>,
) -> Rest<Nothing> {
    let resolve = ResolveAnomaly { owner, anomaly, resolution: body.resolution };
    app.store.once(&caller, key, resolve).await?;
    Ok(Json(Nothing {}))
}

#[cfg(test)]
mod tests;
