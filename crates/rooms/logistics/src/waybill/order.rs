//! What is to be sent, from whom to whom: the order for a waybill, and what must be true of it.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Error, directory::CarrierInfo};

/// A sender or receiver.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Party {
    /// Name, at most 64 bytes.
    pub name: String,
    /// Telephone, at most 32 bytes. One of the two is needed; their form varies.
    pub tel: String,
    /// Mobile, at most 32 bytes.
    pub mobile: String,
    /// Company, at most 64 bytes.
    pub company: String,
    /// Postal code, at most 10 bytes.
    pub post_code: String,
    /// Country, at most 64 bytes.
    pub country: String,
    /// Province, at most 64 bytes.
    pub province: String,
    /// City, at most 64 bytes.
    pub city: String,
    /// District, at most 64 bytes.
    pub area: String,
    /// The rest of the address, at most 512 bytes.
    pub address: String,
}

/// One kind of thing in the parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CargoLine {
    /// Name, at most 128 bytes.
    pub name: String,
    /// How many.
    pub count: i64,
}

/// What is in the parcel, and how large it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cargo {
    /// Number of parcels.
    pub count: i64,
    /// Weight in kg.
    pub weight_kg: f64,
    /// Length in cm.
    pub length_cm: f64,
    /// Width in cm.
    pub width_cm: f64,
    /// Height in cm.
    pub height_cm: f64,
    /// The things.
    pub lines: Vec<CargoLine>,
}

/// What the buyer's notice shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ShopGoods {
    /// Page of the mini program.
    pub wxa_path: String,
    /// Picture.
    pub img_url: String,
    /// Name, at most 128 bytes.
    pub goods_name: String,
    /// How many; `None` when it was left out.
    pub goods_count: Option<i64>,
    /// Names of the goods, one by one.
    pub names: Vec<String>,
}

/// The order for a waybill, as an application gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewWaybill {
    /// 0 for an order of the mini program, 2 for one of an app or site.
    pub add_source: i64,
    /// The appid of a source 2.
    pub wx_appid: String,
    /// The merchant's order id, at most 512 bytes.
    pub order_id: String,
    /// The buyer; empty with source 2.
    pub openid: String,
    /// The carrier.
    pub delivery_id: String,
    /// The customer account.
    pub biz_id: String,
    /// Printed on the label, at most 1024 bytes.
    pub custom_remark: String,
    /// Picks a printer by tag; 0 for none.
    pub tag: i64,
    /// When to collect: `None` when left out, 0 when that is arranged already. Unix seconds.
    pub expect_time: Option<i64>,
    /// 0 the local branch settles, 1 the headquarters.
    pub take_mode: i64,
    /// From whom.
    pub sender: Party,
    /// To whom.
    pub receiver: Party,
    /// What.
    pub cargo: Cargo,
    /// What the buyer's notice shows.
    pub shop: ShopGoods,
    /// Insured value in fen; `None` without insurance.
    pub insured: Option<i64>,
    /// The number of the service.
    pub service_type: i64,
}

/// Source of an order of the mini program.
pub(crate) const FROM_MINI_PROGRAM: i64 = 0;
/// Source of an order of an app or site: the buyer gets no notice.
pub(crate) const FROM_ELSEWHERE: i64 = 2;

/// The carriers' own code for an incomplete sender.
const SENDER_INCOMPLETE: i64 = 20_002;
/// The carriers' own code for an incomplete receiver.
const RECEIVER_INCOMPLETE: i64 = 20_004;
/// The carriers' own code for an implausible count, weight or size.
const CARGO_IMPLAUSIBLE: i64 = 20_006;
/// The carriers' own code for an insurance that makes no sense.
const INSURANCE_WRONG: i64 = 20_008;

