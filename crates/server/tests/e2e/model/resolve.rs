//! Gives a draw its order, its lines and its amounts, from what the model knows.

use trade::OrderState::{Cancelled, PartShipped, Refunded, Shipped, ToShip, Unpaid};

use super::{
    books::{Books, Order, PRICES, Paying, SIGNED},
    deed::Deed,
    op::{ANY_ORDER, Load, Much, Off, Op, Tells},
};

/// What a carrier tells; the last one is said of what nobody expects any more.
const STEPS: [i64; 6] = [100_001, 200_001, 300_002, 300_004, SIGNED, SIGNED];

/// The next free places.
#[derive(Debug, Clone, Default)]
pub(super) struct Fresh {
    orders: usize,
    waybills: usize,
}

/// Takes the next one.
fn take(next: &mut usize) -> usize {
    *next += 1;
    *next - 1
}

/// The deed; none where there is nobody to do it to.
pub(super) fn resolve(books: &Books, fresh: &mut Fresh, op: &Op) -> Option<Deed> {
    Some(match op {
        Op::Place { shopper, pieces, off, saw_another_price } => {
            let items = items(pieces);
            let goods: i64 = items.iter().map(|(sku, n)| PRICES[*sku] * n).sum();
            let off = match off {
                Off::Nothing => 0,
                Off::Half => goods / 2,
                Off::All => goods,
                Off::TooMuch => goods + 1,
            };
            let (order, shopper) = (take(&mut fresh.orders), usize::from(*shopper));
            Deed::Place { order, shopper, items, off, saw_another_price: *saw_another_price }
        }
        Op::Reprice { order, line, percent } => {
            let (order, of) = pick(books, *order, |o| o.state == Unpaid)?;
            let line = usize::from(*line) % of.lines.len();
            Deed::Reprice { order, line, price: of.lines[line].estimate * i64::from(*percent) / 100 }
        }
        Op::Begin { order } => Deed::Begin { order: payable(books, *order)?.0 },
        Op::Callback { order, tells } => callback(books, *order, *tells)?,
        Op::PayUntold { order } => {
            let (order, of) = payable(books, *order)?;
            of.payment.as_ref()?.bill?;
            Deed::PayUntold { order }
        }
        Op::Return { order } => Deed::Return { order: payable(books, *order)?.0 },
        Op::Cancel { order, by_shopper } => {
            Deed::Cancel { order: pick(books, *order, |o| o.state == Unpaid)?.0, by_shopper: *by_shopper }
        }
        Op::Refund { order, much } => {
            let (order, of) = pick(books, *order, gives_back)?;
            let rest = of.total - of.refunded;
            let amount = match much {
                Much::Percent(n) => of.total * i64::from(*n) / 100,
                Much::TheRest => rest,
                Much::Above => rest + 1,
            };
            Deed::Refund { order, amount }
        }
        Op::Till(mood) => Deed::Till(*mood),
        Op::RefundNews { order, refund, well } => {
            let (order, refund, attempt) = a_refund(books, *order, *refund)?;
            Deed::RefundNews { order, refund, attempt, well: *well }
        }
        Op::Retry { order, refund } => {
            let (order, refund, _) = a_refund(books, *order, *refund)?;
            Deed::Retry { order, refund }
        }
        Op::Ship { order, load } => ship(books, fresh, *order, *load)?,
        Op::Carrier { order, parcel, steps } => {
            let (_, of) = pick(books, *order, |o| o.parcels.iter().any(|p| p.carried && !p.told_signed))?;
            let parcels: Vec<_> = of.parcels.iter().filter(|p| p.carried).collect();
            let parcel = parcels.get(usize::from(*parcel) % parcels.len().max(1))?;
            let steps = steps.iter().map(|n| STEPS[usize::from(*n) % STEPS.len()]).collect();
            Deed::Carrier { waybill: parcel.waybill, steps }
        }
        Op::Confirm { order, owner } => {
            Deed::Confirm { order: pick(books, *order, |o| o.state == Shipped)?.0, owner: *owner }
        }
        Op::Receive { sku, pieces } => Deed::Receive { sku: sku_of(*sku), pieces: i64::from(*pieces) },
        Op::Count { sku, by } => Deed::Count { sku: sku_of(*sku), by: i64::from(*by) },
        Op::Wait(span) => Deed::Wait { ms: span.ms() },
        Op::Drain => Deed::Drain,
        Op::AtOnce(_) => return None,
    })
}

