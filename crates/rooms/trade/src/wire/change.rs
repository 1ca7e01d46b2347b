//! Corrections: where an order goes, and how it travels.

use axum::extract::State;
use face::{
    App,
    wire::{Call, Failure, Id, code, ok},
};
use kernel::OrderId;
use serde::Deserialize;
use serde_json::json;

use super::{
    Answered, WireError,
    delivery::{DeliveryIn, PiecesIn, items, parcel},
};
use crate::{OldParcel, Readdress, Redeliver, Redelivery, ShipParcel};

/// What `order/address/update` takes.
#[derive(Debug, Deserialize)]
pub(super) struct AddressIn {
    order_id: Id,
    user_address: UserAddressIn,
}

/// What is left out stays as it is.
#[derive(Deserialize)]
struct UserAddressIn {
    user_name: Option<String>,
    tel_number: Option<String>,
    province_name: Option<String>,
    city_name: Option<String>,
    county_name: Option<String>,
    detail_info: Option<String>,
    postal_code: Option<String>,
    national_code: Option<String>,
}

/// Nothing personal.
impl std::fmt::Debug for UserAddressIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UserAddressIn")
    }
}

pub(super) async fn update_address(State(app): State<App>, call: Call<AddressIn>) -> Answered {
    let to = call.body.user_address;
    let readdress = Readdress {
        order: OrderId(call.body.order_id.0),
        user_name: to.user_name,
        tel_number: to.tel_number,
        province_name: to.province_name,
        city_name: to.city_name,
        county_name: to.county_name,
        detail_info: to.detail_info,
        postal_code: to.postal_code,
        national_code: to.national_code,
    };
    app.store.write(&call.caller, readdress).await?;
    Ok(ok(json!({})))
}

/// What `order/deliveryinfo/update` takes: either of the two lists.
#[derive(Debug, Deserialize)]
pub(super) struct DeliveryInfoIn {
    order_id: Id,
    #[serde(default)]
    delivery_list: Vec<DeliveryIn>,
    #[serde(default)]
    change_infos: Vec<ChangeIn>,
}

#[derive(Debug, Deserialize)]
struct ChangeIn {
    old: ParcelIn,
    new: ParcelIn,
}

#[derive(Debug, Deserialize)]
struct ParcelIn {
    #[serde(default)]
    delivery_id: String,
    #[serde(default)]
    waybill_id: String,
    #[serde(default)]
    product_infos: Vec<PiecesIn>,
}

/// A parcel that is named by its number travels.
const OWN_EXPRESS: i64 = 1;

pub(super) async fn update_delivery(State(app): State<App>, call: Call<DeliveryInfoIn>) -> Answered {
    let DeliveryInfoIn { order_id, delivery_list, change_infos } = call.body;
    let change = match (delivery_list.is_empty(), change_infos.is_empty()) {
        (false, true) => Redelivery::All(delivery_list.into_iter().map(parcel).collect()),
        (true, false) => Redelivery::Each(change_infos.into_iter().map(pair).collect()),
        _ => {
            let told = "either delivery_list or change_infos";
            return Err(WireError(Failure::new(code::BAD_ARGUMENTS, told)));
        }
    };
    app.store.write(&call.caller, Redeliver { order: OrderId(order_id.0), change }).await?;
    Ok(ok(json!({})))
}

fn pair(change: ChangeIn) -> (OldParcel, ShipParcel) {
    let ChangeIn { old, new } = change;
    let old = OldParcel { delivery_id: old.delivery_id, waybill_id: old.waybill_id };
    let items = items(&new.product_infos);
    let (delivery_id, waybill_id) = (new.delivery_id, new.waybill_id);
    (old, ShipParcel { delivery_id, waybill_id, deliver_type: OWN_EXPRESS, items })
}
