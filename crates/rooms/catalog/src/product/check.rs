//! Whether what a merchant wrote may be sold. Pure; the order of the checks is the order of refusal.
//! Limits: `docs/wire/products.md`.

use kernel::{Timestamp, clean_text, day_ms};
use std::collections::{HashMap, HashSet};

use super::{Attr, Content, DeliverMethod, Edition, Presale, SkuContent};
use crate::{
    Flaw,
    category::{AttrRule, CategoryRules},
};

/// The highest price, minor units.
pub(crate) const MOST_PRICE: i64 = 1_000_000_000;
/// Most skus.
pub(crate) const MOST_SKUS: usize = 500;
const MOST_HEAD_IMGS: usize = 9;
const MOST_DESC_IMGS: usize = 50;
const MOST_LICENCES: usize = 5;
const MOST_ATTRS: usize = 50;
const MOST_VALUES: usize = 100;
/// The last moment that a product may wait for: the end of the year 9999.
const LATEST: Timestamp = Timestamp::from_secs(253_402_300_799);

/// Checks one copy of a product against the rules of its category.
pub(crate) fn check(edition: &Edition, rules: &CategoryRules, now: Timestamp) -> Result<(), Flaw> {
    let content = &edition.content;
    texts(content)?;
    pictures(content, rules)?;
    attrs(&content.attrs, &rules.product_attrs)?;
    brand(content, rules)?;
    delivery(content, rules)?;
    terms(content)?;
    timing(content)?;
    presale(content.presale, rules, now)?;
    if edition.skus.is_empty() {
        return Err(Flaw::NoSku);
    }
    if edition.skus.len() > MOST_SKUS {
        return Err(Flaw::SkuCount);
    }
    let skus: Vec<&SkuContent> = edition.skus.iter().map(|s| &s.content).collect();
    for sku in &skus {
        one_sku(sku, rules, now)?;
    }
    sku_attrs(&skus, rules)
}

fn texts(content: &Content) -> Result<(), Flaw> {
    title(&content.title)?;
    text(&content.short_title, 20, Flaw::Argument("short_title"))?;
    text(&content.sub_title, 18, Flaw::Argument("sub_title"))?;
    text(&content.out_product_id, 128, Flaw::OutProductIdTooLong)?;
    text(&content.spu_code, 64, Flaw::Argument("spu_code"))?;
    text(&content.desc, 2000, Flaw::DescTooLong)?;
    text(&content.aftersale_desc, 2000, Flaw::Argument("aftersale_desc"))
}

fn timing(content: &Content) -> Result<(), Flaw> {
    let moments = Timestamp::from_ms(0)..=LATEST;
    match content.timing {
        Some(timing) if !moments.contains(&timing.onsale_at) => Err(Flaw::Argument("timing.onsale_at")),
        _ => Ok(()),
    }
}

fn title(raw: &str) -> Result<(), Flaw> {
    if raw.trim().is_empty() {
        return Err(Flaw::TitleEmpty);
    }
    text(raw, 60, Flaw::TitleTooLong)?;
    if raw.chars().filter(|c| c.is_alphanumeric()).count() < 5 { Err(Flaw::TitleTooShort) } else { Ok(()) }
}

/// Whether a title has words that are more than digits, Latin letters and signs: a rule of the wire alone.
pub(crate) fn title_has_words(title: &str) -> bool {
    title.chars().any(|c| c.is_alphabetic() && !c.is_ascii())
}

fn text(raw: &str, max: usize, too_long: Flaw) -> Result<(), Flaw> {
    match clean_text(raw, max) {
        Ok(_) => Ok(()),
        Err(kernel::TextError::TooLong { .. }) => Err(too_long),
        Err(_) => Err(Flaw::Argument(too_long.field())),
    }
}

