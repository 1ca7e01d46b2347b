//! Two weeks of trade: orders that are paid, shipped, followed, confirmed, settled and given back, each through the
//! use cases that the API calls.

use anyhow::{Context, Result};
use face::App;
use kernel::{Caller, Item, OrderId, Scope, day_ms, minute_ms};
use logistics::{RecordSteps, Step};
use sandbox::{Approve, Notices};
use trade::{Cancel, Confirm, Place, Placed, PutInCart, RefundOrder, Ship, ShipParcel};

use super::{
    people,
    world::{ShopMade, ShopperMade, World, settle_down},
};

/// How far back the trade begins, in days.
pub(super) const DAYS: i64 = 14;
/// What happens on one day happens this far apart.
const APART_MS: i64 = minute_ms(23);

/// How an order goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Course {
    /// Paid at once, shipped on the next day, then a step a day until it is confirmed: as far as today.
    Usual,
    /// Paid, and not shipped yet.
    Waiting,
    /// Not paid yet.
    Unpaid,
    /// Given up by the shopper before it was paid.
    Cancelled,
    /// Given back in full before it was shipped.
    Refunded,
    /// Something was broken: a part is given back after it has come.
    PartRefunded,
}

/// An order of the demo.
struct Plan {
    /// On which day it is placed; 0 is the first, [`DAYS`] is today.
    day: i64,
    shop: usize,
    shopper: usize,
    /// Places of product and sku on the shelf, and how many.
    lines: &'static [(usize, usize, i64)],
    course: Course,
}

const fn plan(
    day: i64,
    (shop, shopper): (usize, usize),
    lines: &'static [(usize, usize, i64)],
    course: Course,
) -> Plan {
    Plan { day, shop, shopper, lines, course }
}

use Course::{Cancelled, PartRefunded, Refunded, Unpaid, Usual, Waiting};

const PLANS: [Plan; 24] = [
    plan(0, (0, 0), &[(0, 1, 1), (13, 0, 2)], Usual),
    plan(0, (1, 1), &[(0, 1, 1)], Usual),
    plan(1, (2, 2), &[(0, 2, 1)], Usual),
    plan(1, (0, 3), &[(7, 1, 2)], PartRefunded),
    plan(2, (1, 4), &[(7, 2, 2), (7, 5, 1)], Usual),
    plan(2, (2, 0), &[(8, 1, 1)], Cancelled),
    plan(3, (0, 1), &[(4, 0, 1), (8, 0, 1), (9, 0, 1)], Usual),
    plan(4, (1, 2), &[(11, 1, 1)], Usual),
    plan(4, (2, 3), &[(3, 2, 1), (10, 0, 1)], Usual),
    plan(5, (0, 4), &[(12, 1, 1)], Refunded),
    plan(6, (1, 0), &[(4, 0, 4), (4, 1, 4)], PartRefunded),
    plan(7, (2, 1), &[(1, 1, 1), (2, 0, 1)], Usual),
    plan(7, (0, 2), &[(2, 2, 1)], Usual),
    plan(8, (1, 3), &[(8, 1, 1)], Usual),
    plan(9, (2, 4), &[(9, 0, 1)], Usual),
    plan(10, (0, 0), &[(1, 1, 2)], Usual),
    plan(11, (1, 1), &[(10, 0, 1)], Usual),
    plan(12, (2, 2), &[(6, 0, 1), (5, 0, 1)], Usual),
    plan(13, (0, 3), &[(5, 0, 2)], Usual),
    plan(13, (1, 4), &[(12, 0, 1)], Waiting),
    plan(14, (2, 0), &[(4, 0, 1)], Waiting),
    plan(14, (0, 1), &[(3, 1, 1)], Waiting),
    plan(14, (0, 4), &[(6, 0, 1), (11, 1, 1)], Unpaid),
    plan(14, (1, 2), &[(5, 1, 1)], Unpaid),
];

/// What lies in carts: shopper, shop, product, sku, how many.
const CARTS: [(usize, usize, usize, usize, i64); 3] = [(0, 1, 2, 0, 1), (0, 2, 7, 0, 1), (3, 0, 10, 1, 2)];

/// Lets the two weeks pass. Where time can't begin in the past it is today all the while.
pub(super) async fn trade(app: &App, world: &World, past: bool) -> Result<()> {
    let mut placed: Vec<Option<Placed>> = vec![None; PLANS.len()];
    for day in 0..=DAYS {
        let mut spent = 0;
        for (number, (plan, placed)) in (1..).zip(PLANS.iter().zip(&mut placed)) {
            let one = Trade { app, world, plan, number };
            if one.act(day - plan.day, placed).await.with_context(|| format!("order {number}"))?
                && past
                && day < DAYS
            {
                app.store.advance(APART_MS).await?;
                spent += APART_MS;
            }
        }
        settle_down(&app.store).await?;
        if past && day < DAYS {
            app.store.advance(day_ms(1) - spent).await?;
            settle_down(&app.store).await?;
        }
    }
    fill_carts(app, world).await
}

async fn fill_carts(app: &App, world: &World) -> Result<()> {
    for (shopper, shop, product, sku, quantity) in CARTS {
        let (shopper, shop) = (world.shopper(shopper)?, world.shop(shop)?);
        let put = PutInCart { shop: shop.id, sku: shop.sku(product, sku)?, quantity };
        app.store.write(&Caller::shopper(shopper.id), put).await?;
    }
    Ok(())
}

/// One order on its way.
struct Trade<'a> {
    app: &'a App,
    world: &'a World,
    plan: &'static Plan,
    /// Its place in the list, from 1.
    number: usize,
}