impl NewWaybill {
    /// Checks everything that needs no database, in the order of the published codes; gives the name of the service.
    pub(crate) fn check(&self, carrier: &CarrierInfo, now: Timestamp) -> Result<&'static str, Error> {
        self.check_lengths()?;
        if self.order_id.is_empty() {
            return Err(Error::Argument("order_id"));
        }
        if ![FROM_MINI_PROGRAM, FROM_ELSEWHERE].contains(&self.add_source) {
            return Err(Error::Argument("add_source"));
        }
        if ![0, 1].contains(&self.take_mode) {
            return Err(Error::Argument("take_mode"));
        }
        self.check_pickup(carrier, now)?;
        let service = carrier.service(&self.biz_id, self.service_type).ok_or(Error::UnknownService)?;
        self.check_shop()?;
        complete(&self.sender, SENDER_INCOMPLETE, "the sender is incomplete")?;
        complete(&self.receiver, RECEIVER_INCOMPLETE, "the receiver is incomplete")?;
        self.check_cargo()?;
        match self.insured {
            Some(value) if value < 0 => Err(refused(INSURANCE_WRONG, "the insured value is wrong")),
            _ => Ok(service),
        }
    }

    fn check_lengths(&self) -> Result<(), Error> {
        at_most(&self.order_id, 512, "order_id")?;
        at_most(&self.custom_remark, 1024, "custom_remark")?;
        at_most(&self.shop.goods_name, 128, "shop.goods_name")?;
        at_most(&self.shop.img_url, 1024, "shop.img_url")?;
        at_most(&self.shop.wxa_path, 1024, "shop.wxa_path")?;
        for line in &self.cargo.lines {
            at_most(&line.name, 128, "cargo.detail_list.name")?;
        }
        for party in [&self.sender, &self.receiver] {
            for (text, most, field) in party.limits() {
                at_most(text, most, field)?;
            }
        }
        let many = self.cargo.lines.len().max(self.shop.names.len());
        if many > MOST_LINES { Err(Error::TooLong("detail_list")) } else { Ok(()) }
    }

    fn check_pickup(&self, carrier: &CarrierInfo, now: Timestamp) -> Result<(), Error> {
        match self.expect_time {
            None if carrier.needs_expect_time => Err(Error::Argument("expect_time")),
            Some(at) if at != 0 && at <= now.secs() => Err(Error::Argument("expect_time")),
            _ => Ok(()),
        }
    }

    fn check_shop(&self) -> Result<(), Error> {
        let shop = &self.shop;
        let told = !shop.img_url.is_empty() && !shop.goods_name.is_empty() && shop.goods_count.is_some();
        let counted = shop.goods_count.is_none_or(|n| n >= 0);
        if counted && (told || !shop.names.is_empty()) { Ok(()) } else { Err(Error::ShopArguments) }
    }

    fn check_cargo(&self) -> Result<(), Error> {
        let cargo = &self.cargo;
        let sizes = [cargo.weight_kg, cargo.length_cm, cargo.width_cm, cargo.height_cm];
        let counts = cargo.lines.iter().all(|line| (0..=MOST_PIECES).contains(&line.count));
        let plausible = (1..=MOST_PIECES).contains(&cargo.count)
            && counts
            && sizes.iter().all(|size| (0.0..=MOST_KG_OR_CM).contains(size));
        if plausible {
            Ok(())
        } else {
            Err(refused(CARGO_IMPLAUSIBLE, "count, weight or size is implausible"))
        }
    }

    /// What the parcel holds, in a few words for the buyer.
    pub(crate) fn goods(&self) -> &str {
        self.shop.names.first().map_or(self.shop.goods_name.as_str(), String::as_str)
    }
}

const MOST_LINES: usize = 200;
const MOST_PIECES: i64 = 1_000_000;
const MOST_KG_OR_CM: f64 = 1_000_000.0;

