//! What happened, for whoever listens. The aggregate is the payment, also for what its refunds do.

use kernel::{Currency, OrderId, PaymentId, RefundId, ShopId, ShopperId};
use serde::{Deserialize, Serialize};
use store::Event;

use crate::{Payment, Refund};

/// The money of a payment came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Captured {
    /// The shop.
    pub shop: ShopId,
    /// The payment.
    pub payment: PaymentId,
    /// The order.
    pub order: OrderId,
    /// Who paid.
    pub shopper: ShopperId,
    /// How much, minor units.
    pub amount: i64,
    /// In which currency.
    pub currency: Currency,
    /// True if the payment had been given up; the money goes back.
    pub late: bool,
    /// The payment's version.
    pub version: i64,
}

impl Event for Captured {
    const KIND: &'static str = "pay.captured";
    fn subject(&self) -> (i64, i64) {
        (self.payment.0, self.version)
    }
}

impl From<&Payment> for Captured {
    fn from(p: &Payment) -> Self {
        Self {
            shop: p.shop,
            payment: p.payment,
            order: p.order,
            shopper: p.shopper,
            amount: p.captured,
            currency: p.amount.currency,
            late: p.is_late(),
            version: p.version,
        }
    }
}

/// A refund reached the payer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refunded {
    /// The shop.
    pub shop: ShopId,
    /// The payment.
    pub payment: PaymentId,
    /// The order.
    pub order: OrderId,
    /// The refund.
    pub refund: RefundId,
    /// How much, minor units.
    pub amount: i64,
    /// In which currency.
    pub currency: Currency,
    /// What has gone back of the payment in all, minor units.
    pub refunded: i64,
    /// The payment's version.
    pub version: i64,
}

impl Event for Refunded {
    const KIND: &'static str = "pay.refunded";
    fn subject(&self) -> (i64, i64) {
        (self.payment.0, self.version)
    }
}

impl Refunded {
    pub(crate) fn of(refund: &Refund, refunded: i64, version: i64) -> Self {
        Self {
            shop: refund.shop,
            payment: refund.payment,
            order: refund.order,
            refund: refund.refund,
            amount: refund.amount.minor,
            currency: refund.amount.currency,
            refunded,
            version,
        }
    }
}

/// A channel refused a refund for good. It waits to be tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundFailed {
    /// The shop.
    pub shop: ShopId,
    /// The payment.
    pub payment: PaymentId,
    /// The order.
    pub order: OrderId,
    /// The refund.
    pub refund: RefundId,
    /// How much, minor units.
    pub amount: i64,
    /// In which currency.
    pub currency: Currency,
    /// The payment's version.
    pub version: i64,
}

impl Event for RefundFailed {
    const KIND: &'static str = "pay.refund_failed";
    fn subject(&self) -> (i64, i64) {
        (self.payment.0, self.version)
    }
}

impl RefundFailed {
    pub(crate) fn of(refund: &Refund, version: i64) -> Self {
        Self {
            shop: refund.shop,
            payment: refund.payment,
            order: refund.order,
            refund: refund.refund,
            amount: refund.amount.minor,
            currency: refund.amount.currency,
            version,
        }
    }
}
