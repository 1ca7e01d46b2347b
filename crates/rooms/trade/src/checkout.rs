//! A cart over several shops is checked out: an order with each, and one combined payment for all of them.
//!
//! Each order is placed by a command in its shop's scope, none in a transaction with another. What makes one checkout of
//! them lies with the shopper: the number of the try, which is part of every order's idempotency key, and the outcome.
//!
//! - A repeat with the same key takes up the try where it broke off, or gets the outcome.
//! - A shop that refuses ends the try for all: the number moves on first, so that the try can't succeed any more, then the
//!   orders that it has placed are cancelled. Those that a crash leaves behind are closed when their time is over.

use identity::Address;
use kernel::{
    Actor, Caller, Ctx, Fault, Item, Kind, OrderId, PaymentId, Scope, ShopId, ShopperId, clean_text,
};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use store::{Command, Key, Store, Tx, p};

use crate::{
    Cancel, Error, Place,
    place::{NOTES_MAX, quote},
    sql,
};

/// Most shops of a checkout.
pub(crate) const SHOPS_MAX: usize = 20;

/// A cart to be ordered and paid at once.
#[derive(Debug, Clone)]
pub struct Checkout {
    /// What is bought where, 1 to 20 different shops.
    pub baskets: Vec<Basket>,
    /// Where all of it goes.
    pub receiver: Address,
}

/// What is bought from one shop.
#[derive(Debug, Clone)]
pub struct Basket {
    /// The shop.
    pub shop: ShopId,
    /// What.
    pub items: Vec<Item>,
    /// The shopper's remark.
    pub customer_notes: String,
    /// The total that the shopper has seen and agreed to, minor units.
    pub expected_total: Option<i64>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedOut {
    /// The orders, one a shop, in the order of the baskets.
    pub orders: Vec<OrderOfShop>,
    /// The combined payment for all that is to be paid; none where nothing is.
    pub combined: Option<PaymentId>,
}

/// An order of a checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderOfShop {
    /// The shop.
    pub shop: ShopId,
    /// The order.
    pub order: OrderId,
    /// Its payment; none where nothing is to be paid.
    pub payment: Option<PaymentId>,
    /// To be paid, minor units.
    pub total: i64,
}

/// Checks a cart out, by the shopper. Refuses with `Shops`, or with what a shop's order is refused with, in `InShop`; then
/// no order stays. A failure that may pass by itself leaves the try to be taken up by a repeat with the same key.
pub async fn checkout(
    store: &Store,
    caller: &Caller,
    key: Key,
    wish: &Checkout,
) -> Result<CheckedOut, Error> {
    let shopper = match caller.actor {
        Actor::Shopper(shopper) => shopper,
        Actor::Anonymous => return Err(kernel::Denied::Unauthenticated.into()),
        _ => return Err(kernel::Denied::Forbidden.into()),
    };
    let shops: HashSet<_> = wish.baskets.iter().map(|b| b.shop).collect();
    if shops.len() != wish.baskets.len() || !(1..=SHOPS_MAX).contains(&shops.len()) {
        return Err(Error::Shops);
    }
    let home = caller.within(Scope::Shopper(shopper));
    let checkout = store.once(&home, key.clone(), BeginCheckout { wish: wish.clone() }).await?;
    let (round, outcome) = standing(store, shopper, checkout).await?;
    if let Some(done) = outcome {
        return Ok(done);
    }
    let key = Key { route: "trade.checkout".into(), key: format!("{checkout}.{round}"), ..key };
    let mut orders = Vec::new();
    let done = match place_all(store, caller, &key, wish, &mut orders).await {
        Ok(()) => store.write(&home, FinishCheckout { checkout, round, orders: orders.clone() }).await,
        Err(e) => Err(e),
    };
    let Err(why) = done else { return done };
    if matches!(why.kind(), Kind::Unavailable | Kind::Internal | Kind::TooMany) {
        return Err(why);
    }
    if let Some(done) = store.write(&home, RefuseCheckout { checkout, round }).await? {
        // The same request, sent twice, has come through the other time.
        return Ok(done);
    }
    cancel_all(store, caller, &orders).await;
    Err(why)
}

/// Places an order with each shop; `orders` holds those that were, also after a refusal.
async fn place_all(
    store: &Store,
    caller: &Caller,
    key: &Key,
    wish: &Checkout,
    orders: &mut Vec<OrderOfShop>,
) -> Result<(), Error> {
    for basket in priced(store, wish).await? {
        let shop = basket.shop;
        let place = Place {
            shopper: None,
            items: basket.items.clone(),
            receiver: Some(wish.receiver.clone()),
            customer_notes: basket.customer_notes.clone(),
            discount: None,
            expected_total: basket.expected_total,
        };
        let placed = store.once(&caller.within(Scope::Shop(shop)), key.clone(), place).await;
        let placed = placed.map_err(|why| in_shop(shop, why))?;
        orders.push(OrderOfShop { shop, order: placed.order, payment: placed.payment, total: placed.total });
    }
    orders.sort_by_key(|o| wish.baskets.iter().position(|b| b.shop == o.shop));
    Ok(())
}

/// The baskets in the order in which they are placed. What costs nothing comes last, since an order that needs no payment
/// can't be cancelled.
async fn priced<'a>(store: &Store, wish: &'a Checkout) -> Result<Vec<&'a Basket>, Error> {
    let mut tx = store.read().await?;
    let mut baskets = Vec::with_capacity(wish.baskets.len());
    for basket in &wish.baskets {
        let now = total_now(&mut tx, basket).await.map_err(|why| in_shop(basket.shop, why))?;
        baskets.push((now == 0, basket));
    }
    baskets.sort_by_key(|(free, _)| *free);
    Ok(baskets.into_iter().map(|(_, basket)| basket).collect())
}

