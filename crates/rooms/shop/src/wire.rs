//! The WeChat-compatible face: the shop's base information and its addresses (`docs/wire/routes.jsonl`).

use axum::{Router, extract::State};
use face::{
    App,
    wire::{Answered, Call, Flag, Id, Int, Routes, ok},
};
use identity::{Address, AddressParts};
use kernel::{AddressId, Permission};
use media::Files;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    AddAddress, AddressDetail, AdmissionState, DeleteAddress, Error, Place, ShopAddress, SubjectType,
    UpdateAddress, address::MOST_ADDRESSES,
};

/// The routes of this face.
pub fn wire_routes() -> Router<App> {
    Routes::new()
        .get("/channels/ec/basics/info/get", info)
        .post("/channels/ec/merchant/address/add", add_address)
        .post("/channels/ec/merchant/address/list", list_addresses)
        .post("/channels/ec/merchant/address/get", get_address)
        .post("/channels/ec/merchant/address/update", update_address)
        .post("/channels/ec/merchant/address/delete", delete_address)
        .into_router()
}

#[derive(Deserialize)]
struct Nothing {}

async fn info(State(app): State<App>, call: Call<Nothing>) -> Answered {
    let files = app.service::<Files>()?;
    let (ctx, mut tx) = (app.store.ctx(&call.caller).await?, app.store.read().await?);
    let shop = crate::own(&mut tx, &ctx).await?;
    let names = identity::app_of_shop(&mut tx, ctx.shop(Permission::ShopRead)?).await?;
    Ok(ok(json!({ "info": {
        "nickname": shop.name,
        "headimg_url": files.absolute(&shop.headimg),
        "subject_type": subject_name(shop.subject_type),
        "status": status_name(shop.state),
        "username": names.map(|n| n.original_id).unwrap_or_default(),
        "is_local_life": false,
        "open_timestamp": shop.admitted_at.map_or(0, kernel::Timestamp::secs),
    } })))
}

/// The published text of who stands behind a shop.
const fn subject_name(subject: SubjectType) -> &'static str {
    match subject {
        SubjectType::Company => "企业",
        SubjectType::SoleTrader => "个体工商户",
    }
}

/// The published status of a shop.
const fn status_name(state: AdmissionState) -> &'static str {
    match state {
        AdmissionState::Applied => "opening",
        AdmissionState::Admitted => "open_finished",
        AdmissionState::Closed => "close_finished",
    }
}

/// Coordinates, as a number or its digits in a string.
#[derive(Deserialize)]
#[serde(untagged)]
enum Degrees {
    Number(f64),
    Text(String),
}

impl Degrees {
    fn value(&self) -> Option<f64> {
        match self {
            Self::Number(n) => Some(*n),
            Self::Text(text) => text.trim().parse().ok(),
        }
    }
}

/// The members that the native face has too, named again: there strange ones are refused, here they are ignored.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Info {
    user_name: String,
    tel_number: String,
    province_name: String,
    city_name: String,
    county_name: String,
    detail_info: String,
    postal_code: String,
    national_code: String,
    house_number: String,
    lat: Option<Degrees>,
    lng: Option<Degrees>,
}

