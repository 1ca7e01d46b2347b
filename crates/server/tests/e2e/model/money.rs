//! The model's money: payments, refunds, settlements.

use kernel::RefundId;
use trade::OrderState::{Cancelled, Done, Refunded, ToShip, Unpaid};

use super::{
    books::{Act, Bill, Books, FEE_BPS, Going, Money, Paying, Refund},
    deed::{BILL_OVER, Heard, NOT_TAKEN},
    op::Mood,
};

/// The number under which a refund that the till carried out against its own word is noted.
const AFTER_ALL: u8 = u8::MAX;

impl Books {
    pub(super) fn begin(&mut self, at: usize) -> Act {
        let now = self.now;
        let order = self.order(at);
        let payment = order.payment.as_mut().unwrap();
        match payment.paying {
            Paying::Captured { .. } => Err("pay.already_paid"),
            Paying::Closed => Err("pay.closed"),
            Paying::Open if order.expires <= now => Err("pay.expired"),
            Paying::Open => {
                payment.bill.get_or_insert((Bill::Waiting, payment.amount));
                Ok(Heard::Done)
            }
        }
    }

    pub(super) fn pay_untold(&mut self, at: usize) -> Act {
        match &mut self.order(at).payment.as_mut().unwrap().bill {
            Some((bill @ Bill::Waiting, _)) => {
                *bill = Bill::Paid;
                Ok(Heard::Done)
            }
            _ => Err(BILL_OVER),
        }
    }

    pub(super) fn come_back(&mut self, at: usize) {
        let payment = self.order(at).payment.as_ref().unwrap();
        if let (Paying::Open, Some((Bill::Paid, amount))) = (payment.paying, payment.bill) {
            self.money_comes(at, 0, amount);
        }
    }

    /// The one way in for money, whoever tells of it.
    pub(super) fn money_comes(&mut self, at: usize, txn: u8, amount: i64) {
        let order = self.orders[at].as_mut().unwrap();
        let payment = order.payment.as_mut().unwrap();
        match payment.paying {
            Paying::Captured { txn: before } if before == txn => return,
            Paying::Open | Paying::Closed if payment.amount == amount => {}
            _ => {
                self.anomalies.insert((at, txn));
                return;
            }
        }
        let late = payment.paying == Paying::Closed;
        payment.paying = Paying::Captured { txn };
        self.money.at_channels += amount;
        self.money.pending += amount;
        if late {
            let back = Refund { id: None, amount, of_balance: false, going: Going::Requested, attempt: 1 };
            payment.refunds.push(back);
            return;
        }
        order.state = ToShip;
        for line in &order.lines {
            self.levels[line.sku].reserved -= line.quantity;
            self.levels[line.sku].sold += line.quantity;
        }
    }

    pub(super) fn refund(&mut self, at: usize, amount: i64, id: Option<RefundId>) -> Act {
        let free = self.money.balance - self.money.held;
        let order = self.orders[at].as_mut().unwrap();
        if matches!(order.state, Unpaid | Cancelled | Refunded) {
            return Err("trade.state");
        }
        let Some(payment) = &mut order.payment else { return Err("trade.refund_amount") };
        if !(1..=order.total - order.refunded).contains(&amount) {
            return Err("trade.refund_amount");
        }
        let of_balance = order.state == Done;
        if of_balance && free < amount {
            return Err("ledger.overdraft");
        }
        payment.refunds.push(Refund { id, amount, of_balance, going: Going::Requested, attempt: 1 });
        self.money.held += if of_balance { amount } else { 0 };
        order.refunded += amount;
        if order.state == ToShip && order.refunded == order.total {
            order.state = Refunded;
            order.cancel_type = Some(3);
            for line in &order.lines {
                self.levels[line.sku].returned += line.quantity;
                self.levels[line.sku].available += line.quantity;
            }
        }
        Ok(id.map_or(Heard::Done, Heard::Refund))
    }

    pub(super) fn refund_of(&mut self, at: usize, id: RefundId) -> &mut Refund {
        let refunds = &mut self.order(at).payment.as_mut().unwrap().refunds;
        refunds.iter_mut().find(|r| r.id == Some(id)).unwrap()
    }

    pub(super) fn news(&mut self, at: usize, id: RefundId, attempt: i64, well: bool) -> Act {
        let refund = self.refund_of(at, id);
        let same = refund.attempt == attempt;
        match (refund.going, well) {
            (Going::Sent, _) if same => {
                let (amount, of_balance) = (refund.amount, refund.of_balance);
                refund.going = if well { Going::Done } else { Going::Failed };
                self.money.ended(amount, of_balance, well);
                Ok(Heard::Done)
            }
            (Going::Done, true) | (Going::Failed, false) if same => Ok(Heard::Done),
            (_, true) => {
                self.anomalies.insert((at, AFTER_ALL));
                Ok(Heard::Done)
            }
            (_, false) => Err(NOT_TAKEN),
        }
    }

    pub(super) fn retry(&mut self, at: usize, id: RefundId) -> Act {
        let free = self.money.balance - self.money.held;
        let refund = self.refund_of(at, id);
        if refund.going != Going::Failed {
            return Err("pay.refund_not_failed");
        }
        if refund.of_balance && free < refund.amount {
            return Err("ledger.overdraft");
        }
        refund.going = Going::Requested;
        refund.attempt += 1;
        let held = if refund.of_balance { refund.amount } else { 0 };
        self.money.held += held;
        Ok(Heard::Done)
    }

    pub(super) fn close_bill(&mut self, at: usize) {
        let Some(payment) = &mut self.order(at).payment else { return };
        if !std::mem::take(&mut payment.closing) {
            return;
        }
        match &mut payment.bill {
            Some((bill @ Bill::Waiting, _)) => *bill = Bill::Closed,
            Some((Bill::Paid, amount)) => {
                let amount = *amount;
                self.money_comes(at, 0, amount);
            }
            _ => {}
        }
    }

    /// What was given back while the money was pending is not settled; what was given back since came out of the balance.
    pub(super) fn settle(&mut self, at: usize) {
        let order = self.order(at);
        if !std::mem::take(&mut order.to_settle) {
            return;
        }
        let refunds = order.payment.iter().flat_map(|p| &p.refunds);
        let before: i64 = refunds.filter(|r| !r.of_balance).map(|r| r.amount).sum();
        let due = order.total - before;
        let fee = (due * FEE_BPS + 5_000) / 10_000;
        self.money.pending -= due;
        self.money.balance += due - fee;
        self.money.fees += fee;
    }

    pub(super) fn send_refunds(&mut self, at: usize) {
        let mood = self.mood;
        let Some(payment) = &mut self.orders[at].as_mut().unwrap().payment else { return };
        for refund in payment.refunds.iter_mut().filter(|r| r.going == Going::Requested) {
            refund.going = match mood {
                Mood::Pays => Going::Done,
                Mood::Promises | Mood::Sleeps => Going::Sent,
                Mood::Refuses => Going::Failed,
            };
            if refund.going != Going::Sent {
                self.money.ended(refund.amount, refund.of_balance, refund.going == Going::Done);
            }
        }
    }
}

impl Money {
    /// A refund came to an end.
    fn ended(&mut self, amount: i64, of_balance: bool, well: bool) {
        if of_balance {
            self.held -= amount;
        }
        if !well {
            return;
        }
        self.at_channels -= amount;
        let source = if of_balance { &mut self.balance } else { &mut self.pending };
        *source -= amount;
    }
}