fn in_shop(shop: ShopId, why: Error) -> Error {
    match why {
        Error::Store(_) | Error::Denied(_) => why,
        why => Error::InShop { shop, why: Box::new(why) },
    }
}

/// Gives back at once what the refused try has taken. One that fails here is closed when its time is over.
async fn cancel_all(store: &Store, caller: &Caller, orders: &[OrderOfShop]) {
    for placed in orders {
        let within = caller.within(Scope::Shop(placed.shop));
        if let Err(e) = store.write(&within, Cancel { order: placed.order }).await {
            tracing::info!(order = placed.order.0, error = %e, "an order of a refused checkout stays until its time is over");
        }
    }
}

async fn standing(
    store: &Store,
    shopper: ShopperId,
    checkout: i64,
) -> Result<(i64, Option<CheckedOut>), Error> {
    let mut tx = store.read().await?;
    read(&mut tx, shopper, checkout).await
}

/// The number of the try, and the outcome.
async fn read(tx: &mut Tx, shopper: ShopperId, checkout: i64) -> Result<(i64, Option<CheckedOut>), Error> {
    let found =
        tx.opt(sql::SELECT_CHECKOUT, p![shopper, checkout], |r| Ok((r.get(0)?, r.get::<Option<String>>(1)?)));
    let (round, outcome) = found.await?.ok_or(Error::NotFound)?;
    let outcome = outcome.map(|text| serde_json::from_str(&text)).transpose();
    Ok((round, outcome.map_err(|e| unreadable(&e))?))
}

fn unreadable(e: &serde_json::Error) -> store::Error {
    store::Error::internal(format!("the outcome of a checkout can't be read or written: {e}"))
}

/// Looks at the wish before anything is placed: what is refused here leaves nothing behind, not even an order that was
/// cancelled. It promises nothing: whoever is faster may still take the last piece.
struct BeginCheckout {
    wish: Checkout,
}

impl Command for BeginCheckout {
    type Out = i64;
    type Err = Error;
    const NAME: &'static str = "trade.begin_checkout";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<i64, Error> {
        let (shopper, checkout) = (ctx.shopper()?, ctx.id());
        for basket in &self.wish.baskets {
            look(tx, basket).await.map_err(|why| in_shop(basket.shop, why))?;
        }
        tx.exec(sql::INSERT_CHECKOUT, p![shopper, checkout]).await?;
        Ok(checkout)
    }
}

async fn look(tx: &mut Tx, basket: &Basket) -> Result<(), Error> {
    clean_text(&basket.customer_notes, NOTES_MAX).map_err(|_| Error::Text)?;
    total_now(tx, basket).await?;
    let skus: Vec<_> = basket.items.iter().map(|item| item.sku).collect();
    for level in stock::levels(tx, basket.shop, &skus).await? {
        let wanted = basket.items.iter().find(|item| item.sku == level.sku).map_or(0, |item| item.quantity);
        if level.available < wanted {
            return Err(Error::SoldOut { sku: level.sku });
        }
    }
    Ok(())
}

/// What the basket costs now, if that is what the shopper has seen.
async fn total_now(tx: &mut Tx, basket: &Basket) -> Result<i64, Error> {
    let now = quote(tx, basket.shop, &basket.items).await?.total;
    if basket.expected_total.is_some_and(|seen| seen != now) {
        return Err(Error::PriceChanged { now });
    }
    Ok(now)
}

/// Opens the combined payment and writes the outcome down.
struct FinishCheckout {
    checkout: i64,
    round: i64,
    orders: Vec<OrderOfShop>,
}

impl Command for FinishCheckout {
    type Out = CheckedOut;
    type Err = Error;
    const NAME: &'static str = "trade.finish_checkout";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<CheckedOut, Error> {
        let shopper = ctx.shopper()?;
        let (round, outcome) = read(tx, shopper, self.checkout).await?;
        if let Some(done) = outcome {
            return Ok(done);
        }
        if round != self.round {
            return Err(Error::Changed);
        }
        let to_pay: Vec<_> =
            self.orders.iter().filter(|o| o.payment.is_some()).map(|o| (o.shop, o.order)).collect();
        let combined = if to_pay.is_empty() {
            None
        } else {
            Some(pay::combine(tx, ctx, &pay::Combine { orders: to_pay }).await?.combined)
        };
        let done = CheckedOut { orders: self.orders.clone(), combined };
        let text = serde_json::to_string(&done).map_err(|e| unreadable(&e))?;
        match tx.exec(sql::FINISH_CHECKOUT, p![text, shopper, self.checkout, self.round]).await? {
            1 => Ok(done),
            _ => Err(Error::Changed),
        }
    }
}

/// Ends a try; gives the outcome where another run of it has come through.
struct RefuseCheckout {
    checkout: i64,
    round: i64,
}

impl Command for RefuseCheckout {
    type Out = Option<CheckedOut>;
    type Err = Error;
    const NAME: &'static str = "trade.refuse_checkout";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Option<CheckedOut>, Error> {
        let shopper = ctx.shopper()?;
        tx.exec(sql::NEXT_ROUND, p![shopper, self.checkout, self.round]).await?;
        Ok(read(tx, shopper, self.checkout).await?.1)
    }
}
