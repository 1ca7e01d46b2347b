//! A cart over several shops, ordered and paid at once.

use axum::{Json, extract::State};
use face::{App, Keyed, ProblemBody, Rest};
use identity::Address;
use kernel::{Item, PaymentId, ShopId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::dto::{ItemIn, PlacedOut};
use crate::{Basket, CheckedOut, Checkout, checkout};

/// A cart to be ordered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckoutIn {
    /// What is bought where: 1 to 20 different shops.
    shops: Vec<BasketIn>,
    /// Where all of it goes.
    #[schema(value_type = identity::AddressParts)]
    receiver: Address,
}

/// What is bought from one shop.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BasketIn {
    /// The shop.
    #[schema(value_type = String)]
    shop_id: ShopId,
    /// What.
    items: Vec<ItemIn>,
    /// The shopper's remark, at most 200 characters.
    #[serde(default)]
    customer_notes: String,
    /// The total that the shopper has seen, minor units; another price is refused with the new one.
    expected_total: Option<i64>,
}

impl From<CheckoutIn> for Checkout {
    fn from(body: CheckoutIn) -> Self {
        let basket = |b: BasketIn| Basket {
            shop: b.shop_id,
            items: b.items.iter().map(Item::from).collect(),
            customer_notes: b.customer_notes,
            expected_total: b.expected_total,
        };
        Self { baskets: body.shops.into_iter().map(basket).collect(), receiver: body.receiver }
    }
}

/// The orders of a cart, and the one payment for them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CheckoutOut {
    /// One a shop, in the order in which they were asked for.
    orders: Vec<PlacedOut>,
    /// To be paid in all, minor units.
    total: i64,
    /// The combined payment, to be started; none where nothing is to be paid.
    #[schema(value_type = Option<String>)]
    combined_id: Option<PaymentId>,
}

impl From<CheckedOut> for CheckoutOut {
    fn from(done: CheckedOut) -> Self {
        let order = |o: &crate::OrderOfShop| PlacedOut {
            shop_id: o.shop,
            order_id: o.order,
            payment_id: o.payment,
            total: o.total,
        };
        Self {
            total: done.orders.iter().map(|o| o.total).sum(),
            orders: done.orders.iter().map(order).collect(),
            combined_id: done.combined,
        }
    }
}

/// Places an order with each shop of a cart and opens one combined payment for them: all or none. Where a shop refuses,
/// the problem names it as `shop_id`, and no order stays.
#[utoipa::path(post, path = "/api/v1/me/checkouts", tag = "order", request_body = CheckoutIn, params(("Idempotency-Key" = String, Header)), responses((status = 200, body = CheckoutOut), (status = "4XX", body = ProblemBody)))]
pub(super) async fn check_out(State(app): State<App>, call: Keyed<CheckoutIn>) -> Rest<CheckoutOut> {
    let Keyed { caller, key, body } = call;
    Ok(Json(checkout(&app.store, &caller, key, &body.into()).await?.into()))
}
