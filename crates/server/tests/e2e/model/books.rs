//! The model: what the rooms should come to, kept in plain lists, without a database.

use kernel::{RefundId, allocate, minute_ms};
use std::collections::BTreeSet;
use trade::OrderState::{self, Cancelled, ToShip, Unpaid};

use super::{
    deed::{Deed, Heard},
    op::Mood,
};

/// What a piece of each sku costs, and how many there are at first.
pub(super) const PRICES: [i64; 3] = [1_000, 333, 1];
pub(super) const PIECES: [i64; 3] = [6, 20, 60];
/// The platform's share, in hundredths of a percent.
pub(super) const FEE_BPS: i64 = 100;
/// The step with which a carrier says that a parcel was signed for.
pub(super) const SIGNED: i64 = 300_003;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) received: i64,
    pub(super) corrected: i64,
    pub(super) available: i64,
    pub(super) reserved: i64,
    pub(super) sold: i64,
    pub(super) returned: i64,
}

#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) sku: usize,
    pub(super) quantity: i64,
    pub(super) shipped: i64,
    /// After the discount, before a change.
    pub(super) estimate: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paying {
    Open,
    Captured { txn: u8 },
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bill {
    Waiting,
    Paid,
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Going {
    Requested,
    Sent,
    Done,
    Failed,
}

#[derive(Debug, Clone)]
pub(super) struct Refund {
    /// None until it was seen: the program gave late money back by itself.
    pub(super) id: Option<RefundId>,
    pub(super) amount: i64,
    /// Out of the shop's balance, for the order was over.
    pub(super) of_balance: bool,
    pub(super) going: Going,
    pub(super) attempt: i64,
}

#[derive(Debug, Clone)]
pub(super) struct Payment {
    pub(super) paying: Paying,
    pub(super) amount: i64,
    /// At the till, with the sum that it asks for.
    pub(super) bill: Option<(Bill, i64)>,
    /// The till is going to be told that nobody is to pay any more.
    pub(super) closing: bool,
    pub(super) refunds: Vec<Refund>,
}

#[derive(Debug, Clone)]
pub(super) struct Parcel {
    pub(super) waybill: usize,
    pub(super) carried: bool,
    pub(super) pieces: i64,
    pub(super) told_signed: bool,
    /// When, once that is heard.
    pub(super) signed: Option<i64>,
}

#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) state: OrderState,
    pub(super) lines: Vec<Line>,
    pub(super) total: i64,
    pub(super) refunded: i64,
    pub(super) cancel_type: Option<i64>,
    pub(super) confirm_type: Option<i64>,
    pub(super) parcels: Vec<Parcel>,
    pub(super) payment: Option<Payment>,
    pub(super) expires: i64,
    pub(super) confirms: Option<i64>,
    pub(super) to_settle: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Money {
    /// What the till holds for the shop.
    pub(super) at_channels: i64,
    pub(super) pending: i64,
    /// Of the shop, with what is held.
    pub(super) balance: i64,
    /// Of the balance, promised to refunds.
    pub(super) held: i64,
    pub(super) fees: i64,
}

/// Everything.
#[derive(Debug, Clone)]
pub(super) struct Books {
    pub(super) levels: [Level; 3],
    /// By their places; none where the placing was refused.
    pub(super) orders: Vec<Option<Order>>,
    pub(super) money: Money,
    /// What the operator has to settle: an order and a transaction.
    pub(super) anomalies: BTreeSet<(usize, u8)>,
    pub(super) now: i64,
    pub(super) mood: Mood,
    /// Signatures that were told and not yet heard: order, waybill, when.
    pub(super) signatures: Vec<(usize, usize, i64)>,
}

/// What is heard, or why it is refused.
pub(super) type Act = Result<Heard, &'static str>;

impl Books {
    pub(super) fn new() -> Self {
        let level = |pieces| Level { received: pieces, available: pieces, ..Level::default() };
        Self {
            levels: PIECES.map(level),
            orders: Vec::new(),
            money: Money::default(),
            anomalies: BTreeSet::new(),
            now: 0,
            mood: Mood::Pays,
            signatures: Vec::new(),
        }
    }

    /// Does the deed as it should be done; what should be heard.
    pub(super) fn act(&mut self, deed: &Deed, refund: Option<RefundId>) -> Act {
        self.make_room(deed);
        match deed {
            Deed::Place { order, items, off, saw_another_price, .. } => {
                self.place(*order, items, *off, *saw_another_price)
            }
            Deed::Reprice { order, line, price } => self.reprice(*order, *line, *price),
            Deed::Begin { order } => self.begin(*order),
            Deed::Callback { order, txn, amount } => {
                self.money_comes(*order, *txn, *amount);
                Ok(Heard::Done)
            }
            Deed::PayUntold { order } => self.pay_untold(*order),
            Deed::Return { order } => {
                self.come_back(*order);
                Ok(Heard::Done)
            }
            Deed::Cancel { order, by_shopper } => self.close(*order, if *by_shopper { 1 } else { 4 }),
            Deed::Refund { order, amount } => self.refund(*order, *amount, refund),
            Deed::Till(mood) => {
                self.mood = *mood;
                Ok(Heard::Done)
            }
            Deed::RefundNews { order, refund, attempt, well } => self.news(*order, *refund, *attempt, *well),
            Deed::Retry { order, refund } => self.retry(*order, *refund),
            Deed::Ship { order, waybill, carried, items } => self.ship(*order, *waybill, *carried, items),
            Deed::Carrier { waybill, steps } => {
                self.carrier(*waybill, steps);
                Ok(Heard::Done)
            }
            Deed::Confirm { order, owner } => self.confirm(*order, *owner),
            Deed::Receive { sku, pieces } => {
                self.levels[*sku].received += pieces;
                self.levels[*sku].available += pieces;
                Ok(Heard::Done)
            }
            Deed::Count { sku, by } => self.count(*sku, *by),
            Deed::Wait { ms } => {
                self.now += ms;
                Ok(Heard::Done)
            }
            Deed::Drain => {
                self.drain();
                Ok(Heard::Done)
            }
        }
    }

    /// The place of an order that was not placed stays empty.
    pub(super) fn make_room(&mut self, deed: &Deed) {
        if let Deed::Place { order, .. } = deed {
            self.orders.resize(self.orders.len().max(order + 1), None);
        }
    }

    pub(super) fn order(&mut self, at: usize) -> &mut Order {
        self.orders[at].as_mut().unwrap()
    }

    pub(super) fn place(&mut self, at: usize, items: &[(usize, i64)], off: i64, wrong: bool) -> Act {
        let gross: Vec<i64> = items.iter().map(|(sku, n)| PRICES[*sku] * n).collect();
        let goods: i64 = gross.iter().sum();
        if off > goods {
            return Err("trade.amount");
        }
        if wrong {
            return Err("trade.price_changed");
        }
        if items.iter().any(|(sku, n)| self.levels[*sku].available < *n) {
            return Err("trade.sold_out");
        }
        let weights: Vec<u64> = gross.iter().map(|g| g.unsigned_abs()).collect();
        let shares = allocate(off, &weights);
        let lines = items.iter().zip(gross.iter().zip(shares)).map(|((sku, quantity), (gross, share))| {
            Line { sku: *sku, quantity: *quantity, shipped: 0, estimate: gross - share }
        });
        let total = goods - off;
        let payment =
            Payment { paying: Paying::Open, amount: total, bill: None, closing: false, refunds: Vec::new() };
        self.orders[at] = Some(Order {
            state: if total == 0 { ToShip } else { Unpaid },
            lines: lines.collect(),
            total,
            refunded: 0,
            cancel_type: None,
            confirm_type: None,
            parcels: Vec::new(),
            payment: (total > 0).then_some(payment),
            expires: self.now + minute_ms(30),
            confirms: None,
            to_settle: false,
        });
        for (sku, n) in items {
            let level = &mut self.levels[*sku];
            level.available -= n;
            let taken = if total == 0 { &mut level.sold } else { &mut level.reserved };
            *taken += n;
        }
        Ok(Heard::Placed(total))
    }

    pub(super) fn reprice(&mut self, at: usize, line: usize, price: i64) -> Act {
        let order = self.order(at);
        if order.state != Unpaid {
            return Err("trade.state");
        }
        if !(1..=order.lines[line].estimate).contains(&price) {
            return Err("trade.new_price");
        }
        let payment = order.payment.as_mut().unwrap();
        if payment.bill.is_some() {
            return Err("trade.payment_begun");
        }
        // A change replaces the one before.
        let others: i64 = order.lines.iter().map(|l| l.estimate).sum::<i64>() - order.lines[line].estimate;
        order.total = others + price;
        payment.amount = order.total;
        Ok(Heard::Done)
    }

    pub(super) fn close(&mut self, at: usize, cancel_type: i64) -> Act {
        let order = self.orders[at].as_mut().unwrap();
        if order.state != Unpaid {
            return Err("trade.state");
        }
        order.state = Cancelled;
        order.cancel_type = Some(cancel_type);
        let payment = order.payment.as_mut().unwrap();
        payment.paying = Paying::Closed;
        payment.closing = payment.bill.is_some();
        for line in &order.lines {
            self.levels[line.sku].reserved -= line.quantity;
            self.levels[line.sku].available += line.quantity;
        }
        Ok(Heard::Done)
    }

    pub(super) fn count(&mut self, sku: usize, by: i64) -> Act {
        let level = &mut self.levels[sku];
        if by == 0 {
            return Err("stock.nothing_to_change");
        }
        if level.available + by < 0 {
            return Err("stock.not_enough");
        }
        level.corrected += by;
        level.available += by;
        Ok(Heard::Done)
    }
}
