//! Where a payer's browser comes back to from the cashier: how the payment stands, for whoever has the link.

use axum::{
    Router,
    extract::{Query, State, rejection::QueryRejection},
    http::{
        StatusCode,
        header::{CACHE_CONTROL, REFERRER_POLICY},
    },
    response::{Html, IntoResponse, Response},
    routing::get,
};
use face::{App, Problem};
use kernel::{Caller, Currency, Money, PaymentId, Scope, ShopId};
use maud::{Markup, html};
use pay::{Intake, Payment, PaymentState, returned};
use serde::Deserialize;
use std::time::Duration;

use crate::frame::{Words, frame};

/// The page's route.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/pay/return", get(show))
}

#[derive(Debug, Deserialize)]
struct Asked {
    /// Shop, payment and seal, as the link holds them.
    #[serde(default)]
    payment: String,
}

async fn show(
    State(app): State<App>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    let token = query.map(|Query(asked)| asked.payment).unwrap_or_default();
    let payment = match returned(app.store.vault(), &token) {
        None => None,
        Some((shop, payment)) => as_it_stands(&app, shop, payment).await?,
    };
    let (status, page) = match &payment {
        Some(payment) => (StatusCode::OK, page(payment, &token)),
        None => (StatusCode::NOT_FOUND, unknown()),
    };
    // The link opens the page: it is told to nobody.
    let headers = [(CACHE_CONTROL, "no-store"), (REFERRER_POLICY, "no-referrer")];
    Ok((status, headers, Html(page.into_string())).into_response())
}

/// A browser waits no longer than this for the channel; the poll asks again anyway.
const PATIENCE: Duration = Duration::from_secs(5);

/// The payment after the channel was asked once; where that tells nothing, as it is known here.
async fn as_it_stands(app: &App, shop: ShopId, payment: PaymentId) -> Result<Option<Payment>, Problem> {
    let intake = app.service::<Intake>()?;
    let caller = Caller::system(Scope::Shop(shop));
    match tokio::time::timeout(PATIENCE, intake.ask(&app.store, &caller, payment)).await {
        Ok(Ok(found)) => return Ok(Some(found)),
        Ok(Err(e)) => {
            tracing::info!(payment = payment.0, error = %e, "a returning payer is told what is known");
        }
        Err(_) => tracing::info!(payment = payment.0, "a returning payer does not wait for the channel"),
    }
    let mut tx = app.store.read().await?;
    Ok(pay::find(&mut tx, shop, payment).await?)
}

/// What stands over the page.
const HEADING: Words = ("付款结果", "Payment");

fn page(payment: &Payment, token: &str) -> Markup {
    let (chinese, english) = words(payment);
    frame(
        chinese,
        HEADING,
        &html! {
            p.stage { (chinese) " " span lang="en" { (english) } }
            p.sum { (money_text(payment.amount)) }
            dl { dt { "订单号 " span lang="en" { "Order" } } dd { (payment.order) } }
            @if payment.state == PaymentState::Open {
                a.again href={ "/pay/return?payment=" (token) } { "刷新 " span lang="en" { "Ask again" } }
            }
        },
    )
}

/// One page for a link that was never made, and for one whose payment is not there.
fn unknown() -> Markup {
    let body = html! { p { "链接无效。 " span lang="en" { "This link is not valid." } } };
    frame("没有这笔付款 · No such payment", HEADING, &body)
}

/// How a payment stands, in words.
fn words(payment: &Payment) -> Words {
    match payment.state {
        PaymentState::Open => ("尚未收到付款", "Not paid yet"),
        PaymentState::Captured if payment.is_late() => {
            ("订单已关闭，款项将原路退回", "Closed before the money came: it goes back")
        }
        PaymentState::Captured => ("付款成功", "Paid"),
        PaymentState::Closed => ("付款已关闭", "Closed"),
    }
}

/// Currencies without a minor unit (ISO 4217).
const WHOLE: [&str; 5] = ["JPY", "KRW", "VND", "CLP", "ISK"];

/// An amount for people: `¥12.34`, `12.34 USD`, `1234 JPY`. A payment is never below zero.
fn money_text(amount: Money) -> String {
    let units = amount.minor.unsigned_abs();
    if WHOLE.contains(&amount.currency.as_str()) {
        return format!("{units} {}", amount.currency);
    }
    let text = format!("{}.{:02}", units / 100, units % 100);
    if amount.currency == Currency::CNY { format!("¥{text}") } else { format!("{text} {}", amount.currency) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{OrderId, ShopperId, Timestamp};

    fn payment(state: PaymentState) -> Payment {
        Payment {
            shop: ShopId(7),
            payment: PaymentId(8),
            order: OrderId(9),
            shopper: ShopperId(70),
            amount: Money::fen(1_205),
            description: "<b>杯子</b>".into(),
            state,
            attempt: 1,
            channel: None,
            channel_txn: Some("txn-of-the-channel".into()),
            captured: 0,
            refunding: 0,
            refunded: 0,
            opened_at: Timestamp::from_ms(0),
            expires_at: Timestamp::from_ms(0),
            started_wall: None,
            paid_at: None,
            captured_at: None,
            closed_at: None,
            late_at: None,
            version: 1,
            combined: None,
        }
    }

    #[test]
    fn the_page_tells_state_amount_and_order_and_nothing_of_people_and_goods() {
        for (state, told) in [
            (PaymentState::Open, "Not paid yet"),
            (PaymentState::Captured, "Paid"),
            (PaymentState::Closed, "Closed"),
        ] {
            let html = page(&payment(state), "7.8.ab").into_string();
            assert!(html.contains(told) && html.contains("¥12.05") && html.contains("<dd>9</dd>"), "{html}");
            assert_eq!(html.contains("Ask again"), state == PaymentState::Open);
            for kept in ["杯子", ">70<", "txn-of-the-channel", "<script", "style="] {
                assert!(!html.contains(kept), "{kept}");
            }
        }
        let late = Payment { late_at: Some(Timestamp::from_ms(5)), ..payment(PaymentState::Captured) };
        assert!(page(&late, "7.8.ab").into_string().contains("it goes back"));
    }

    #[test]
    fn an_amount_is_shown_in_its_own_units() {
        assert_eq!(money_text(Money::new(5, Currency::USD)), "0.05 USD");
        assert_eq!(money_text(Money::new(500, "JPY".parse().unwrap())), "500 JPY");
    }
}
