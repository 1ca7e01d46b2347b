//! Does deeds in a shop, through the same use cases as everybody, and looks at what came of them.

use kernel::{Caller, Currency, Cursor, Fault, Item, OrderId, PageSize, PaymentId, Scope};
use ledger::{Account, AccountKind};
use logistics::{RecordSteps, Step};
use pay::{AnomalyKind, BillNo, RawNotice, RefundNo, RetryRefund, Start};
use stock::{Change, Correction, Movement};
use store::{Command, Snapshot};
use trade::{Cancel, Confirm, OrderDiscount, Place, RefundOrder, Reprice, Ship, ShipParcel};

use super::{
    books::Level,
    deed::{BILL_OVER, Deed, Heard, NOT_TAKEN},
    house::Scene,
    shown::{Shown, ShownOrder, ShownPayment, ShownRefund},
    till::{TILL, told_paid, told_refund},
};

/// Every parcel travels with the one carrier.
const CARRIER: &str = "TEST";

fn heard<T>(result: Result<T, impl Fault>, well: impl FnOnce(T) -> Heard) -> Heard {
    result.map_or_else(|e| Heard::Refused(e.code()), well)
}

impl Scene<'_> {
    /// Does the deed.
    pub(super) async fn act(&self, deed: &Deed) -> Heard {
        match deed {
            Deed::Place { order, shopper, items, off, saw_another_price } => {
                self.place(*order, *shopper, items, *off, *saw_another_price).await
            }
            Deed::Reprice { order, line, price } => self.reprice(*order, *line, *price).await,
            Deed::Begin { order } => self.begin(*order).await,
            Deed::Callback { order, txn, amount } => {
                self.notice(told_paid(&self.bill(*order), *txn, *amount)).await
            }
            Deed::PayUntold { order } => {
                if self.house.till.pay(self.bill(*order)) {
                    Heard::Done
                } else {
                    Heard::Refused(BILL_OVER)
                }
            }
            Deed::Return { order } => self.come_back(*order).await,
            Deed::Cancel { order, by_shopper } => {
                let caller = if *by_shopper { self.buyer_of(*order).await } else { self.owner() };
                self.write(&caller, Cancel { order: self.order(*order) }).await
            }
            Deed::Refund { order, amount } => {
                let refund =
                    RefundOrder { order: self.order(*order), amount: *amount, reason: "late".into() };
                heard(self.house.store.write(&self.owner(), refund).await, Heard::Refund)
            }
            Deed::Till(mood) => {
                self.house.till.set(*mood);
                Heard::Done
            }
            Deed::RefundNews { refund, attempt, well, .. } => {
                let no = RefundNo { shop: self.shop, refund: *refund, attempt: *attempt };
                self.notice(told_refund(&no, *well)).await
            }
            Deed::Retry { refund, .. } => self.write(&self.owner(), RetryRefund { refund: *refund }).await,
            Deed::Ship { order, waybill, carried, items } => {
                self.ship(*order, *waybill, *carried, items).await
            }
            Deed::Carrier { waybill, steps } => self.carrier(*waybill, steps).await,
            Deed::Confirm { order, owner } => self.confirm(*order, *owner).await,
            Deed::Receive { sku, pieces } => {
                let (sku, product) = (self.skus[*sku], self.product);
                self.write(&self.owner(), Movement { sku, product, quantity: *pieces, note: None }).await
            }
            Deed::Count { sku, by } => {
                let (sku, product) = (self.skus[*sku], self.product);
                let change = Change::By(*by);
                self.write(&self.owner(), Correction { sku, product, change, note: None }).await
            }
            Deed::Wait { ms } => {
                self.house.store.advance(*ms).await.unwrap();
                Heard::Done
            }
            Deed::Drain => {
                self.house.drain().await;
                Heard::Done
            }
        }
    }

    async fn write<C: Command>(&self, caller: &Caller, command: C) -> Heard {
        heard(self.house.store.write(caller, command).await, |_| Heard::Done)
    }

    fn placed(&self, order: usize) -> trade::Placed {
        self.orders.lock().unwrap()[order].clone().unwrap()
    }

    fn order(&self, order: usize) -> OrderId {
        self.placed(order).order
    }

    fn payment(&self, order: usize) -> PaymentId {
        self.placed(order).payment.unwrap()
    }

    fn bill(&self, order: usize) -> BillNo {
        BillNo { scope: Scope::Shop(self.shop), payment: self.payment(order), attempt: 1 }
    }

    async fn read(&self) -> (Snapshot, kernel::Ctx) {
        let ctx = self.house.store.ctx(&self.owner()).await.unwrap();
        (self.house.store.read().await.unwrap(), ctx)
    }

    async fn get(&self, order: usize) -> trade::Order {
        let (mut tx, ctx) = self.read().await;
        trade::get(&mut tx, &ctx, self.order(order)).await.unwrap()
    }

    async fn buyer_of(&self, order: usize) -> Caller {
        Caller::shopper(self.get(order).await.shopper).within(Scope::Shop(self.shop))
    }

    async fn place(
        &self,
        at: usize,
        shopper: usize,
        items: &[(usize, i64)],
        off: i64,
        saw_another_price: bool,
    ) -> Heard {
        {
            let mut orders = self.orders.lock().unwrap();
            let len = orders.len().max(at + 1);
            orders.resize(len, None);
        }
        let discount = (off > 0).then(|| OrderDiscount { reason: "drawn".into(), amount: off });
        // Only the program itself may give a discount.
        let (caller, named) = match &discount {
            None => (self.buyer(shopper), None),
            Some(_) => (self.owner(), Some(self.shopper(shopper))),
        };
        let place = Place {
            shopper: named,
            items: items.iter().map(|(sku, n)| Item { sku: self.skus[*sku], quantity: *n }).collect(),
            receiver: Some(self.house.address.clone()),
            customer_notes: String::new(),
            discount,
            expected_total: saw_another_price.then_some(-1),
        };
        heard(self.house.store.write(&caller, place).await, |placed| {
            let total = placed.total;
            self.orders.lock().unwrap()[at] = Some(placed);
            Heard::Placed(total)
        })
    }

    async fn reprice(&self, at: usize, line: usize, price: i64) -> Heard {
        let order = self.get(at).await;
        let lines = vec![(order.lines[line].sku, price)];
        self.write(&self.owner(), Reprice { order: order.id, lines, freight: None }).await
    }

    async fn begin(&self, at: usize) -> Heard {
        let payment = self.payment(at);
        let start = Start { payment, channel: TILL.into(), return_path: None, key: None };
        let caller = Caller::shopper(self.get(at).await.shopper);
        heard(self.house.intake.start(&self.house.store, &caller, &start).await, |_| Heard::Done)
    }

    async fn notice(&self, body: Vec<u8>) -> Heard {
        let raw = RawNotice { headers: Vec::new(), body, wall: self.house.store.wall() };
        heard(self.house.intake.notice(&self.house.store, TILL, &raw).await, |receipt| {
            if receipt.status == 200 { Heard::Done } else { Heard::Refused(NOT_TAKEN) }
        })
    }

    async fn come_back(&self, at: usize) -> Heard {
        let caller = Caller::shopper(self.get(at).await.shopper);
        heard(self.house.intake.ask(&self.house.store, &caller, self.payment(at)).await, |_| Heard::Done)
    }

    async fn ship(&self, at: usize, waybill: usize, carried: bool, items: &[(usize, i64)]) -> Heard {
        let order = self.get(at).await;
        let items = items.iter().map(|(line, n)| Item { sku: order.lines[*line].sku, quantity: *n });
        let parcel = ShipParcel {
            delivery_id: CARRIER.into(),
            waybill_id: name_of(waybill),
            deliver_type: if carried { 1 } else { 3 },
            items: items.collect(),
        };
        self.write(&self.owner(), Ship { order: order.id, parcels: vec![parcel] }).await
    }

    async fn carrier(&self, waybill: usize, steps: &[i64]) -> Heard {
        let now = self.house.store.now();
        let steps = steps.iter().map(|code| Step::new(now, *code, "a step")).collect();
        let (delivery_id, waybill_id) = (CARRIER.into(), name_of(waybill));
        self.write(&self.owner(), RecordSteps { delivery_id, waybill_id, steps }).await
    }

    async fn confirm(&self, at: usize, owner: bool) -> Heard {
        let order = self.get(at).await;
        let other = (0..2).find(|n| self.shopper(*n) != order.shopper).unwrap();
        let caller = if owner { self.buyer_of(at).await } else { self.buyer(other) };
        self.write(&caller, Confirm { order: order.id }).await
    }

    /// All that the rooms show.
    pub(super) async fn look(&self) -> Shown {
        let (mut tx, ctx) = self.read().await;
        let levels = stock::levels(&mut tx, self.shop, &self.skus).await.unwrap();
        let balance = settle::balance(&mut tx, &ctx).await.unwrap();
        let at_channels = of_account(&mut tx, &ctx, AccountKind::ChannelClearing, 0).await;
        let ours = of_account(&mut tx, &ctx, AccountKind::PlatformClearing, 0).await;
        let platform = ctx.as_system(Scope::Platform);
        let theirs = of_account(&mut tx, &platform, AccountKind::ShopClearing, self.shop.0).await;
        let placed = self.orders.lock().unwrap().clone();
        let mut orders = Vec::new();
        for placed in placed {
            orders.push(match placed {
                None => None,
                Some(placed) => Some(self.look_at(&mut tx, &ctx, placed.order).await),
            });
        }
        Shown {
            levels: levels.into_iter().map(level).collect(),
            orders,
            at_channels,
            pending: balance.pending,
            available: balance.available,
            fees: [ours, theirs],
            anomalies: anomalies(&mut tx, &platform, self.shop).await.len(),
        }
    }

    async fn look_at(&self, tx: &mut Snapshot, ctx: &kernel::Ctx, order: OrderId) -> ShownOrder {
        let order = trade::get(tx, ctx, order).await.unwrap();
        let parcels = trade::parcels(tx, &order).await.unwrap();
        let mut parcels: Vec<_> = parcels
            .iter()
            .map(|p| {
                (number_of(&p.waybill_id), p.items.iter().map(|i| i.quantity).sum(), p.signed_at.is_some())
            })
            .collect();
        parcels.sort_unstable();
        let payment = match order.payment {
            None => None,
            Some(payment) => Some(self.look_at_payment(tx, payment).await),
        };
        ShownOrder {
            state: order.state,
            total: order.total,
            refunded: order.refunded,
            cancel_type: order.cancel_type,
            confirm_type: order.confirm_type,
            lines: order.lines.iter().map(|l| (l.quantity, l.shipped)).collect(),
            parcels,
            payment,
        }
    }

    async fn look_at_payment(&self, tx: &mut Snapshot, payment: PaymentId) -> ShownPayment {
        let payment = pay::find(tx, self.shop, payment).await.unwrap().unwrap();
        let refunds = pay::refunds_of_order(tx, self.shop, payment.order).await.unwrap();
        let mut refunds: Vec<_> = refunds
            .iter()
            .map(|r| ShownRefund {
                id: Some(r.refund),
                amount: r.amount.minor,
                from: r.from,
                state: r.state,
                attempt: r.attempt,
            })
            .collect();
        refunds.sort_by_key(|r| r.id);
        let bill = BillNo { scope: Scope::Shop(self.shop), payment: payment.payment, attempt: 1 };
        let open = payment.state == pay::PaymentState::Open;
        ShownPayment {
            state: payment.state,
            amount: payment.amount.minor,
            captured: payment.captured,
            refunding: payment.refunding,
            refunded: payment.refunded,
            asked: if open { self.house.till.asked(bill) } else { None },
            refunds,
        }
    }

    /// The operator settles by hand what no payment could take.
    pub(super) async fn resolve_anomalies(&self) {
        let (mut tx, ctx) = self.read().await;
        let found = anomalies(&mut tx, &ctx.as_system(Scope::Platform), self.shop).await;
        drop(tx);
        for anomaly in found {
            let resolve = pay::ResolveAnomaly { owner: self.shop.0, anomaly, resolution: "sent back".into() };
            self.house.store.write(&Caller::system(Scope::Platform), resolve).await.unwrap();
        }
    }
}

/// The numbers of a shop's anomalies that wait for the operator.
async fn anomalies(tx: &mut Snapshot, ctx: &kernel::Ctx, shop: kernel::ShopId) -> Vec<i64> {
    let size = PageSize::new(PageSize::MAX).unwrap();
    let page = pay::anomalies(tx, ctx, Cursor::NEWEST, size).await.unwrap();
    let of_shop = page.items.into_iter().filter(|a| a.scope == Scope::Shop(shop) && a.resolved_at.is_none());
    of_shop.inspect(|a| assert_ne!(a.kind, AnomalyKind::NoSuchPayment)).map(|a| a.anomaly).collect()
}

async fn of_account(tx: &mut Snapshot, ctx: &kernel::Ctx, kind: AccountKind, owner: i64) -> i64 {
    ledger::balance(tx, ctx, Account { kind, owner }, Currency::CNY).await.unwrap()
}

fn name_of(waybill: usize) -> String {
    format!("W{waybill}")
}

fn number_of(waybill: &str) -> usize {
    waybill.trim_start_matches('W').parse().unwrap()
}

fn level(level: stock::Level) -> Level {
    let stock::Level { received, corrected, available, reserved, sold, returned, .. } = level;
    Level { received, corrected, available, reserved, sold, returned }
}