fn sku_of(n: u8) -> usize {
    usize::from(n) % PRICES.len()
}

/// A sku stands in an order once.
fn items(pieces: &[(u8, u8)]) -> Vec<(usize, i64)> {
    let mut items: Vec<(usize, i64)> = Vec::new();
    for (sku, n) in pieces {
        if !items.iter().any(|(other, _)| *other == sku_of(*sku)) {
            items.push((sku_of(*sku), i64::from(*n)));
        }
    }
    items
}

fn nth(books: &Books, n: u8, wanted: impl Fn(&Order) -> bool) -> Option<(usize, &Order)> {
    let all = books.orders.iter().enumerate().filter_map(|(at, order)| Some((at, order.as_ref()?)));
    let found: Vec<_> = all.filter(|(_, order)| wanted(order)).collect();
    let last = found.len().checked_sub(1)?;
    found.get(last - usize::from(n) % found.len()).copied()
}

/// One of those to which it may be done, or any.
fn pick(books: &Books, n: u8, may: impl Fn(&Order) -> bool) -> Option<(usize, &Order)> {
    let wanted = if n < ANY_ORDER { nth(books, n, may) } else { None };
    wanted.or_else(|| nth(books, n, |_| true))
}

/// One that may be paid, or any that costs something.
fn payable(books: &Books, n: u8) -> Option<(usize, &Order)> {
    let (at, order) = pick(books, n, |order| order.state == Unpaid)?;
    order.payment.as_ref().map(|_| (at, order))
}

fn gives_back(order: &Order) -> bool {
    let paid = !matches!(order.state, Unpaid | Cancelled | Refunded);
    paid && order.payment.is_some() && order.refunded < order.total
}

fn callback(books: &Books, order: u8, tells: Tells) -> Option<Deed> {
    let (order, of) = payable(books, order)?;
    let payment = of.payment.as_ref()?;
    let (txn, amount) = match tells {
        Tells::TheSum => (0, payment.amount),
        Tells::AnotherSum => (0, payment.amount + 1),
        Tells::AnotherTransaction => (1, payment.amount),
    };
    // The till's own transaction comes to what its bill asks for.
    let amount = payment.bill.filter(|_| txn == 0 && payment.paying == Paying::Open).map_or(amount, |b| b.1);
    Some(Deed::Callback { order, txn, amount })
}

fn a_refund(books: &Books, order: u8, n: u8) -> Option<(usize, kernel::RefundId, i64)> {
    let refunds = |order: &Order| order.payment.as_ref().map_or(0, |p| p.refunds.len());
    let (order, of) = nth(books, order, |order| refunds(order) > 0)?;
    let refund = of.payment.as_ref()?.refunds.get(usize::from(n) % refunds(of))?;
    Some((order, refund.id?, refund.attempt))
}

fn ship(books: &Books, fresh: &mut Fresh, order: u8, load: Load) -> Option<Deed> {
    let (order, of) = pick(books, order, |o| matches!(o.state, ToShip | PartShipped))?;
    let line_of = |n: u8| usize::from(n) % of.lines.len();
    let (items, carried) = match load {
        Load::TheRest => (Vec::new(), true),
        Load::WithoutCarrier => (Vec::new(), false),
        Load::Some { line, pieces } => (vec![(line_of(line), i64::from(pieces))], true),
        Load::TooMuch { line } => (vec![(line_of(line), of.lines[line_of(line)].quantity + 1)], true),
    };
    Some(Deed::Ship { order, waybill: take(&mut fresh.waybills), carried, items })
}