fn pictures(content: &Content, rules: &CategoryRules) -> Result<(), Flaw> {
    let least = usize::try_from(rules.min_head_imgs).unwrap_or(MOST_HEAD_IMGS);
    if content.head_imgs.len() < least {
        return Err(Flaw::HeadPictureMissing);
    }
    if content.head_imgs.len() > MOST_HEAD_IMGS {
        return Err(Flaw::HeadPictureTooMany);
    }
    if content.desc_imgs.len() > MOST_DESC_IMGS {
        return Err(Flaw::DescPictureTooMany);
    }
    let too_many = |pictures: &Vec<String>| pictures.len() > MOST_LICENCES;
    if too_many(&content.qualifications) || content.certificates.iter().any(|c| too_many(&c.pictures)) {
        return Err(Flaw::LicenceTooMany);
    }
    let proven = |id| content.certificates.iter().any(|c| c.licence_id == id && !c.pictures.is_empty());
    if rules.licences.iter().any(|l| l.mandatory && !proven(l.id)) {
        return Err(Flaw::Missing("certificates"));
    }
    Ok(())
}

fn attrs(attrs: &[Attr], rules: &[AttrRule]) -> Result<(), Flaw> {
    if attrs.len() > MOST_ATTRS {
        return Err(Flaw::Argument("attrs"));
    }
    for attr in attrs {
        one_attr(attr)?;
        let rule = rules.iter().find(|rule| rule.name == attr.attr_key);
        if rule.is_some_and(|rule| !rule.takes(&attr.attr_value)) {
            return Err(Flaw::Argument("attrs"));
        }
    }
    let has = |name: &str| attrs.iter().any(|attr| attr.attr_key == name);
    if rules.iter().any(|rule| rule.required && !has(&rule.name)) {
        Err(Flaw::Missing("attrs"))
    } else {
        Ok(())
    }
}

fn one_attr(attr: &Attr) -> Result<(), Flaw> {
    for (part, flaw) in [(&attr.attr_key, Flaw::AttrKey), (&attr.attr_value, Flaw::AttrValue)] {
        if part.trim().is_empty() || clean_text(part, 40).is_err() {
            return Err(flaw);
        }
    }
    Ok(())
}

fn brand(content: &Content, rules: &CategoryRules) -> Result<(), Flaw> {
    match content.brand {
        None if rules.brand_required => Err(Flaw::Missing("brand")),
        Some(brand) if !rules.brands.is_empty() && !rules.brands.contains(&brand) => {
            Err(Flaw::Argument("brand"))
        }
        _ => Ok(()),
    }
}

fn delivery(content: &Content, rules: &CategoryRules) -> Result<(), Flaw> {
    if content.deliver_method != DeliverMethod::Express && !rules.no_shipment {
        return Err(Flaw::Argument("deliver_method"));
    }
    let known = content.deliver_acct_type.iter().all(|kind| (1..=4).contains(kind));
    if !known || content.deliver_acct_type.len() > 4 {
        return Err(Flaw::Argument("deliver_acct_type"));
    }
    if content.deliver_method == DeliverMethod::Account && content.deliver_acct_type.is_empty() {
        return Err(Flaw::Missing("deliver_acct_type"));
    }
    let weight = content.express.as_ref().and_then(|e| e.weight_g);
    let digits = |text: &str| text.len() <= 20 && text.bytes().all(|b| b.is_ascii_digit());
    let numbered = content.express.as_ref().is_none_or(|e| digits(&e.template_id));
    if !numbered || weight.is_some_and(|grams| !(1..=1_000_000_000).contains(&grams)) {
        return Err(Flaw::Argument("express"));
    }
    Ok(())
}

