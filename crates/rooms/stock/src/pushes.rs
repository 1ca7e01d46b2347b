//! Tells the shop's own application that a sku has run out (`docs/wire/push.md`).

use kernel::{Ctx, Permission};
use push::Message;
use serde_json::{Map, json};
use store::{BoxFault, Event, Happened, Registry, Tx};

use crate::{RanOut, level};

/// The published name, which is the name of the push's field as well.
const EVENT: &str = "channels_ec_stock_no_enough";
/// Voucher codes that are left: nothing here is sold by codes.
const CODES: i64 = 0;

/// Registers who is told.
pub fn register(registry: &mut Registry) {
    registry
        .on_events("stock.pushes", &[RanOut::KIND], |tx, ctx, happened| Box::pin(tell(tx, ctx, happened)));
}

/// Puts the push in line, if the shop has an application. What is left is read now: pieces may have come in since.
async fn tell(tx: &mut Tx, ctx: &Ctx, happened: &Happened) -> Result<(), BoxFault> {
    let shop = ctx.shop(Permission::ProductRead)?;
    let Some(names) = identity::app_of_shop(tx, shop).await? else { return Ok(()) };
    let RanOut { product, sku, .. } = happened.read()?;
    let left = level(tx, shop, sku).await?.available;
    let told = json!({
        "product_id": product.to_string(), "sku_id": sku.to_string(), "remaining_stock_amount": left,
        "remaining_code_amount": CODES,
    });
    let body = Map::from_iter([(EVENT.to_owned(), told)]);
    let from_user = catalog::PLATFORM_OPENID.to_owned();
    push::queue(tx, ctx, &Message { app: names.app, event: EVENT, from_user, body }).await?;
    Ok(())
}
