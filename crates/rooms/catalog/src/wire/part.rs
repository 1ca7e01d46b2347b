//! The parts that requests and answers share: their wire form, and ours.

use face::wire::{Flag, Id, Int};
use kernel::Timestamp;
use media::Files;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Attr, BuyLimit, Certificates, DeliverMethod, Express, Flaw, Presale, Service, SizeChart, SizeColumn,
    SizeValue, Timing,
};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct AttrIn {
    attr_key: String,
    attr_value: String,
}

pub(super) fn attrs(all: Vec<AttrIn>) -> Vec<Attr> {
    all.into_iter().map(|a| Attr::new(a.attr_key, a.attr_value)).collect()
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ExpressIn {
    template_id: Option<Id>,
    weight: Option<Int>,
}

pub(super) fn express(raw: &ExpressIn) -> Express {
    let template_id = raw.template_id.map(|id| id.0.to_string()).unwrap_or_default();
    // Zero is how clients leave the weight out.
    Express { template_id, weight_g: raw.weight.map(|w| w.0).filter(|w| *w != 0) }
}

pub(super) fn express_out(express: &Express) -> Value {
    json!({ "template_id": express.template_id, "weight": express.weight_g.unwrap_or(0) })
}

pub(super) fn deliver_method(number: Int) -> Result<DeliverMethod, Flaw> {
    DeliverMethod::of(number.0).ok_or(Flaw::Argument("deliver_method"))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct LimitIn {
    period_type: Int,
    limited_buy_num: Int,
}

pub(super) fn limit(raw: &LimitIn) -> Option<BuyLimit> {
    let (period, most) = (raw.period_type.0, raw.limited_buy_num.0);
    (period != 0).then_some(BuyLimit { period, most })
}

pub(super) fn limit_out(limit: Option<BuyLimit>) -> Value {
    let (period, most) = limit.map_or((0, 0), |l| (l.period, l.most));
    json!({ "period_type": period, "limited_buy_num": most })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ServiceIn {
    seven_day_return: Int,
    pay_after_use: Flag,
    freight_insurance: Flag,
    fake_one_pay_three: Flag,
    damage_guarantee: Flag,
    exchange_support: Flag,
}

pub(super) const fn service(raw: &ServiceIn) -> Service {
    Service {
        seven_day_return: raw.seven_day_return.0,
        pay_after_use: raw.pay_after_use.0,
        freight_insurance: raw.freight_insurance.0,
        fake_one_pay_three: raw.fake_one_pay_three.0,
        damage_guarantee: raw.damage_guarantee.0,
        exchange_support: raw.exchange_support.0,
    }
}

pub(super) fn service_out(service: Service) -> Value {
    json!({
        "seven_day_return": service.seven_day_return,
        "pay_after_use": i64::from(service.pay_after_use),
        "freight_insurance": i64::from(service.freight_insurance),
        "fake_one_pay_three": i64::from(service.fake_one_pay_three),
        "damage_guarantee": i64::from(service.damage_guarantee),
        "exchange_support": i64::from(service.exchange_support),
    })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct DeliverIn {
    stock_type: Int,
    presale_begin_time: Int,
    presale_end_time: Int,
    full_payment_presale_delivery_type: Int,
    full_payment_presale_delivery_time: Int,
    spot_after_presale_end: Flag,
}

/// `stock_type` 0 is from stock: no presale.
pub(super) fn presale(raw: &DeliverIn) -> Option<Presale> {
    let moment = |secs: Int| (secs.0 != 0).then(|| Timestamp::from_secs(secs.0));
    (raw.stock_type.0 != 0).then(|| Presale {
        begins_at: moment(raw.presale_begin_time),
        ends_at: moment(raw.presale_end_time),
        counts_from: raw.full_payment_presale_delivery_type.0,
        days: raw.full_payment_presale_delivery_time.0,
        then_in_stock: raw.spot_after_presale_end.0,
    })
}

pub(super) fn presale_out(presale: Option<Presale>) -> Value {
    let Some(presale) = presale else { return json!({ "stock_type": 0 }) };
    let secs = |at: Option<Timestamp>| at.map_or(0, Timestamp::secs);
    json!({
        "stock_type": 1,
        "presale_begin_time": secs(presale.begins_at),
        "presale_end_time": secs(presale.ends_at),
        "full_payment_presale_delivery_type": presale.counts_from,
        "full_payment_presale_delivery_time": presale.days,
        "spot_after_presale_end": i64::from(presale.then_in_stock),
    })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SpuDeliverIn {
    is_spu_range: Flag,
    sku_deliver_info: DeliverIn,
}

pub(super) fn spu_presale(raw: &SpuDeliverIn) -> Option<Presale> {
    if raw.is_spu_range.0 { presale(&raw.sku_deliver_info) } else { None }
}

pub(super) fn spu_presale_out(of_product: Option<Presale>) -> Value {
    json!({ "is_spu_range": of_product.is_some(), "sku_deliver_info": presale_out(of_product) })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct TimingIn {
    status: Int,
    onsale_time: Int,
    is_hide_price: Flag,
}

pub(super) fn timing(raw: &TimingIn) -> Option<Timing> {
    let onsale_at = Timestamp::from_secs(raw.onsale_time.0);
    (raw.status.0 != 0).then_some(Timing { onsale_at, hide_price: raw.is_hide_price.0 })
}

pub(super) fn timing_out(timing: Option<Timing>) -> Value {
    let Some(timing) = timing else { return json!({ "status": 0 }) };
    json!({
        "status": 1,
        "onsale_time": timing.onsale_at.secs(),
        "is_hide_price": i64::from(timing.hide_price),
    })
}

#[derive(Deserialize)]
pub(super) struct CertificateIn {
    qua_id: Id,
    #[serde(default)]
    qua_url: Vec<String>,
}

pub(super) fn certificates(all: Vec<CertificateIn>) -> Vec<Certificates> {
    all.into_iter().map(|c| Certificates { licence_id: c.qua_id.0, pictures: c.qua_url }).collect()
}

pub(super) fn certificate_out(files: &Files, certificates: &Certificates) -> Value {
    let pictures: Vec<String> = certificates.pictures.iter().map(|path| files.absolute(path)).collect();
    json!({ "qua_id": certificates.licence_id.to_string(), "qua_url": pictures })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SizeChartIn {
    enable: Flag,
    specification_list: Vec<SizeColumnIn>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SizeColumnIn {
    name: String,
    unit: String,
    is_range: Flag,
    value_list: Vec<SizeValueIn>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SizeValueIn {
    key: String,
    value: Option<String>,
    left: Option<String>,
    right: Option<String>,
}

pub(super) fn size_chart(raw: SizeChartIn) -> SizeChart {
    let value = |v: SizeValueIn| SizeValue { key: v.key, value: v.value, left: v.left, right: v.right };
    let column = |c: SizeColumnIn| SizeColumn {
        name: c.name,
        unit: c.unit,
        is_range: c.is_range.0,
        value_list: c.value_list.into_iter().map(value).collect(),
    };
    let specification_list = raw.specification_list.into_iter().map(column).collect();
    SizeChart { enable: raw.enable.0, specification_list }
}