fn terms(content: &Content) -> Result<(), Flaw> {
    if content.limit.is_some_and(|l| !(1..=3).contains(&l.period) || !(1..=1_000_000).contains(&l.most)) {
        return Err(Flaw::Argument("limit"));
    }
    if !(0..=2).contains(&content.service.seven_day_return) {
        return Err(Flaw::Argument("service"));
    }
    if !(0..=1).contains(&content.release_mode) {
        return Err(Flaw::Argument("release_mode"));
    }
    let Some(chart) = &content.size_chart else { return Ok(()) };
    let value = |v: &super::SizeValue| {
        [Some(&v.key), v.value.as_ref(), v.left.as_ref(), v.right.as_ref()]
            .into_iter()
            .flatten()
            .all(|text| clean_text(text, 40).is_ok())
    };
    let column = |c: &super::SizeColumn| {
        clean_text(&c.name, 40).is_ok()
            && clean_text(&c.unit, 20).is_ok()
            && c.value_list.len() <= MOST_VALUES
            && c.value_list.iter().all(value)
    };
    let fits = chart.specification_list.len() <= 20 && chart.specification_list.iter().all(column);
    if fits { Ok(()) } else { Err(Flaw::Argument("size_chart")) }
}

/// A presale's window is at most 15 days and ends within 30; goods leave within 3 to 15 days.
pub(crate) fn presale(presale: Option<Presale>, rules: &CategoryRules, now: Timestamp) -> Result<(), Flaw> {
    let Some(presale) = presale else { return Ok(()) };
    let wrong = Err(Flaw::Argument("presale"));
    if !rules.presale || !(3..=15).contains(&presale.days) || !(0..=2).contains(&presale.counts_from) {
        return wrong;
    }
    match (presale.begins_at, presale.ends_at) {
        (None, None) if presale.counts_from == 0 => Ok(()),
        (Some(begin), Some(end)) => {
            let fits = begin < end && end - begin <= day_ms(15) && end - now <= day_ms(30);
            if fits { Ok(()) } else { wrong }
        }
        _ => wrong,
    }
}

fn one_sku(sku: &SkuContent, rules: &CategoryRules, now: Timestamp) -> Result<(), Flaw> {
    price(sku.sale_price, sku.market_price)?;
    text(&sku.sku_code, 20, Flaw::SkuCodeTooLong)?;
    text(&sku.out_sku_id, 128, Flaw::OutSkuIdTooLong)?;
    text(&sku.bar_code, 64, Flaw::Argument("skus.bar_code"))?;
    for attr in &sku.attrs {
        one_attr(attr)?;
    }
    presale(sku.presale, rules, now)
}

/// A price is above 0, not above the market price, and not absurd.
pub(crate) fn price(sale: i64, market: i64) -> Result<(), Flaw> {
    if sale <= 0 || market <= 0 {
        return Err(Flaw::PriceZero);
    }
    if sale > MOST_PRICE || market > MOST_PRICE {
        return Err(Flaw::PriceTooHigh);
    }
    if sale > market { Err(Flaw::SaleAboveMarket) } else { Ok(()) }
}

/// Skus differ, all in the same attributes.
fn sku_attrs(skus: &[&SkuContent], rules: &CategoryRules) -> Result<(), Flaw> {
    let keys = |sku: &SkuContent| sku.attrs.iter().map(|a| a.attr_key.clone()).collect::<Vec<_>>();
    let first = skus.first().map(|sku| keys(sku)).unwrap_or_default();
    let mut values: HashMap<&str, HashSet<&str>> = HashMap::new();
    let mut seen = HashSet::new();
    for sku in skus {
        if keys(sku) != first || !seen.insert(&sku.attrs) {
            return Err(Flaw::Argument("skus.attrs"));
        }
        for attr in &sku.attrs {
            values.entry(&attr.attr_key).or_default().insert(&attr.attr_value);
        }
    }
    if values.len() != first.len() {
        return Err(Flaw::Argument("skus.attrs"));
    }
    for (key, of_key) in &values {
        let rule = rules.sale_attrs.iter().find(|rule| rule.name == *key);
        let unknown = rule.is_none() && rules.sale_attrs_only;
        if unknown || rule.is_some_and(|rule| !of_key.iter().all(|value| rule.takes(value))) {
            return Err(Flaw::SaleAttr);
        }
        if of_key.len() > MOST_VALUES {
            return Err(Flaw::SaleAttrValues);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
