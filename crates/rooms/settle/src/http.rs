//! Native REST: a shop's money.

use axum::{Json, extract::State};
use face::{App, Paging, Params, ProblemBody, Rest, Who};
use kernel::{Cursor, OrderId, PostingId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Flow, Settlement, Statement, account, order};

/// The room's native routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_balance))
        .routes(routes!(list_flow))
        .routes(routes!(list_settlements))
        .routes(routes!(get_settlement_statement))
}

/// What a shop has, minor units.
#[derive(Debug, Serialize, ToSchema)]
struct BalanceOut {
    /// Currency.
    currency: String,
    /// May be withdrawn.
    available: i64,
    /// From orders that are not finished.
    pending: i64,
}

/// The shop's balance.
#[utoipa::path(get, path = "/api/v1/settle/balance", tag = "money", responses((status = 200, body = BalanceOut), (status = "4XX", body = ProblemBody)))]
async fn get_balance(State(app): State<App>, Who(caller): Who) -> Rest<BalanceOut> {
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let b = account::balance(&mut tx, &ctx).await?;
    Ok(Json(BalanceOut { currency: b.currency.to_string(), available: b.available, pending: b.pending }))
}

/// An entry of the shop's available money.
#[derive(Debug, Serialize, ToSchema)]
struct FlowOut {
    /// The posting.
    #[schema(value_type = String)]
    posting_id: PostingId,
    /// When, ms since 1970.
    #[schema(value_type = i64)]
    at: Timestamp,
    /// Minor units: above zero came in, below went out.
    amount: i64,
    /// The balance after it.
    balance_after: i64,
    /// Why.
    reason: String,
    /// The order, refund or withdrawal that it belongs to.
    subject: String,
}

impl From<Flow> for FlowOut {
    fn from(l: Flow) -> Self {
        Self {
            posting_id: l.posting,
            at: l.at,
            amount: l.amount,
            balance_after: l.balance_after,
            reason: l.reason,
            subject: l.subject.to_string(),
        }
    }
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
struct FlowPage {
    /// The entries, the latest first.
    items: Vec<FlowOut>,
    /// Where the next page begins.
    next: Option<String>,
}

/// The flow of the shop's available money, with a running balance.
#[utoipa::path(get, path = "/api/v1/settle/flow", tag = "money", params(Paging), responses((status = 200, body = FlowPage), (status = "4XX", body = ProblemBody)))]
async fn list_flow(
    State(app): State<App>,
    Who(caller): Who,
    Params(paging): Params<Paging>,
) -> Rest<FlowPage> {
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let page = account::flow(&mut tx, &ctx, paging.cursor(Cursor::NEWEST)?, paging.size()?).await?;
    let page = page.map(FlowOut::from);
    Ok(Json(FlowPage { items: page.items, next: page.next }))
}

/// What came of an order, minor units.
#[derive(Debug, Serialize, ToSchema)]
struct SettlementOut {
    /// The order.
    #[schema(value_type = String)]
    order_id: OrderId,
    /// Currency.
    currency: String,
    /// What was captured.
    captured: i64,
    /// What was given back before.
    refunded: i64,
    /// The platform's fee.
    fee: i64,
    /// The shop's share.
    net: i64,
    /// When, ms since 1970.
    #[schema(value_type = i64)]
    settled_at: Timestamp,
}

impl From<Settlement> for SettlementOut {
    fn from(s: Settlement) -> Self {
        Self {
            order_id: s.order,
            currency: s.captured.currency.to_string(),
            captured: s.captured.minor,
            refunded: s.refunded,
            fee: s.fee,
            net: s.net,
            settled_at: s.settled_at,
        }
    }
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
struct SettlementPage {
    /// The settlements, the latest first.
    items: Vec<SettlementOut>,
    /// Where the next page begins.
    next: Option<String>,
}

/// The settlements of the shop's orders.
#[utoipa::path(get, path = "/api/v1/settle/orders", tag = "money", params(Paging), responses((status = 200, body = SettlementPage), (status = "4XX", body = ProblemBody)))]
async fn list_settlements(
    State(app): State<App>,
    Who(caller): Who,
    Params(paging): Params<Paging>,
) -> Rest<SettlementPage> {
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let page = order::settlements(&mut tx, &ctx, paging.cursor(Cursor::NEWEST)?, paging.size()?).await?;
    let page = page.map(SettlementOut::from);
    Ok(Json(SettlementPage { items: page.items, next: page.next }))
}

/// Which range of time.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Range {
    /// From this moment on, ms since 1970.
    from: i64,
    /// Until before this moment; at most 366 days later.
    to: i64,
}

/// Sums of a range of time, minor units.
#[derive(Debug, Serialize, ToSchema)]
struct StatementOut {
    /// Currency.
    currency: String,
    /// Settled orders.
    orders: i64,
    /// What was captured.
    captured: i64,
    /// What was given back before settling.
    refunded: i64,
    /// The platform's fees.
    fee: i64,
    /// The shop's shares.
    net: i64,
}

impl From<Statement> for StatementOut {
    fn from(t: Statement) -> Self {
        Self {
            currency: t.currency.to_string(),
            orders: t.orders,
            captured: t.captured,
            refunded: t.refunded,
            fee: t.fee,
            net: t.net,
        }
    }
}

/// What was settled in a range of time, by currency.
#[utoipa::path(get, path = "/api/v1/settle/statement", tag = "money", params(Range), responses((status = 200, body = Vec<StatementOut>), (status = "4XX", body = ProblemBody)))]
async fn get_settlement_statement(
    State(app): State<App>,
    Who(caller): Who,
    Params(range): Params<Range>,
) -> Rest<Vec<StatementOut>> {
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let (from, to) = (Timestamp::from_ms(range.from), Timestamp::from_ms(range.to));
    let sums = account::statement(&mut tx, &ctx, from, to).await?;
    Ok(Json(sums.into_iter().map(StatementOut::from).collect()))
}
