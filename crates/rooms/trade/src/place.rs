//! Places an order: the price is quoted, the stock reserved, the payment opened, in one transaction.
//!
//! All that can refuse runs first; after the reservation only the database can fail.

use catalog::OrderSku;
use identity::Address;
use kernel::{Actor, Ctx, Item, Money, OrderId, PaymentId, Scope, ShopId, ShopperId, clean_text, minute_ms};
use serde::{Deserialize, Serialize};
use shop::ShopTerms;
use std::collections::HashSet;
use store::{Batch, Command, Tx, p};

use crate::{
    CloseUnpaid, Error, Line, Order, OrderPaid, OrderPlaced, OrderState, order::actor_word, rows, sql,
};

/// Most lines of an order.
pub(crate) const LINES_MAX: usize = 100;
/// Most pieces of a line.
pub(crate) const QUANTITY_MAX: i64 = 9_999;
/// What the payer reads at the channel is cut to this many characters.
const DESCRIPTION_CHARS: usize = 120;
/// Longest remark, in characters.
pub(crate) const NOTES_MAX: usize = 200;

/// Places an order with the shop of the scope.
#[derive(Debug, Clone)]
pub struct Place {
    /// Who buys, where the program itself orders for somebody; a shopper orders for themselves.
    pub shopper: Option<ShopperId>,
    /// What.
    pub items: Vec<Item>,
    /// Where it goes; none for what is not shipped.
    pub receiver: Option<Address>,
    /// The shopper's remark.
    pub customer_notes: String,
    /// A discount on the whole order; only the program itself may give one.
    pub discount: Option<OrderDiscount>,
    /// The total that the shopper has seen and agreed to, minor units.
    pub expected_total: Option<i64>,
}

/// An exact amount off the whole order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderDiscount {
    /// Why, as the price explanation shows it.
    pub reason: String,
    /// How much, minor units.
    pub amount: i64,
}

/// What the shopper gets back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// The order.
    pub order: OrderId,
    /// Its payment; none where nothing is to be paid.
    pub payment: Option<PaymentId>,
    /// To be paid, minor units.
    pub total: i64,
}

impl Command for Place {
    type Out = Placed;
    type Err = Error;
    const NAME: &'static str = "trade.place";
    const IN_LOTS: bool = true;

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Placed, Error> {
        place(tx, ctx, self).await
    }
}

/// Places the order. Refuses with `ShopClosed`, `LineCount`, `Quantity`, `DuplicateSku`, `NotOnSale`, `Amount`,
/// `PriceChanged`, `Receiver`, `Text` or `SoldOut`.
pub async fn place(tx: &mut Tx, ctx: &Ctx, cmd: &Place) -> Result<Placed, Error> {
    let (shop, shopper) = door(ctx, cmd)?;
    let customer_notes = clean_text(&cmd.customer_notes, NOTES_MAX).map_err(|_| Error::Text)?;
    let (terms, skus) = load(tx, shop, &cmd.items).await?;
    let quote = price(&terms, &cmd.items, &skus, cmd.discount.as_ref())?;
    if cmd.expected_total.is_some_and(|seen| seen != quote.total) {
        return Err(Error::PriceChanged { now: quote.total });
    }
    let order = Order {
        receiver: cmd.receiver.clone(),
        customer_notes,
        discount_reason: cmd.discount.as_ref().map(|d| d.reason.clone()),
        ..drafted(ctx, shop, shopper, &terms, &skus, quote)
    };
    stock::reserve(tx, ctx, order.hold(), &cmd.items).await?;
    // Nothing below may refuse.
    record(tx, ctx, &order).await?;
    Ok(Placed { order: order.id, payment: order.payment, total: order.total })
}

/// What an order of these items costs now, without placing it.
pub async fn quote(tx: &mut Tx, shop: ShopId, items: &[Item]) -> Result<promo::Quote, Error> {
    let (terms, skus) = load(tx, shop, items).await?;
    price(&terms, items, &skus, None)
}

/// A shopper orders for themselves; the program for whoever it names, and only it may grant a discount.
fn door(ctx: &Ctx, cmd: &Place) -> Result<(ShopId, ShopperId), Error> {
    let Scope::Shop(shop) = ctx.scope else { return Err(Error::ShopClosed) };
    match (ctx.actor, cmd.shopper) {
        (Actor::System, Some(shopper)) => Ok((shop, shopper)),
        (Actor::Shopper(_), Some(_)) => Err(kernel::Denied::Forbidden.into()),
        _ if cmd.discount.is_some() => Err(kernel::Denied::Forbidden.into()),
        (Actor::Shopper(_), None) if cmd.receiver.is_none() => Err(Error::Receiver),
        _ => Ok((shop, ctx.shopper()?)),
    }
}