/// Codes of track steps (`docs/wire/express.md`).
const PICKED_UP: i64 = 100_001;
const IN_TRANSIT: i64 = 200_001;
const OUT_FOR_DELIVERY: i64 = 300_002;
const SIGNED: i64 = 300_003;

impl Trade<'_> {
    /// Does what happens so many days after the order was placed; false if nothing does.
    async fn act(&self, age: i64, placed: &mut Option<Placed>) -> Result<bool> {
        if age == 0 {
            *placed = Some(self.begin().await?);
            return Ok(true);
        }
        let Some(placed) = placed else { return Ok(false) };
        let order = placed.order;
        match (self.plan.course, age) {
            (Refunded, 1) => self.give_back(order, placed.total, "买家不想要了").await?,
            (Usual | PartRefunded, 1) => self.ship(order).await?,
            (Usual | PartRefunded, 2) => self.track(IN_TRANSIT).await?,
            (Usual | PartRefunded, 3) => self.track(OUT_FOR_DELIVERY).await?,
            (Usual | PartRefunded, 4) => self.track(SIGNED).await?,
            (PartRefunded, 5) => self.give_back(order, placed.total / 5, "有一件破损，补偿").await?,
            (Usual, 5) | (PartRefunded, 6) => self.confirm(order).await?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn shop(&self) -> Result<&ShopMade> {
        self.world.shop(self.plan.shop)
    }

    fn shopper(&self) -> Result<&ShopperMade> {
        self.world.shopper(self.plan.shopper)
    }

    /// The shopper, at the shop.
    fn customer(&self) -> Result<Caller> {
        Ok(Caller::shopper(self.shopper()?.id).within(Scope::Shop(self.shop()?.id)))
    }

    async fn begin(&self) -> Result<Placed> {
        let shop = self.shop()?;
        let item = |(product, sku, quantity): &(usize, usize, i64)| -> Result<Item> {
            Ok(Item { sku: shop.sku(*product, *sku)?, quantity: *quantity })
        };
        let place = Place {
            shopper: None,
            items: self.plan.lines.iter().map(item).collect::<Result<_>>()?,
            receiver: Some(self.shopper()?.address.clone()),
            customer_notes: String::new(),
            discount: None,
            expected_total: None,
        };
        let placed = self.app.store.write(&self.customer()?, place).await?;
        match self.plan.course {
            Unpaid => {}
            Cancelled => self.app.store.write(&self.customer()?, Cancel { order: placed.order }).await?,
            _ => self.pay(&placed).await?,
        }
        Ok(placed)
    }

    /// The shopper pays in the sandbox; that its notice gets lost saves the wait for it.
    async fn pay(&self, placed: &Placed) -> Result<()> {
        let payment = placed.payment.context("there is something to pay")?;
        let (store, shopper) = (&self.app.store, Caller::shopper(self.shopper()?.id));
        let intake = self.app.service::<pay::Intake>()?;
        let start = pay::Start { payment, channel: sandbox::NAME.into(), return_path: None, key: None };
        let cashier = intake.start(store, &shopper, &start).await?.cashier_url;
        let bill = cashier.rsplit('/').next().and_then(|last| last.parse().ok());
        let bill = bill.context("the sandbox's cashier names no bill")?;
        let approve = Approve { bill, notices: Some(Notices::Lost), delay_ms: None };
        store.write(&Caller::system(Scope::Platform), approve).await?;
        intake.ask(store, &shopper, payment).await?;
        Ok(())
    }

    fn delivery_id(&self) -> &'static str {
        ["SF", "ZTO", "YTO"].get(self.plan.shop).copied().unwrap_or("SF")
    }

    fn waybill_id(&self) -> String {
        format!("{}2026{:08}", self.delivery_id(), 70_310 + self.number * 17)
    }

    async fn ship(&self, order: OrderId) -> Result<()> {
        let parcel = ShipParcel {
            delivery_id: self.delivery_id().into(),
            waybill_id: self.waybill_id(),
            deliver_type: 1,
            items: Vec::new(),
        };
        self.app.store.write(&self.shop()?.clerk, Ship { order, parcels: vec![parcel] }).await?;
        self.track(PICKED_UP).await
    }

    /// The carrier tells of a step.
    async fn track(&self, action: i64) -> Result<()> {
        let shop = self.shop()?;
        let from = people::SHOPS.get(self.plan.shop).context("no such shop")?.place.city();
        let to = &self.shopper()?.address.city_name;
        let words = match action {
            PICKED_UP => format!("【{from}】快递员已揽收"),
            IN_TRANSIT => format!("快件已离开【{from}】，发往【{to}】"),
            OUT_FOR_DELIVERY => format!("【{to}】快递员正在派送，请保持电话畅通"),
            _ => format!("【{to}】已签收，签收人：本人"),
        };
        let news = RecordSteps {
            delivery_id: self.delivery_id().into(),
            waybill_id: self.waybill_id(),
            steps: vec![Step::new(self.app.store.now(), action, words)],
        };
        self.app.store.write(&Caller::system(Scope::Shop(shop.id)), news).await?;
        Ok(())
    }

    async fn confirm(&self, order: OrderId) -> Result<()> {
        Ok(self.app.store.write(&self.customer()?, Confirm { order }).await?)
    }

    async fn give_back(&self, order: OrderId, amount: i64, reason: &str) -> Result<()> {
        let refund = RefundOrder { order, amount, reason: reason.into() };
        self.app.store.write(&self.shop()?.service, refund).await?;
        Ok(())
    }
}
