//! What an order is.

use identity::Address;
use kernel::{
    Actor, Bps, Ctx, Currency, HoldId, Item, OrderId, ParcelId, PaymentId, ProductId, ShopId, ShopperId,
    SkuId, Timestamp,
};

use crate::{Error, OrderState};

/// An order of one shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The shop.
    pub shop: ShopId,
    /// Its id.
    pub id: OrderId,
    /// Who bought.
    pub shopper: ShopperId,
    /// Where it is.
    pub state: OrderState,
    /// How often it was changed; 1 when placed.
    pub version: i64,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// Price of the goods before any discount, minor units.
    pub goods: i64,
    /// What the order's discount takes off.
    pub discount: i64,
    /// Why.
    pub discount_reason: Option<String>,
    /// What the shop took off before payment, goods and freight.
    pub change_down: i64,
    /// Freight before a change.
    pub original_freight: i64,
    /// Freight that is paid.
    pub freight: i64,
    /// What is to be paid: goods + original freight − discount − change.
    pub total: i64,
    /// What was given back.
    pub refunded: i64,
    /// The platform's fee when it is finished.
    pub fee: Bps,
    /// Its payment; none where nothing is to be paid.
    pub payment: Option<PaymentId>,
    /// Where it goes.
    pub receiver: Option<Address>,
    /// The shopper's remark.
    pub customer_notes: String,
    /// The shop's remark.
    pub merchant_notes: String,
    /// Who cancelled it.
    pub cancel_type: Option<i64>,
    /// Who confirmed it.
    pub confirm_type: Option<i64>,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// Until when it may be paid.
    pub expires_at: Timestamp,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// When its last piece was shipped.
    pub shipped_at: Option<Timestamp>,
    /// When it was confirmed.
    pub finished_at: Option<Timestamp>,
    /// When it was cancelled or refunded in full.
    pub closed_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Its lines, in order.
    pub lines: Vec<Line>,
}

/// So many of one sku, at the price of the moment it was ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The product.
    pub product: ProductId,
    /// The sku.
    pub sku: SkuId,
    /// Pieces bought.
    pub quantity: i64,
    /// Pieces shipped so far.
    pub shipped: i64,
    /// Price of a piece.
    pub unit_price: i64,
    /// Price of a piece before the shop's own reduction, for show.
    pub market_price: i64,
    /// The line's share of the order's discount.
    pub discount: i64,
    /// The line's new total, where the shop changed it before payment.
    pub change_price: Option<i64>,
    /// What is to be paid for the line.
    pub payable: i64,
    /// Title, when it was ordered.
    pub title: String,
    /// The shop's own code of the sku.
    pub sku_code: String,
    /// Attributes as JSON: `[{"attr_key":…,"attr_value":…}]`.
    pub attrs: String,
    /// Picture URL.
    pub thumb: String,
}

/// A parcel of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Its id.
    pub id: ParcelId,
    /// Carrier code.
    pub delivery_id: String,
    /// Waybill number.
    pub waybill_id: String,
    /// 1 own express, 3 no logistics.
    pub deliver_type: i64,
    /// When it was shipped.
    pub shipped_at: Timestamp,
    /// When it was signed for.
    pub signed_at: Option<Timestamp>,
    /// What is in it.
    pub items: Vec<ParcelItem>,
}

/// Pieces of a line in a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParcelItem {
    /// The line, from 0.
    pub line: i64,
    /// Pieces.
    pub quantity: i64,
}

/// A step of an order's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The version that it made.
    pub version: i64,
    /// From which state; none for the placing.
    pub from: Option<OrderState>,
    /// To which state.
    pub to: OrderState,
    /// What was done.
    pub deed: String,
    /// What sort of person or program did it.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

/// Who ended an unpaid order (`docs/wire/events.jsonl`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i64)]
pub enum CancelType {
    /// The shopper.
    Shopper = 1,
    /// Its time was over.
    Timeout = 2,
    /// Everything was refunded.
    AllRefunded = 3,
    /// The shop.
    Merchant = 4,
}

/// Who said that the goods have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i64)]
pub enum ConfirmType {
    /// The shopper.
    Shopper = 1,
    /// Time.
    Timeout = 2,
}

impl Order {
    /// The pieces, as the stock room counts them.
    pub fn items(&self) -> Vec<Item> {
        self.lines.iter().map(|l| Item { sku: l.sku, quantity: l.quantity }).collect()
    }

    /// The name of the order's reservation.
    pub const fn hold(&self) -> HoldId {
        HoldId(self.id.0)
    }

    /// Refuses where the table of moves has no way to `to`.
    pub fn may_become(&self, to: OrderState) -> Result<(), Error> {
        if self.state.may_become(to) { Ok(()) } else { Err(Error::State { now: self.state.number() }) }
    }
}

/// The sort of person who acts, for the history.
pub(crate) const fn actor_word(ctx: &Ctx) -> &'static str {
    match ctx.actor {
        Actor::Anonymous => "anonymous",
        Actor::System => "system",
        Actor::Shopper(_) => "shopper",
        Actor::Staff { .. } => "staff",
        Actor::ShopApp { .. } | Actor::MiniProgram { .. } => "app",
        Actor::Operator { .. } => "operator",
    }
}
