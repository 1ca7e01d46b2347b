//! What the rooms show of a shop, and what the model says that they should.

use kernel::RefundId;
use pay::{PaymentState, RefundSource, RefundState};
use std::fmt::Debug;

use super::books::{Books, Going, Level, Order, Paying, Payment};

/// All that is held against each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) levels: Vec<Level>,
    /// By their places.
    pub(super) orders: Vec<Option<ShownOrder>>,
    pub(super) at_channels: i64,
    pub(super) pending: i64,
    /// The balance less what is held on it.
    pub(super) available: i64,
    /// The shop's half of the fees, and the platform's.
    pub(super) fees: [i64; 2],
    /// Movements of money that the operator has to settle.
    pub(super) anomalies: usize,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShownOrder {
    pub(super) state: trade::OrderState,
    pub(super) total: i64,
    pub(super) refunded: i64,
    pub(super) cancel_type: Option<i64>,
    pub(super) confirm_type: Option<i64>,
    /// Pieces of each line, ordered and shipped.
    pub(super) lines: Vec<(i64, i64)>,
    /// Waybill, pieces, and whether it was signed for.
    pub(super) parcels: Vec<(usize, i64, bool)>,
    pub(super) payment: Option<ShownPayment>,
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShownPayment {
    pub(super) state: PaymentState,
    pub(super) amount: i64,
    pub(super) captured: i64,
    pub(super) refunding: i64,
    pub(super) refunded: i64,
    /// What the till asks for, while it may be paid.
    pub(super) asked: Option<i64>,
    /// By their ids.
    pub(super) refunds: Vec<ShownRefund>,
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShownRefund {
    pub(super) id: Option<RefundId>,
    pub(super) amount: i64,
    pub(super) from: RefundSource,
    pub(super) state: RefundState,
    pub(super) attempt: i64,
}

impl Shown {
    /// Where the model, which this is, and the shop differ.
    pub(super) fn differences(&self, seen: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let mut hold = |what: String, expected: &dyn Debug, seen: &dyn Debug| {
            let (expected, seen) = (format!("{expected:?}"), format!("{seen:?}"));
            if expected != seen {
                found.push(format!("{what}: the shop shows {seen}, the model expects {expected}"));
            }
        };
        for (sku, (expected, seen)) in self.levels.iter().zip(&seen.levels).enumerate() {
            hold(format!("sku {sku}"), expected, seen);
        }
        for at in 0..self.orders.len().max(seen.orders.len()) {
            hold(format!("order {at}"), &self.orders.get(at), &seen.orders.get(at));
        }
        hold("at channels".into(), &self.at_channels, &seen.at_channels);
        hold("pending".into(), &self.pending, &seen.pending);
        hold("available".into(), &self.available, &seen.available);
        hold("fees".into(), &self.fees, &seen.fees);
        hold("anomalies".into(), &self.anomalies, &seen.anomalies);
        found
    }
}

impl Books {
    /// Learns the ids of refunds that the program made by itself.
    pub(super) fn learn(&mut self, seen: &Shown) {
        for (order, seen) in self.orders.iter_mut().zip(&seen.orders) {
            let refunds = order.as_mut().and_then(|o| o.payment.as_mut()).map(|p| &mut p.refunds);
            let seen = seen.as_ref().and_then(|o| o.payment.as_ref()).map(|p| &p.refunds);
            let (Some(refunds), Some(seen)) = (refunds, seen) else { continue };
            let known: Vec<_> = refunds.iter().filter_map(|r| r.id).collect();
            let mut others = seen.iter().filter_map(|r| r.id).filter(|id| !known.contains(id));
            for refund in refunds.iter_mut().filter(|r| r.id.is_none()) {
                refund.id = others.next();
            }
        }
    }

    /// What should be shown.
    pub(super) fn shown(&self) -> Shown {
        let money = self.money;
        Shown {
            levels: self.levels.to_vec(),
            orders: self.orders.iter().map(|order| order.as_ref().map(Order::shown)).collect(),
            at_channels: -money.at_channels,
            pending: money.pending,
            available: money.balance - money.held,
            fees: [money.fees, -money.fees],
            anomalies: self.anomalies.len(),
        }
    }
}

impl Order {
    fn shown(&self) -> ShownOrder {
        let mut parcels: Vec<_> =
            self.parcels.iter().map(|p| (p.waybill, p.pieces, p.signed.is_some())).collect();
        parcels.sort_unstable();
        ShownOrder {
            state: self.state,
            total: self.total,
            refunded: self.refunded,
            cancel_type: self.cancel_type,
            confirm_type: self.confirm_type,
            lines: self.lines.iter().map(|l| (l.quantity, l.shipped)).collect(),
            parcels,
            payment: self.payment.as_ref().map(Payment::shown),
        }
    }
}

impl Payment {
    fn shown(&self) -> ShownPayment {
        let sum = |wanted: &[Going]| -> i64 {
            self.refunds.iter().filter(|r| wanted.contains(&r.going)).map(|r| r.amount).sum()
        };
        let mut refunds: Vec<_> = self.refunds.iter().map(shown_refund).collect();
        refunds.sort_by_key(|r| r.id);
        let captured = matches!(self.paying, Paying::Captured { .. });
        ShownPayment {
            state: match self.paying {
                Paying::Open => PaymentState::Open,
                Paying::Captured { .. } => PaymentState::Captured,
                Paying::Closed => PaymentState::Closed,
            },
            amount: self.amount,
            captured: if captured { self.amount } else { 0 },
            refunding: sum(&[Going::Requested, Going::Sent]),
            refunded: sum(&[Going::Done]),
            asked: self.bill.filter(|_| self.paying == Paying::Open).map(|(_, amount)| amount),
            refunds,
        }
    }
}

fn shown_refund(refund: &super::books::Refund) -> ShownRefund {
    ShownRefund {
        id: refund.id,
        amount: refund.amount,
        from: if refund.of_balance { RefundSource::Available } else { RefundSource::Pending },
        state: match refund.going {
            Going::Requested => RefundState::Requested,
            Going::Sent => RefundState::Sent,
            Going::Done => RefundState::Done,
            Going::Failed => RefundState::Failed,
        },
        attempt: refund.attempt,
    }
}
