//! What clients send: numbers in quotes and bare, members left out, null or unknown (`docs/wire/quirks.md`).

use face::wire::{Flag, Int};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::{Cargo, CargoLine, NewWaybill, Party, ShopGoods, WaybillKey};

/// A text; a number is its digits, null is empty. One with a NUL, which no database of ours keeps, is refused.
#[derive(Debug, Clone, Default)]
pub(super) struct Words(pub(super) String);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        match Value::deserialize(d)? {
            Value::String(s) if !s.contains('\0') => Ok(Self(s)),
            Value::Number(n) => Ok(Self(n.to_string())),
            Value::Null => Ok(Self::default()),
            _ => Err(serde::de::Error::custom("a text was expected")),
        }
    }
}

/// Any number; its digits in a string are as good, null and an empty text are 0.
#[derive(Debug, Clone, Copy, Default)]
struct Num(f64);

impl<'de> Deserialize<'de> for Num {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let wrong = || serde::de::Error::custom("a number was expected");
        match Value::deserialize(d)? {
            Value::Number(n) => n.as_f64().map(Self).ok_or_else(wrong),
            Value::String(s) if s.trim().is_empty() => Ok(Self(0.0)),
            Value::String(s) => s.trim().parse().map(Self).map_err(|_| wrong()),
            Value::Null => Ok(Self(0.0)),
            _ => Err(wrong()),
        }
    }
}

/// One text of items joined by commas, or an array of items.
#[derive(Debug, Clone, Default)]
pub(super) struct Joined(pub(super) String);

impl<'de> Deserialize<'de> for Joined {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Text(Words),
            List(Vec<Words>),
        }
        Ok(match Either::deserialize(d)? {
            Either::Text(text) => Self(text.0),
            Either::List(items) => Self(items.into_iter().map(|w| w.0).collect::<Vec<_>>().join(",")),
        })
    }
}

#[derive(Deserialize)]
pub(super) struct BindInput {
    /// The word `bind` or `unbind`; a number is refused.
    #[serde(default, rename = "type")]
    pub(super) kind: Value,
    #[serde(default)]
    pub(super) biz_id: Words,
    #[serde(default)]
    pub(super) delivery_id: Words,
    #[serde(default)]
    pub(super) password: Words,
    #[serde(default)]
    pub(super) remark_content: Words,
}

#[derive(Deserialize)]
pub(super) struct QuotaInput {
    #[serde(default)]
    pub(super) delivery_id: Words,
    #[serde(default)]
    pub(super) biz_id: Words,
}

#[derive(Deserialize)]
pub(super) struct PrinterInput {
    #[serde(default)]
    pub(super) openid: Words,
    #[serde(default)]
    pub(super) update_type: Words,
    #[serde(default)]
    pub(super) tagid_list: Joined,
}

#[derive(Deserialize)]
pub(super) struct KeyInput {
    #[serde(default)]
    order_id: Words,
    #[serde(default)]
    openid: Words,
    #[serde(default)]
    delivery_id: Words,
    #[serde(default)]
    waybill_id: Words,
    #[serde(default)]
    pub(super) print_type: Option<Int>,
}