impl Info {
    fn address(&self) -> Result<Address, Error> {
        Ok(Address::new(&AddressParts {
            user_name: self.user_name.clone(),
            tel_number: self.tel_number.clone(),
            province_name: self.province_name.clone(),
            city_name: self.city_name.clone(),
            county_name: self.county_name.clone(),
            detail_info: self.detail_info.clone(),
            postal_code: self.postal_code.clone(),
            national_code: self.national_code.clone(),
        })?)
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Kinds {
    same_city: Flag,
    pickup: Flag,
}

#[derive(Deserialize)]
struct Detail {
    address_id: Option<Id>,
    address_info: Info,
    #[serde(default)]
    address_type: Kinds,
    #[serde(default)]
    name: String,
    #[serde(default)]
    landline: String,
    #[serde(default)]
    remark: String,
    #[serde(default)]
    send_addr: Flag,
    #[serde(default)]
    default_send: Flag,
    #[serde(default)]
    recv_addr: Flag,
    #[serde(default)]
    default_recv: Flag,
}

#[derive(Deserialize)]
struct Wrapped {
    address_detail: Detail,
}

impl TryFrom<Detail> for AddAddress {
    type Error = Error;

    fn try_from(raw: Detail) -> Result<Self, Error> {
        let degrees = |d: &Option<Degrees>| d.as_ref().and_then(Degrees::value);
        let place = match (degrees(&raw.address_info.lat), degrees(&raw.address_info.lng)) {
            // Clients that know no place send zeros.
            (Some(lat), Some(lng)) if lat != 0.0 || lng != 0.0 => Some(Place { lat, lng }),
            _ => None,
        };
        let detail = AddressDetail {
            address: raw.address_info.address()?,
            name: raw.name,
            house_number: raw.address_info.house_number,
            landline: raw.landline,
            remark: raw.remark,
            place,
            sends: raw.send_addr.0,
            receives: raw.recv_addr.0,
            same_city: raw.address_type.same_city.0,
            pickup: raw.address_type.pickup.0,
        };
        Ok(Self { detail, default_send: raw.default_send.0, default_return: raw.default_recv.0 })
    }
}

async fn add_address(State(app): State<App>, call: Call<Wrapped>) -> Answered {
    let cmd = AddAddress::try_from(call.body.address_detail)?;
    let id = app.store.write(&call.caller, cmd).await?;
    Ok(ok(json!({ "address_id": id })))
}

#[derive(Deserialize)]
struct Span {
    #[serde(default)]
    offset: Int,
    limit: Option<Int>,
}

async fn list_addresses(State(app): State<App>, call: Call<Span>) -> Answered {
    let limit = call.body.limit.map_or(MOST_ADDRESSES, |n| n.0.min(MOST_ADDRESSES));
    let ctx = app.store.ctx(&call.caller).await?;
    let all = crate::list_addresses(&mut *app.store.read().await?, &ctx, call.body.offset.0, limit).await?;
    Ok(ok(json!({ "address_id_list": all.iter().map(|a| a.id).collect::<Vec<_>>() })))
}

#[derive(Deserialize)]
struct Named {
    address_id: Id,
}

async fn get_address(State(app): State<App>, call: Call<Named>) -> Answered {
    let ctx = app.store.ctx(&call.caller).await?;
    let id = AddressId(call.body.address_id.0);
    let found = crate::get_address(&mut *app.store.read().await?, &ctx, id).await?;
    Ok(ok(json!({ "address_detail": rendered(&found) })))
}

async fn update_address(State(app): State<App>, call: Call<Wrapped>) -> Answered {
    let raw = call.body.address_detail;
    let id = AddressId(raw.address_id.ok_or(Error::NoSuchAddress)?.0);
    app.store.write(&call.caller, UpdateAddress { id, new: raw.try_into()? }).await?;
    Ok(ok(json!({})))
}

async fn delete_address(State(app): State<App>, call: Call<Named>) -> Answered {
    app.store.write(&call.caller, DeleteAddress(AddressId(call.body.address_id.0))).await?;
    Ok(ok(json!({})))
}

fn rendered(kept: &ShopAddress) -> Value {
    let detail = &kept.detail;
    let address = &detail.address;
    let mut info = json!({
        "user_name": address.user_name,
        "province_name": address.province_name,
        "city_name": address.city_name,
        "county_name": address.county_name,
        "detail_info": address.detail_info,
        "house_number": detail.house_number,
        "tel_number": address.tel_number,
        "postal_code": address.postal_code,
        "national_code": address.national_code,
    });
    if let Some(place) = detail.place {
        info["lat"] = place.lat.into();
        info["lng"] = place.lng.into();
    }
    json!({
        "address_id": kept.id,
        "name": detail.name,
        "address_info": info,
        "address_type": { "same_city": i64::from(detail.same_city), "pickup": i64::from(detail.pickup) },
        "landline": detail.landline,
        "remark": detail.remark,
        "send_addr": i64::from(detail.sends),
        "default_send": i64::from(kept.default_send),
        "recv_addr": i64::from(detail.receives),
        "default_recv": i64::from(kept.default_return),
        "create_time": kept.created_at.secs(),
        "update_time": kept.updated_at.secs(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;

    fn detail(extra: &Value) -> Value {
        let mut detail = json!({
            "address_info": {
                "user_name": "王小明", "tel_number": "020-81167888", "province_name": "广东省", "city_name": "广州市",
                "county_name": "海珠区", "detail_info": "新港中路397号", "postal_code": "510000", "national_code": "440105",
                "house_number": "12", "lat": 23.1, "lng": "113.3"
            },
            "address_type": { "same_city": 1, "pickup": false },
            "name": "仓库", "landline": "020-1", "remark": "后门", "send_addr": true, "default_send": 1, "unknown": 1
        });
        detail.as_object_mut().unwrap().extend(extra.as_object().cloned().unwrap_or_default());
        json!({ "address_detail": detail })
    }

    store::on_both! {
        rooms = rooms();

        async fn the_base_information_has_the_published_words(kit) {
            let app = app(&kit).await;
            let shop = open_shop(&app.store).await;
            let answer = wire(&app, Some(shop_app(shop.0)), "GET", "/shop/ec/basics/info/get", None).await;
            let info = &answer["info"];
            assert_eq!((info["status"].clone(), info["subject_type"].clone()), (json!("open_finished"), json!("企业")));
            assert_eq!((info["nickname"].clone(), info["username"].clone()), (json!("山茶"), json!("")));
            let missing = wire(&app, None, "GET", "/channels/ec/basics/info/get", None).await;
            assert_eq!(missing["errcode"], 41001);
        }

        async fn an_address_comes_back_as_it_was_written(kit) {
            let app = app(&kit).await;
            let shop = open_shop(&app.store).await;
            let call = async |path: &str, body: Value| {
                let path = format!("/channels/ec/merchant/address/{path}");
                wire(&app, Some(shop_app(shop.0)), "POST", &path, Some(body)).await
            };
            let made = call("add", detail(&json!({}))).await;
            let id = made["address_id"].as_str().unwrap().to_owned();
            let seen = call("get", json!({ "address_id": id.parse::<i64>().unwrap() })).await;
            let got = &seen["address_detail"];
            assert_eq!(got["address_id"], id.as_str());
            assert_eq!((got["send_addr"].clone(), got["recv_addr"].clone()), (json!(1), json!(0)));
            assert_eq!((got["default_send"].clone(), got["default_recv"].clone()), (json!(1), json!(0)));
            assert_eq!(got["address_type"], json!({ "same_city": 1, "pickup": 0 }));
            assert_eq!((got["address_info"]["lng"].clone(), got["address_info"]["house_number"].clone()), (json!(113.3), json!("12")));
            let new = detail(&json!({ "address_id": id, "remark": "前门", "recv_addr": 1, "default_recv": 1 }));
            assert_eq!(call("update", new).await["errcode"], 0);
            let seen = call("get", json!({ "address_id": id })).await;
            assert_eq!((seen["address_detail"]["remark"].clone(), seen["address_detail"]["default_recv"].clone()), (json!("前门"), json!(1)));
            let list = call("list", json!({ "offset": 0, "limit": 10 })).await;
            assert_eq!(list["address_id_list"], json!([id]));
            assert_eq!(call("list", json!({ "offset": 1, "limit": 10 })).await["address_id_list"], json!([]));
            assert_eq!(call("delete", json!({ "address_id": id })).await["errcode"], 0);
            assert_eq!(call("delete", json!({ "address_id": id })).await["errcode"], 40097);
            assert_eq!(call("update", detail(&json!({}))).await["errcode"], 40097);
        }

        async fn a_bad_address_and_one_of_another_shop_are_refused_alike(kit) {
            let app = app(&kit).await;
            let (shop, other) = (open_shop(&app.store).await, open_shop(&app.store).await);
            let call = async |shop: i64, path: &str, body: Value| {
                let path = format!("/channels/ec/merchant/address/{path}");
                wire(&app, Some(shop_app(shop)), "POST", &path, Some(body)).await
            };
            let bad = json!({ "address_info": { "user_name": "" } });
            assert_eq!(call(shop.0, "add", detail(&bad)).await["errcode"], 40097);
            let id = call(shop.0, "add", detail(&json!({}))).await["address_id"].clone();
            let foreign = call(other.0, "get", json!({ "address_id": id })).await;
            let unknown = call(other.0, "get", json!({ "address_id": 1 })).await;
            assert_eq!(foreign, unknown);
            assert_eq!(foreign["errcode"], 40097);
        }
    }
}
