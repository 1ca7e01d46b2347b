//! The outside service's own routes: the cashier for people, bills and faults for programs.

use axum::{
    Form, Json, Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use face::{App, Body, Problem, Rest};
use kernel::{Currency, Fault, Kind};
use maud::Markup;
use serde::{Deserialize, Serialize};

use crate::{
    Approve, Bill, BillState, Decline, Error, Faults, Notices, Refunds, SetBillFaults, SetFaults, faults,
    make, page, service::caller,
};

/// The routes of the sandbox. To be mounted in the demo and in tests only.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/sandbox/cashier.css", get(style))
        .route("/sandbox/cashier/{bill}", get(show_cashier).post(press_button))
        .route("/sandbox/bills/{bill}", get(get_bill))
        .route("/sandbox/bills/{bill}/approve", post(approve_bill))
        .route("/sandbox/bills/{bill}/decline", post(decline_bill))
        .route("/sandbox/bills/{bill}/faults", post(set_bill_faults))
        .route("/sandbox/faults", get(get_faults).put(set_faults))
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=3600")], page::CSS)
}

async fn show_cashier(State(app): State<App>, Path(bill): Path<String>) -> Response {
    match find(&app, &bill).await {
        Ok(bill) => shown(StatusCode::OK, &page::cashier(&bill), Some(&bill)),
        Err(e) => refused(&e),
    }
}

/// A pressed button.
#[derive(Debug, Deserialize)]
struct Pressed {
    act: String,
    seconds: Option<String>,
}

async fn press_button(
    State(app): State<App>,
    Path(bill): Path<String>,
    Form(pressed): Form<Pressed>,
) -> Response {
    match press(&app, &bill, &pressed).await {
        Ok(bill) if bill.state == BillState::Paid => with_policy(Redirect::to(&bill.return_url), Some(&bill)),
        Ok(bill) => with_policy(Redirect::to(&format!("/sandbox/cashier/{}", bill.bill)), Some(&bill)),
        Err(e) => refused(&e),
    }
}

async fn press(app: &App, bill: &str, pressed: &Pressed) -> Result<Bill, Error> {
    let bill = number(bill)?;
    let (notices, delay_ms) = match pressed.act.as_str() {
        "decline" => return app.store.write(&caller(), Decline { bill }).await,
        "approve" => (None, None),
        "twice" => (Some(Notices::Twice), None),
        "lose" => (Some(Notices::Lost), None),
        "out_of_order" => (Some(Notices::OutOfOrder), None),
        "delay" => (Some(Notices::Delayed), Some(kernel::second_ms(seconds(pressed)?))),
        _ => return Err(Error::BadRequest("there is no such button")),
    };
    app.store.write(&caller(), Approve { bill, notices, delay_ms }).await
}

fn seconds(pressed: &Pressed) -> Result<i64, Error> {
    let text = pressed.seconds.as_deref().unwrap_or("10");
    let seconds = text.trim().parse().ok().filter(|s| (0..=page::MOST_SECONDS).contains(s));
    seconds.ok_or(Error::BadRequest("the delay is 0 to 3600 seconds"))
}

fn number(text: &str) -> Result<i64, Error> {
    text.parse().map_err(|_| Error::NoSuchBill)
}

async fn find(app: &App, bill: &str) -> Result<Bill, Error> {
    let bill = number(bill)?;
    make::by_id(&mut *app.store.read().await?, bill).await
}

fn refused(e: &Error) -> Response {
    let (chinese, english) = match e {
        Error::NoSuchBill => ("没有这张账单", "There is no such bill."),
        Error::BillOver => ("账单已结束，不能付款", "The bill is over; it can't be paid."),
        Error::BadRequest(_) => ("请求有误", "The request can't be understood."),
        _ => ("暂时无法处理，请稍后再试", "Not now; please try again."),
    };
    if e.kind() == Kind::Internal {
        tracing::error!(error = %e, "the sandbox failed");
    }
    shown(Problem::status(e.kind()), &page::refusal(chinese, english), None)
}

fn shown(status: StatusCode, page: &Markup, bill: Option<&Bill>) -> Response {
    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    with_policy((status, html, page.0.clone()), bill)
}

/// The answer with a policy that allows the style sheet, and the form with where it leads.
fn with_policy(answer: impl IntoResponse, bill: Option<&Bill>) -> Response {
    let way_back = bill.map_or("", |bill| origin(&bill.return_url));
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action 'self' {way_back}; base-uri 'none'; frame-ancestors 'none'"
    );
    let mut response = answer.into_response();
    let headers: &mut HeaderMap = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff"));
    response
}

/// `scheme://host:port` of an address; nothing where it is not plain enough to stand in a header.
fn origin(url: &str) -> &str {
    let Some(start) = url.find("://").map(|i| i + 3) else { return "" };
    let end = url.get(start..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(url.len(), |i| start + i);
    let origin = url.get(..end).unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '/' | '[' | ']');
    if origin.chars().all(plain) { origin } else { "" }
}

/// A bill, for programs.
#[derive(Debug, Serialize)]
struct BillOut {
    bill: String,
    out_no: String,
    amount: i64,
    currency: Currency,
    state: BillState,
    txn: Option<String>,
    return_url: String,
}

impl From<Bill> for BillOut {
    fn from(b: Bill) -> Self {
        Self {
            bill: b.bill.to_string(),
            out_no: b.out_no,
            amount: b.amount.minor,
            currency: b.amount.currency,
            state: b.state,
            txn: b.txn,
            return_url: b.return_url,
        }
    }
}

async fn get_bill(State(app): State<App>, Path(bill): Path<String>) -> Rest<BillOut> {
    Ok(Json(find(&app, &bill).await?.into()))
}

/// How a bill is approved.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ApproveIn {
    notices: Option<Notices>,
    delay_ms: Option<i64>,
}

async fn approve_bill(
    State(app): State<App>,
    Path(bill): Path<String>,
    Body(ApproveIn { notices, delay_ms }): Body<ApproveIn>,
) -> Rest<BillOut> {
    let bill = number(&bill)?;
    Ok(Json(app.store.write(&caller(), Approve { bill, notices, delay_ms }).await?.into()))
}

async fn decline_bill(State(app): State<App>, Path(bill): Path<String>) -> Rest<BillOut> {
    let bill = number(&bill)?;
    Ok(Json(app.store.write(&caller(), Decline { bill }).await?.into()))
}

/// The faults of one bill; what is left out follows those for everything.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BillFaultsIn {
    notices: Option<Notices>,
    refunds: Option<Refunds>,
}

async fn set_bill_faults(
    State(app): State<App>,
    Path(bill): Path<String>,
    Body(BillFaultsIn { notices, refunds }): Body<BillFaultsIn>,
) -> Rest<BillOut> {
    let bill = number(&bill)?;
    Ok(Json(app.store.write(&caller(), SetBillFaults { bill, notices, refunds }).await?.into()))
}

async fn get_faults(State(app): State<App>) -> Rest<Faults> {
    let mut tx = app.store.read().await.map_err(Error::from)?;
    Ok(Json(faults::current(&mut tx).await?))
}

async fn set_faults(State(app): State<App>, Body(faults): Body<Faults>) -> Rest<Faults> {
    app.store.write(&caller(), SetFaults(faults)).await?;
    Ok(Json(faults))
}

#[cfg(test)]
mod tests;
