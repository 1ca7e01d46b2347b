//! Shipping.

use axum::extract::State;
use face::{
    App,
    wire::{Call, Id, Int, ok},
};
use kernel::{Item, OrderId, SkuId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Answered;
use crate::{Ship, ShipParcel};

/// What `order/delivery/send` takes.
#[derive(Debug, Deserialize)]
pub(super) struct SendIn {
    order_id: Id,
    #[serde(default)]
    delivery_list: Vec<DeliveryIn>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DeliveryIn {
    #[serde(default)]
    delivery_id: String,
    #[serde(default)]
    waybill_id: String,
    deliver_type: Int,
    #[serde(default)]
    product_infos: Vec<PiecesIn>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PiecesIn {
    sku_id: Id,
    product_cnt: Int,
}

pub(super) async fn send(State(app): State<App>, call: Call<SendIn>) -> Answered {
    let parcels = call.body.delivery_list.into_iter().map(parcel).collect();
    app.store.write(&call.caller, Ship { order: OrderId(call.body.order_id.0), parcels }).await?;
    Ok(ok(json!({})))
}

pub(super) fn parcel(d: DeliveryIn) -> ShipParcel {
    let items = items(&d.product_infos);
    ShipParcel { delivery_id: d.delivery_id, waybill_id: d.waybill_id, deliver_type: d.deliver_type.0, items }
}

pub(super) fn items(pieces: &[PiecesIn]) -> Vec<Item> {
    pieces.iter().map(|p| Item { sku: SkuId(p.sku_id.0), quantity: p.product_cnt.0 }).collect()
}

/// The carriers by code and name; `OTHER` stands for any that is not listed.
pub(super) async fn list_companies(_: Call<Value>) -> Answered {
    let company = |id: &str, name: &str| json!({ "delivery_id": id, "delivery_name": name });
    let mut companies: Vec<Value> = logistics::CARRIERS.iter().map(|c| company(c.id, c.name)).collect();
    companies.push(company("OTHER", "其他快递"));
    Ok(ok(json!({ "company_list": companies })))
}