impl KeyInput {
    pub(super) fn key(self) -> WaybillKey {
        WaybillKey {
            order_id: self.order_id.0,
            openid: self.openid.0,
            delivery_id: self.delivery_id.0,
            waybill_id: self.waybill_id.0,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct BatchInput {
    #[serde(default)]
    pub(super) order_list: Vec<KeyInput>,
}

#[derive(Deserialize)]
pub(super) struct TestUpdateInput {
    #[serde(default)]
    pub(super) biz_id: Words,
    #[serde(default)]
    pub(super) order_id: Words,
    #[serde(default)]
    pub(super) delivery_id: Words,
    #[serde(default)]
    pub(super) waybill_id: Words,
    #[serde(default)]
    pub(super) action_time: Int,
    #[serde(default)]
    pub(super) action_type: Int,
    #[serde(default)]
    pub(super) action_msg: Words,
}

#[derive(Deserialize)]
pub(super) struct AddInput {
    #[serde(default)]
    add_source: Option<Int>,
    #[serde(default)]
    wx_appid: Words,
    #[serde(default)]
    order_id: Words,
    #[serde(default)]
    openid: Words,
    #[serde(default)]
    delivery_id: Words,
    #[serde(default)]
    biz_id: Words,
    #[serde(default)]
    custom_remark: Words,
    #[serde(default)]
    tagid: Option<Int>,
    #[serde(default)]
    expect_time: Option<Int>,
    #[serde(default)]
    take_mode: Option<Int>,
    #[serde(default)]
    sender: Option<PartyInput>,
    #[serde(default)]
    receiver: Option<PartyInput>,
    #[serde(default)]
    cargo: Option<CargoInput>,
    #[serde(default)]
    shop: Option<ShopInput>,
    #[serde(default)]
    insured: Option<InsuredInput>,
    #[serde(default)]
    service: Option<ServiceInput>,
}

#[derive(Deserialize, Default)]
struct PartyInput {
    #[serde(default)]
    name: Words,
    #[serde(default)]
    tel: Words,
    #[serde(default)]
    mobile: Words,
    #[serde(default)]
    company: Words,
    #[serde(default)]
    post_code: Words,
    #[serde(default)]
    country: Words,
    #[serde(default)]
    province: Words,
    #[serde(default)]
    city: Words,
    #[serde(default)]
    area: Words,
    #[serde(default)]
    address: Words,
}

#[derive(Deserialize, Default)]
struct CargoInput {
    #[serde(default)]
    count: Option<Int>,
    #[serde(default)]
    weight: Num,
    #[serde(default)]
    space_x: Num,
    #[serde(default)]
    space_y: Num,
    #[serde(default)]
    space_z: Num,
    #[serde(default)]
    detail_list: Option<Vec<CargoLineInput>>,
}

#[derive(Deserialize)]
struct CargoLineInput {
    #[serde(default)]
    name: Words,
    #[serde(default)]
    count: Option<Int>,
}

#[derive(Deserialize, Default)]
struct ShopInput {
    #[serde(default)]
    wxa_path: Words,
    #[serde(default)]
    img_url: Words,
    #[serde(default)]
    goods_name: Words,
    #[serde(default)]
    goods_count: Option<Int>,
    #[serde(default)]
    detail_list: Option<Vec<ShopLineInput>>,
}

#[derive(Deserialize)]
struct ShopLineInput {
    #[serde(default)]
    goods_name: Words,
}

#[derive(Deserialize)]
struct InsuredInput {
    #[serde(default)]
    use_insured: Option<Flag>,
    #[serde(default)]
    insured_value: Option<Int>,
}

#[derive(Deserialize)]
struct ServiceInput {
    #[serde(default)]
    service_type: Option<Int>,
}

/// No carrier has a service of this number.
const NO_SERVICE: i64 = -1;

impl AddInput {
    pub(super) fn order(self) -> NewWaybill {
        let whole = |n: Option<Int>| n.map_or(0, |n| n.0);
        NewWaybill {
            add_source: whole(self.add_source),
            wx_appid: self.wx_appid.0,
            order_id: self.order_id.0,
            openid: self.openid.0,
            delivery_id: self.delivery_id.0,
            biz_id: self.biz_id.0,
            custom_remark: self.custom_remark.0,
            tag: whole(self.tagid),
            expect_time: self.expect_time.map(|n| n.0),
            take_mode: whole(self.take_mode),
            sender: self.sender.unwrap_or_default().party(),
            receiver: self.receiver.unwrap_or_default().party(),
            cargo: self.cargo.unwrap_or_default().cargo(),
            shop: self.shop.unwrap_or_default().goods(),
            insured: self.insured.and_then(InsuredInput::value),
            service_type: self.service.and_then(|s| s.service_type).map_or(NO_SERVICE, |n| n.0),
        }
    }
}

impl InsuredInput {
    fn value(self) -> Option<i64> {
        let used = self.use_insured.is_some_and(|flag| flag.0);
        used.then(|| self.insured_value.map_or(0, |n| n.0))
    }
}

impl PartyInput {
    fn party(self) -> Party {
        Party {
            name: self.name.0,
            tel: self.tel.0,
            mobile: self.mobile.0,
            company: self.company.0,
            post_code: self.post_code.0,
            country: self.country.0,
            province: self.province.0,
            city: self.city.0,
            area: self.area.0,
            address: self.address.0,
        }
    }
}

impl CargoInput {
    fn cargo(self) -> Cargo {
        let lines = self.detail_list.unwrap_or_default();
        Cargo {
            count: self.count.map_or(1, |n| n.0),
            weight_kg: self.weight.0,
            length_cm: self.space_x.0,
            width_cm: self.space_y.0,
            height_cm: self.space_z.0,
            lines: lines
                .into_iter()
                .map(|line| CargoLine { name: line.name.0, count: line.count.map_or(1, |n| n.0) })
                .collect(),
        }
    }
}

impl ShopInput {
    fn goods(self) -> ShopGoods {
        ShopGoods {
            wxa_path: self.wxa_path.0,
            img_url: self.img_url.0,
            goods_name: self.goods_name.0,
            goods_count: self.goods_count.map(|n| n.0),
            names: self.detail_list.unwrap_or_default().into_iter().map(|line| line.goods_name.0).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_and_numbers_come_either_way() {
        let words = |v: Value| serde_json::from_value::<Words>(v).ok().map(|w| w.0);
        assert_eq!(words(json!("x")).as_deref(), Some("x"));
        assert_eq!(words(json!(13_800_000_000_i64)).as_deref(), Some("13800000000"));
        assert_eq!(words(json!(null)).as_deref(), Some(""));
        assert_eq!(words(json!("a\0b")), None);
        assert_eq!(words(json!([])), None);
        let num = |v: Value| serde_json::from_value::<Num>(v).ok().map(|n| n.0);
        assert_eq!(num(json!(5.5)), Some(5.5));
        assert_eq!(num(json!("30.5")), Some(30.5));
        assert_eq!(num(json!("heavy")), None);
    }

    #[test]
    fn tags_come_joined_or_as_a_list() {
        let tags = |v: Value| serde_json::from_value::<Joined>(v).unwrap().0;
        assert_eq!(tags(json!("123,456")), "123,456");
        assert_eq!(tags(json!(["123", 456])), "123,456");
        assert_eq!(tags(json!(null)), "");
    }

    #[test]
    fn what_is_left_out_has_its_published_default() {
        let order = serde_json::from_value::<AddInput>(json!({})).unwrap().order();
        assert_eq!((order.add_source, order.cargo.count, order.expect_time), (0, 1, None));
        assert_eq!((order.insured, order.service_type), (None, NO_SERVICE));
    }

    #[test]
    fn a_value_without_insurance_insures_nothing() {
        let insured = |v: Value| serde_json::from_value::<InsuredInput>(v).unwrap().value();
        assert_eq!(insured(json!({"use_insured": 0, "insured_value": 10_000})), None);
        assert_eq!(insured(json!({"use_insured": 1, "insured_value": 10_000})), Some(10_000));
    }
}