/// Checks the list of items and reads what it takes to price it.
async fn load(tx: &mut Tx, shop: ShopId, items: &[Item]) -> Result<(ShopTerms, Vec<OrderSku>), Error> {
    if items.is_empty() || items.len() > LINES_MAX {
        return Err(Error::LineCount);
    }
    let mut seen = HashSet::new();
    for item in items {
        if !(1..=QUANTITY_MAX).contains(&item.quantity) {
            return Err(Error::Quantity { sku: item.sku });
        }
        if !seen.insert(item.sku) {
            return Err(Error::DuplicateSku { sku: item.sku });
        }
    }
    let terms = shop::for_order(tx, shop).await?.filter(|t| t.open).ok_or(Error::ShopClosed)?;
    let wanted: Vec<_> = items.iter().map(|i| i.sku).collect();
    let found = catalog::skus_for_order(tx, shop, &wanted).await?;
    let skus = wanted
        .iter()
        .map(|sku| {
            let on_sale = found.iter().find(|f| f.sku == *sku && f.listed).cloned();
            on_sale.ok_or(Error::NotOnSale { sku: *sku })
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok((terms, skus))
}

fn price(
    terms: &ShopTerms,
    items: &[Item],
    skus: &[OrderSku],
    discount: Option<&OrderDiscount>,
) -> Result<promo::Quote, Error> {
    let lines = items
        .iter()
        .zip(skus)
        .map(|(item, sku)| promo::LineIn {
            sku: item.sku,
            quantity: item.quantity,
            unit_price: sku.sale_price,
            market_price: sku.market_price,
        })
        .collect();
    let order_discount = discount.map(|d| promo::Discount { reason: d.reason.clone(), amount: d.amount });
    let inputs =
        promo::Inputs { currency: terms.currency, lines, order_discount, freight: 0, price_change: None };
    Ok(promo::quote(&inputs)?)
}

fn drafted(
    ctx: &Ctx,
    shop: ShopId,
    shopper: ShopperId,
    terms: &ShopTerms,
    skus: &[OrderSku],
    quote: promo::Quote,
) -> Order {
    let free = quote.total == 0;
    Order {
        shop,
        id: ctx.id(),
        shopper,
        state: if free { OrderState::ToShip } else { OrderState::Unpaid },
        version: 1,
        currency: terms.currency,
        goods: quote.goods,
        discount: quote.discount,
        discount_reason: None,
        change_down: 0,
        original_freight: quote.original_freight,
        freight: quote.freight,
        total: quote.total,
        refunded: 0,
        fee: terms.fee_bps,
        payment: if free { None } else { Some(ctx.id()) },
        receiver: None,
        customer_notes: String::new(),
        merchant_notes: String::new(),
        cancel_type: None,
        confirm_type: None,
        placed_at: ctx.now,
        expires_at: ctx.now + minute_ms(terms.unpaid_close_minutes),
        paid_at: free.then_some(ctx.now),
        shipped_at: None,
        finished_at: None,
        closed_at: None,
        updated_at: ctx.now,
        lines: quote.lines.into_iter().zip(skus).map(|(line, sku)| line_of(&line, sku)).collect(),
    }
}

fn line_of(line: &promo::LineOut, sku: &OrderSku) -> Line {
    Line {
        product: sku.product,
        sku: sku.sku,
        quantity: line.quantity,
        shipped: 0,
        unit_price: line.unit_price,
        market_price: sku.market_price,
        discount: line.discounts.iter().map(|d| d.amount).sum(),
        change_price: None,
        payable: line.payable,
        title: sku.title.clone(),
        sku_code: sku.sku_code.clone(),
        attrs: sku.attrs.clone(),
        thumb: sku.thumb.clone(),
    }
}

async fn record(tx: &mut Tx, ctx: &Ctx, order: &Order) -> Result<(), Error> {
    let receiver = rows::receiver_text(order.receiver.as_ref())?;
    let mut batch = Batch::new();
    rows::insert_order(&mut batch, order, receiver);
    batch.add(
        sql::INSERT_HISTORY,
        p![
            order.shop,
            order.id,
            order.version,
            None::<i64>,
            order.state.number(),
            "place",
            actor_word(ctx),
            ctx.now
        ],
    );
    tx.exec_all(batch).await?;
    let (shop, id, shopper, version, total) =
        (order.shop, order.id, order.shopper, order.version, order.total);
    if let Some(payment) = order.payment {
        let amount = Money::new(total, order.currency);
        let title = order.lines.first().map_or("", |l| l.title.as_str());
        let description = title.chars().take(DESCRIPTION_CHARS).collect();
        let expires_at = order.expires_at;
        pay::open(
            tx,
            ctx,
            &pay::OpenPayment { payment, order: id, shopper, amount, description, expires_at },
        )
        .await?;
        tx.say(ctx, &OrderPlaced { shop, order: id, shopper, version, total })?;
        tx.later(ctx, expires_at, &CloseUnpaid { order: id })?;
    } else {
        stock::commit(tx, ctx, order.hold(), &order.items()).await?;
        tx.say(ctx, &OrderPaid { shop, order: id, shopper, version, total })?;
    }
    Ok(())
}