impl Party {
    fn limits(&self) -> [(&str, usize, &'static str); 10] {
        [
            (&self.name, 64, "name"),
            (&self.tel, 32, "tel"),
            (&self.mobile, 32, "mobile"),
            (&self.company, 64, "company"),
            (&self.post_code, 10, "post_code"),
            (&self.country, 64, "country"),
            (&self.province, 64, "province"),
            (&self.city, 64, "city"),
            (&self.area, 64, "area"),
            (&self.address, 512, "address"),
        ]
    }

    /// Everything of the address in one line.
    pub(crate) fn whole_address(&self) -> String {
        [&self.province, &self.city, &self.area, &self.address].map(String::as_str).concat()
    }

    /// The number to call.
    pub(crate) fn phone(&self) -> &str {
        if self.mobile.is_empty() { &self.tel } else { &self.mobile }
    }
}

/// Limits are in bytes of UTF-8, as published.
pub(crate) fn at_most(text: &str, bytes: usize, field: &'static str) -> Result<(), Error> {
    if text.len() > bytes { Err(Error::TooLong(field)) } else { Ok(()) }
}

fn complete(party: &Party, code: i64, message: &str) -> Result<(), Error> {
    let whole = !party.name.is_empty() && !party.address.is_empty() && !party.phone().is_empty();
    if whole { Ok(()) } else { Err(refused(code, message)) }
}

fn refused(code: i64, message: &str) -> Error {
    Error::CarrierRefused { code, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{directory, testing::sample_order};

    const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

    fn check(change: impl Fn(&mut NewWaybill)) -> Result<&'static str, Error> {
        let mut order = sample_order();
        change(&mut order);
        order.check(directory::find(&order.delivery_id).unwrap(), NOW)
    }

    fn refusal(change: impl Fn(&mut NewWaybill)) -> i64 {
        match check(change) {
            Err(Error::CarrierRefused { code, .. }) => code,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_published_sample_is_an_order() {
        assert_eq!(check(|_| {}).unwrap(), "标准快递");
    }

    #[test]
    fn texts_have_their_published_lengths_in_bytes() {
        let long = |bytes: usize| "x".repeat(bytes);
        assert!(check(|o| o.order_id = long(512)).is_ok());
        assert!(matches!(check(|o| o.order_id = long(513)), Err(Error::TooLong("order_id"))));
        assert!(matches!(check(|o| o.custom_remark = long(1025)), Err(Error::TooLong("custom_remark"))));
        assert!(matches!(check(|o| o.receiver.name = "名".repeat(22)), Err(Error::TooLong("name"))));
        assert!(matches!(check(|o| o.sender.address = long(513)), Err(Error::TooLong("address"))));
        let line = |o: &mut NewWaybill| o.cargo.lines[0].name = "x".repeat(129);
        assert!(matches!(check(line), Err(Error::TooLong("cargo.detail_list.name"))));
        let many = |o: &mut NewWaybill| o.shop.names = vec!["x".into(); 201];
        assert!(matches!(check(many), Err(Error::TooLong("detail_list"))));
    }

    #[test]
    fn members_have_their_published_values() {
        assert!(matches!(check(|o| o.order_id.clear()), Err(Error::Argument("order_id"))));
        assert!(matches!(check(|o| o.add_source = 1), Err(Error::Argument("add_source"))));
        assert!(matches!(check(|o| o.take_mode = 2), Err(Error::Argument("take_mode"))));
        assert!(matches!(check(|o| o.service_type = 9), Err(Error::UnknownService)));
    }

    #[test]
    fn a_pickup_lies_ahead_and_one_carrier_must_be_told_it() {
        assert!(check(|o| o.expect_time = Some(0)).is_ok());
        assert!(check(|o| o.expect_time = Some(NOW.secs() + 1)).is_ok());
        assert!(matches!(check(|o| o.expect_time = Some(NOW.secs())), Err(Error::Argument("expect_time"))));
        assert!(matches!(check(|o| o.expect_time = None), Err(Error::Argument("expect_time"))));
        let elsewhere = |o: &mut NewWaybill| {
            o.delivery_id = "ZTO".into();
            o.expect_time = None;
        };
        assert!(check(elsewhere).is_ok());
    }

    #[test]
    fn goods_are_told_one_by_one_or_together() {
        let alone = |o: &mut NewWaybill| o.shop.names.clear();
        assert!(matches!(check(alone), Err(Error::ShopArguments)));
        let together = |o: &mut NewWaybill| {
            o.shop = ShopGoods {
                img_url: "https://example.com/a.png".into(),
                goods_name: "苹果".into(),
                goods_count: Some(1),
                ..ShopGoods::default()
            };
        };
        assert!(check(together).is_ok());
        assert!(matches!(check(|o| o.shop.goods_count = Some(-1)), Err(Error::ShopArguments)));
    }

    #[test]
    fn a_carrier_refuses_what_it_could_not_carry() {
        assert_eq!(refusal(|o| o.sender.name.clear()), SENDER_INCOMPLETE);
        assert_eq!(refusal(|o| o.receiver.address.clear()), RECEIVER_INCOMPLETE);
        let mute = |o: &mut NewWaybill| {
            o.receiver.tel.clear();
            o.receiver.mobile.clear();
        };
        assert_eq!(refusal(mute), RECEIVER_INCOMPLETE);
        assert!(check(|o| o.receiver.tel.clear()).is_ok());
        assert_eq!(refusal(|o| o.cargo.count = 0), CARGO_IMPLAUSIBLE);
        assert_eq!(refusal(|o| o.cargo.weight_kg = f64::NAN), CARGO_IMPLAUSIBLE);
        assert_eq!(refusal(|o| o.cargo.height_cm = -1.0), CARGO_IMPLAUSIBLE);
        assert_eq!(refusal(|o| o.insured = Some(-1)), INSURANCE_WRONG);
    }
}
