//! What the native face reads and shows.

use face::Paging;
use kernel::{Currency, OrderId, Page, PaymentId, RefundId, Scope, ShopId, ShopperId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Anomaly, AnomalyKind, Channels, Payment, PaymentState, Refund, RefundSource, RefundState, Started,
};

/// An empty object.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// How to pay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StartIn {
    /// The name of the channel, one of those that the payment lists.
    pub(super) channel: String,
    /// The page of this site to return to afterwards, a path; the payment's id is added to it.
    pub(super) return_path: Option<String>,
}

/// Where to pay.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StartOut {
    /// The payment.
    #[schema(value_type = String)]
    payment_id: PaymentId,
    /// The channel.
    channel: String,
    /// The address of the cashier, to send the payer's browser to.
    cashier_url: String,
}

impl From<Started> for StartOut {
    fn from(s: Started) -> Self {
        Self { payment_id: s.payment, channel: s.channel, cashier_url: s.cashier_url }
    }
}

/// A payment.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PaymentOut {
    /// Which.
    #[schema(value_type = String)]
    payment_id: PaymentId,
    /// The shop that is paid.
    #[schema(value_type = String)]
    shop_id: ShopId,
    /// The order that it pays for.
    #[schema(value_type = String)]
    order_id: OrderId,
    /// What is to be paid, minor units (fen).
    amount: i64,
    /// ISO 4217 letters.
    #[schema(value_type = String)]
    currency: Currency,
    /// What the payer reads.
    description: String,
    /// Where it stands.
    state: PaymentState,
    /// The channel of the open bill, or the one that the money came through.
    channel: Option<String>,
    /// The channel's number of the transaction.
    channel_txn: Option<String>,
    /// What came in, minor units.
    captured: i64,
    /// What is on its way back, minor units.
    refunding: i64,
    /// What went back, minor units.
    refunded: i64,
    /// When it was opened, ms.
    opened_at: i64,
    /// When it will be given up, ms.
    expires_at: i64,
    /// When it was paid, ms.
    paid_at: Option<i64>,
    /// When it was given up, ms.
    closed_at: Option<i64>,
    /// True if the money came after it was given up; it goes back.
    late: bool,
    /// The combined payment that it is paid with.
    #[schema(value_type = Option<String>)]
    combined_id: Option<PaymentId>,
    /// The channels by which it can be paid; none once it is over.
    channels: Vec<&'static str>,
}

impl PaymentOut {
    pub(super) fn of(p: &Payment, channels: &Channels) -> Self {
        Self {
            payment_id: p.payment,
            shop_id: p.shop,
            order_id: p.order,
            amount: p.amount.minor,
            currency: p.amount.currency,
            description: p.description.clone(),
            state: p.state,
            channel: p.channel.clone(),
            channel_txn: p.channel_txn.clone(),
            captured: p.captured,
            refunding: p.refunding,
            refunded: p.refunded,
            opened_at: p.opened_at.ms(),
            expires_at: p.expires_at.ms(),
            paid_at: p.paid_at.map(kernel::Timestamp::ms),
            closed_at: p.closed_at.map(kernel::Timestamp::ms),
            late: p.is_late(),
            combined_id: p.combined,
            channels: if p.state == PaymentState::Open { channels.names() } else { Vec::new() },
        }
    }
}

/// Which refunds.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct RefundQuery {
    /// Those in this state; all when left out.
    pub(super) state: Option<RefundState>,
    /// Rows a page, 1 to 100; 20 when left out.
    size: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
}

impl RefundQuery {
    pub(super) fn paging(&self) -> Paging {
        Paging { size: self.size, after: self.after.clone() }
    }
}

/// A refund.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RefundOut {
    /// Which.
    #[schema(value_type = String)]
    refund_id: RefundId,
    /// The payment that it gives back.
    #[schema(value_type = String)]
    payment_id: PaymentId,
    /// The order that was paid for.
    #[schema(value_type = String)]
    order_id: OrderId,
    /// How much, minor units (fen).
    amount: i64,
    /// ISO 4217 letters.
    #[schema(value_type = String)]
    currency: Currency,
    /// The account that it comes from.
    from: RefundSource,
    /// Why.
    reason: String,
    /// Where it stands.
    state: RefundState,
    /// 1, and one more with each retry.
    attempt: i64,
    /// Why the channel refused it last.
    failure: Option<String>,
    /// The channel's number.
    channel_refund: Option<String>,
    /// When it was asked for, ms.
    requested_at: i64,
    /// When the payer got it, ms.
    done_at: Option<i64>,
}

impl From<Refund> for RefundOut {
    fn from(r: Refund) -> Self {
        Self {
            refund_id: r.refund,
            payment_id: r.payment,
            order_id: r.order,
            amount: r.amount.minor,
            currency: r.amount.currency,
            from: r.from,
            reason: r.reason,
            state: r.state,
            attempt: r.attempt,
            failure: r.failure,
            channel_refund: r.channel_refund,
            requested_at: r.requested_at.ms(),
            done_at: r.done_at.map(kernel::Timestamp::ms),
        }
    }
}

/// A page of refunds.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RefundPage {
    /// The newest first.
    items: Vec<RefundOut>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl From<Page<Refund>> for RefundPage {
    fn from(page: Page<Refund>) -> Self {
        let page = page.map(RefundOut::from);
        Self { items: page.items, next: page.next }
    }
}

/// A movement at a channel that no payment could take.
#[derive(Debug, Serialize, ToSchema)]
struct AnomalyOut {
    /// The shop that the channel named.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    shop_id: Option<ShopId>,
    /// Where the money was for a combined payment: its payer.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    shopper_id: Option<ShopperId>,
    /// Which.
    anomaly_id: String,
    /// The payment that the channel named.
    #[schema(value_type = String)]
    payment_id: PaymentId,
    /// What is odd.
    kind: AnomalyKind,
    /// The channel.
    channel: String,
    /// The channel's number.
    channel_txn: String,
    /// How much the channel moved, minor units.
    amount: i64,
    /// ISO 4217 letters.
    #[schema(value_type = String)]
    currency: Currency,
    /// When it was noted, ms.
    noted_at: i64,
    /// When it was settled, ms.
    resolved_at: Option<i64>,
    /// How it was settled.
    resolution: Option<String>,
}

impl From<Anomaly> for AnomalyOut {
    fn from(a: Anomaly) -> Self {
        Self {
            shop_id: if let Scope::Shop(shop) = a.scope { Some(shop) } else { None },
            shopper_id: if let Scope::Shopper(shopper) = a.scope { Some(shopper) } else { None },
            anomaly_id: a.anomaly.to_string(),
            payment_id: a.payment,
            kind: a.kind,
            channel: a.channel,
            channel_txn: a.channel_txn,
            amount: a.amount.minor,
            currency: a.amount.currency,
            noted_at: a.noted_at.ms(),
            resolved_at: a.resolved_at.map(kernel::Timestamp::ms),
            resolution: a.resolution,
        }
    }
}

/// A page of anomalies.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AnomalyPage {
    /// The newest first.
    items: Vec<AnomalyOut>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl From<Page<Anomaly>> for AnomalyPage {
    fn from(page: Page<Anomaly>) -> Self {
        let page = page.map(AnomalyOut::from);
        Self { items: page.items, next: page.next }
    }
}

/// How an anomaly was settled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResolveIn {
    /// What was done, 1 to 200 characters.
    pub(super) resolution: String,
}
