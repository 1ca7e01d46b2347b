//! What the native face takes, and its small answers.

use kernel::{ParcelId, RefundId, ShopId, SkuId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::dto::ItemIn;
use crate::OrderState;

/// Which orders of the shop.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderQuery {
    /// In which state.
    pub(super) state: Option<OrderState>,
    /// Rows a page, 1 to 100.
    pub(super) size: Option<i64>,
    /// The `next` of the page before.
    pub(super) after: Option<String>,
}

/// Parcels to be shipped.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ShipIn {
    /// The parcels, 1 to 50.
    pub(super) parcels: Vec<ShipParcelIn>,
}

/// One of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ShipParcelIn {
    /// Carrier code.
    #[serde(default)]
    pub(super) delivery_id: String,
    /// Waybill number.
    #[serde(default)]
    pub(super) waybill_id: String,
    /// True where nothing travels: virtual goods.
    #[serde(default)]
    pub(super) no_logistics: bool,
    /// What is in it; left out or empty for everything that is still to be shipped.
    #[serde(default)]
    pub(super) items: Vec<ItemIn>,
}

/// The parcels that were shipped.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShippedOut {
    /// Their ids.
    #[schema(value_type = Vec<String>)]
    pub(super) parcel_ids: Vec<ParcelId>,
}

/// A lower price.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RepriceIn {
    /// New totals of lines.
    #[serde(default)]
    pub(super) lines: Vec<LinePriceIn>,
    /// New freight, minor units.
    pub(super) freight: Option<i64>,
}

/// A line's new total.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LinePriceIn {
    /// Of which sku.
    #[schema(value_type = String)]
    pub(super) sku_id: SkuId,
    /// The new total of the line, minor units.
    pub(super) price: i64,
}

/// The shop's note.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RemarkIn {
    /// The note, at most 500 characters.
    pub(super) merchant_notes: String,
}

/// Money to be given back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefundIn {
    /// How much, minor units.
    pub(super) amount: i64,
    /// Why, at most 80 characters.
    #[serde(default)]
    pub(super) reason: String,
}

/// A refund on its way.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RefundOut {
    /// The refund.
    #[schema(value_type = String)]
    pub(super) refund_id: RefundId,
}

/// What a shopper puts into the cart.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CartIn {
    /// From which shop.
    #[schema(value_type = String)]
    pub(super) shop_id: ShopId,
    /// What.
    #[schema(value_type = String)]
    pub(super) sku_id: SkuId,
    /// How many, 0 to 9999; 0 takes it out.
    pub(super) quantity: i64,
}

/// The cart.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CartOut {
    /// Its lines, the latest first.
    pub(super) lines: Vec<CartLineOut>,
}

/// A line of the cart.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CartLineOut {
    /// From which shop.
    #[schema(value_type = String)]
    pub(super) shop_id: ShopId,
    /// What.
    #[schema(value_type = String)]
    pub(super) sku_id: SkuId,
    /// How many.
    pub(super) quantity: i64,
    /// When it was put in, ms since 1970.
    #[schema(value_type = i64)]
    pub(super) added_at: Timestamp,
}

/// Done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Done {
    /// Always true.
    pub(super) done: bool,
}
