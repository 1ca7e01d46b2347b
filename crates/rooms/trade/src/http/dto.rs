//! Orders as the native face shows and takes them.

use identity::Address;
use kernel::{Item, OrderId, ParcelId, PaymentId, ProductId, ShopId, ShopperId, SkuId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Line, Order, OrderState, Parcel, Step};

/// So many of a sku.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemIn {
    /// Which sku.
    #[schema(value_type = String)]
    pub sku_id: SkuId,
    /// Pieces, 1 to 9999; 0 where it takes a line out of the cart.
    pub quantity: i64,
}

impl From<&ItemIn> for Item {
    fn from(i: &ItemIn) -> Self {
        Self { sku: i.sku_id, quantity: i.quantity }
    }
}

/// What to price.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct QuoteIn {
    /// At which shop.
    #[schema(value_type = String)]
    pub(super) shop_id: ShopId,
    /// What.
    pub(super) items: Vec<ItemIn>,
}

/// A price with its explanation, line by line; minor units.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QuoteOut {
    /// Currency.
    pub(super) currency: String,
    /// Goods before discounts.
    pub(super) goods: i64,
    /// What discounts take off.
    pub(super) discount: i64,
    /// Freight.
    pub(super) freight: i64,
    /// To be paid.
    pub(super) total: i64,
    /// The lines.
    pub(super) lines: Vec<QuoteLineOut>,
}

/// A priced line.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QuoteLineOut {
    /// Which sku.
    #[schema(value_type = String)]
    pub(super) sku_id: SkuId,
    /// Pieces.
    pub(super) quantity: i64,
    /// Price of a piece, minor units.
    pub(super) unit_price: i64,
    /// The line's share of discounts, minor units.
    pub(super) discount: i64,
    /// To be paid for the line, minor units.
    pub(super) payable: i64,
}

impl From<promo::Quote> for QuoteOut {
    fn from(q: promo::Quote) -> Self {
        let lines = q
            .lines
            .iter()
            .map(|l| QuoteLineOut {
                sku_id: l.sku,
                quantity: l.quantity,
                unit_price: l.unit_price,
                discount: l.discounts.iter().map(|d| d.amount).sum(),
                payable: l.payable,
            })
            .collect();
        Self {
            currency: q.currency.to_string(),
            goods: q.goods,
            discount: q.discount,
            freight: q.freight,
            total: q.total,
            lines,
        }
    }
}

/// An order to be placed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlaceIn {
    /// With which shop.
    #[schema(value_type = String)]
    pub(super) shop_id: ShopId,
    /// What.
    pub(super) items: Vec<ItemIn>,
    /// Where it goes.
    #[schema(value_type = identity::AddressParts)]
    pub(super) receiver: Address,
    /// The shopper's remark, at most 200 characters.
    #[serde(default)]
    pub(super) customer_notes: String,
    /// The total that the shopper has seen, minor units; another price is refused with the new one.
    pub(super) expected_total: Option<i64>,
}

/// An order that was placed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlacedOut {
    /// The shop.
    #[schema(value_type = String)]
    pub(super) shop_id: ShopId,
    /// The order.
    #[schema(value_type = String)]
    pub(super) order_id: OrderId,
    /// Its payment, to be started; none where nothing is to be paid.
    #[schema(value_type = Option<String>)]
    pub(super) payment_id: Option<PaymentId>,
    /// To be paid, minor units.
    pub(super) total: i64,
}

/// An order. Amounts in minor units of `currency`, moments in ms since 1970.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderOut {
    /// The shop.
    #[schema(value_type = String)]
    pub shop_id: ShopId,
    /// The order.
    #[schema(value_type = String)]
    pub order_id: OrderId,
    /// Who bought.
    #[schema(value_type = String)]
    pub shopper_id: ShopperId,
    /// Where it is.
    pub state: OrderState,
    /// How often it was changed.
    pub version: i64,
    /// Currency.
    pub currency: String,
    /// Goods before discounts.
    pub goods: i64,
    /// What the order's discount takes off.
    pub discount: i64,
    /// Why.
    pub discount_reason: Option<String>,
    /// What the shop took off before payment.
    pub change_down: i64,
    /// Freight.
    pub freight: i64,
    /// What is to be paid.
    pub total: i64,
    /// What was given back.
    pub refunded: i64,
    /// Its payment.
    #[schema(value_type = Option<String>)]
    pub payment_id: Option<PaymentId>,
    /// Where it goes.
    pub receiver: Option<Address>,
    /// The shopper's remark.
    pub customer_notes: String,
    /// The shop's note; only the shop sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant_notes: Option<String>,
    /// When it was placed.
    #[schema(value_type = i64)]
    pub placed_at: Timestamp,
    /// Until when it may be paid.
    #[schema(value_type = i64)]
    pub expires_at: Timestamp,
    /// When it was paid.
    #[schema(value_type = Option<i64>)]
    pub paid_at: Option<Timestamp>,
    /// When its last piece was shipped.
    #[schema(value_type = Option<i64>)]
    pub shipped_at: Option<Timestamp>,
    /// When it was received.
    #[schema(value_type = Option<i64>)]
    pub finished_at: Option<Timestamp>,
    /// When it was cancelled.
    #[schema(value_type = Option<i64>)]
    pub closed_at: Option<Timestamp>,
    /// When it last changed.
    #[schema(value_type = i64)]
    pub updated_at: Timestamp,
    /// Its lines.
    pub lines: Vec<LineOut>,
    /// Its parcels, where they were asked for.
    pub parcels: Vec<ParcelOut>,
}

