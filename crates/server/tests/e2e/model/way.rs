//! The model's parcels, and what happens by itself.

use kernel::day_ms;
use trade::OrderState::{Done, PartShipped, Shipped, ToShip, Unpaid};

use super::{
    books::{Act, Books, Line, Parcel, SIGNED},
    deed::Heard,
};

impl Books {
    pub(super) fn ship(&mut self, at: usize, waybill: usize, carried: bool, items: &[(usize, i64)]) -> Act {
        let now = self.now;
        let order = self.order(at);
        if !matches!(order.state, ToShip | PartShipped) {
            return Err("trade.state");
        }
        let open = |l: &Line| l.quantity - l.shipped;
        let rest = || order.lines.iter().map(open).enumerate().filter(|(_, n)| *n > 0).collect();
        let items: Vec<(usize, i64)> = if items.is_empty() { rest() } else { items.to_vec() };
        if items.iter().any(|(line, n)| *n > open(&order.lines[*line])) {
            return Err("trade.too_many_pieces");
        }
        for (line, n) in &items {
            order.lines[*line].shipped += n;
        }
        let pieces = items.iter().map(|(_, n)| n).sum();
        order.parcels.push(Parcel { waybill, carried, pieces, told_signed: false, signed: None });
        order.state = if order.lines.iter().all(|l| open(l) == 0) { Shipped } else { PartShipped };
        if order.state == Shipped {
            order.confirms = Some(now + day_ms(30));
        }
        Ok(Heard::Done)
    }

    pub(super) fn carrier(&mut self, waybill: usize, steps: &[i64]) {
        if !steps.contains(&SIGNED) {
            return;
        }
        for (at, order) in self.orders.iter_mut().enumerate().filter_map(|(at, o)| Some((at, o.as_mut()?))) {
            for parcel in order.parcels.iter_mut().filter(|p| p.waybill == waybill && !p.told_signed) {
                parcel.told_signed = true;
                self.signatures.push((at, waybill, self.now));
            }
        }
    }

    pub(super) fn confirm(&mut self, at: usize, owner: bool) -> Act {
        if !owner {
            return Err("trade.not_found");
        }
        self.finish(at, 1)
    }

    pub(super) fn finish(&mut self, at: usize, confirm_type: i64) -> Act {
        let order = self.order(at);
        if order.state != Shipped {
            return Err("trade.state");
        }
        order.state = Done;
        order.confirm_type = Some(confirm_type);
        order.to_settle = true;
        Ok(Heard::Done)
    }

    /// Events and jobs, until nothing is due.
    pub(super) fn drain(&mut self) {
        for (at, waybill, when) in std::mem::take(&mut self.signatures) {
            self.signed(at, waybill, when);
        }
        for at in 0..self.orders.len() {
            if self.orders[at].is_some() {
                self.do_due(at);
            }
        }
    }

    pub(super) fn signed(&mut self, at: usize, waybill: usize, when: i64) {
        let order = self.order(at);
        for parcel in order.parcels.iter_mut().filter(|p| p.waybill == waybill) {
            parcel.signed = Some(when);
        }
        let open = order.parcels.iter().any(|p| p.carried && p.signed.is_none());
        let last = order.parcels.iter().filter_map(|p| p.signed).max();
        if let (Shipped, false, Some(last)) = (order.state, open, last) {
            order.confirms = Some(last + day_ms(10));
        }
    }

    /// What is due of one order. Its expiry may find money, which then goes back.
    pub(super) fn do_due(&mut self, at: usize) {
        let now = self.now;
        let order = self.order(at);
        if order.state == Unpaid && order.expires <= now {
            self.close(at, 2).unwrap();
        }
        let order = self.order(at);
        if order.state == Shipped && order.confirms.is_some_and(|due| due <= now) {
            self.finish(at, 2).unwrap();
        }
        self.close_bill(at);
        self.settle(at);
        self.send_refunds(at);
    }
}