/// A line of an order. Amounts in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineOut {
    /// The product.
    #[schema(value_type = String)]
    pub product_id: ProductId,
    /// The sku.
    #[schema(value_type = String)]
    pub sku_id: SkuId,
    /// Pieces bought.
    pub quantity: i64,
    /// Pieces shipped.
    pub shipped: i64,
    /// Price of a piece.
    pub unit_price: i64,
    /// The line's share of the discount.
    pub discount: i64,
    /// To be paid for the line.
    pub payable: i64,
    /// Title, when it was ordered.
    pub title: String,
    /// The shop's own code.
    pub sku_code: String,
    /// Picture URL.
    pub thumb: String,
}

/// A parcel.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParcelOut {
    /// The parcel.
    #[schema(value_type = String)]
    pub parcel_id: ParcelId,
    /// Carrier code.
    pub delivery_id: String,
    /// Waybill number.
    pub waybill_id: String,
    /// When it was shipped.
    #[schema(value_type = i64)]
    pub shipped_at: Timestamp,
    /// When it was signed for.
    #[schema(value_type = Option<i64>)]
    pub signed_at: Option<Timestamp>,
    /// What is in it.
    pub items: Vec<ItemIn>,
}

impl OrderOut {
    /// The order as its shop sees it.
    pub fn for_shop(order: &Order, parcels: &[Parcel]) -> Self {
        Self { merchant_notes: Some(order.merchant_notes.clone()), ..Self::for_shopper(order, parcels) }
    }

    /// The order as its shopper sees it.
    pub fn for_shopper(order: &Order, parcels: &[Parcel]) -> Self {
        Self {
            shop_id: order.shop,
            order_id: order.id,
            shopper_id: order.shopper,
            state: order.state,
            version: order.version,
            currency: order.currency.to_string(),
            goods: order.goods,
            discount: order.discount,
            discount_reason: order.discount_reason.clone(),
            change_down: order.change_down,
            freight: order.freight,
            total: order.total,
            refunded: order.refunded,
            payment_id: order.payment,
            receiver: order.receiver.clone(),
            customer_notes: order.customer_notes.clone(),
            merchant_notes: None,
            placed_at: order.placed_at,
            expires_at: order.expires_at,
            paid_at: order.paid_at,
            shipped_at: order.shipped_at,
            finished_at: order.finished_at,
            closed_at: order.closed_at,
            updated_at: order.updated_at,
            lines: order.lines.iter().map(LineOut::from).collect(),
            parcels: parcels.iter().map(|p| ParcelOut::of(order, p)).collect(),
        }
    }
}

impl From<&Line> for LineOut {
    fn from(l: &Line) -> Self {
        Self {
            product_id: l.product,
            sku_id: l.sku,
            quantity: l.quantity,
            shipped: l.shipped,
            unit_price: l.unit_price,
            discount: l.discount,
            payable: l.payable,
            title: l.title.clone(),
            sku_code: l.sku_code.clone(),
            thumb: l.thumb.clone(),
        }
    }
}

impl ParcelOut {
    fn of(order: &Order, parcel: &Parcel) -> Self {
        let sku_of = |line: i64| usize::try_from(line).ok().and_then(|l| order.lines.get(l)).map(|l| l.sku);
        Self {
            parcel_id: parcel.id,
            delivery_id: parcel.delivery_id.clone(),
            waybill_id: parcel.waybill_id.clone(),
            shipped_at: parcel.shipped_at,
            signed_at: parcel.signed_at,
            items: parcel
                .items
                .iter()
                .filter_map(|i| Some(ItemIn { sku_id: sku_of(i.line)?, quantity: i.quantity }))
                .collect(),
        }
    }
}

/// A step of an order's history.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepOut {
    /// The version that it made.
    pub version: i64,
    /// From which state; none for the placing.
    pub from: Option<OrderState>,
    /// To which.
    pub to: OrderState,
    /// What was done.
    pub deed: String,
    /// What sort of person or program did it.
    pub actor: String,
    /// When, ms since 1970.
    #[schema(value_type = i64)]
    pub at: Timestamp,
}

impl From<Step> for StepOut {
    fn from(s: Step) -> Self {
        Self { version: s.version, from: s.from, to: s.to, deed: s.deed, actor: s.actor, at: s.at }
    }
}

/// A page of orders.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OrderPage {
    /// The orders.
    pub(super) items: Vec<OrderOut>,
    /// Where the next page begins.
    pub(super) next: Option<String>,
}
