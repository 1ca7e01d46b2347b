//! What a category asks of the products in it.

use kernel::{BrandId, SHORT_ID_MAX, clean_text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Error;

/// The kinds of value that an attribute may have, by their published names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = catalog::AttrKind)]
pub enum AttrKind {
    /// Any text.
    #[default]
    String,
    /// One of the options.
    SelectOne,
    /// Any of the options, joined with `;`.
    SelectMany,
    /// A whole number.
    Integer,
    /// A number with at most four decimals.
    Decimal4,
    /// A whole number and a unit.
    IntegerUnit,
    /// A number with at most four decimals and a unit.
    Decimal4Unit,
}

impl AttrKind {
    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::SelectOne => "select_one",
            Self::SelectMany => "select_many",
            Self::Integer => "integer",
            Self::Decimal4 => "decimal4",
            Self::IntegerUnit => "integer_unit",
            Self::Decimal4Unit => "decimal4_unit",
        }
    }
}

/// An attribute that a category asks for or offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::AttrRule)]
pub struct AttrRule {
    /// Its name.
    pub name: String,
    /// What its values are.
    #[serde(default)]
    pub kind: AttrKind,
    /// The options of a choice.
    #[serde(default)]
    pub options: Vec<String>,
    /// Needed.
    #[serde(default)]
    pub required: bool,
    /// Other values than the options are taken too.
    #[serde(default)]
    pub open: bool,
    /// What to write; may be empty.
    #[serde(default)]
    pub hint: String,
}

/// A licence that a category asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::Licence)]
pub struct Licence {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What to send; may be empty.
    #[serde(default)]
    pub tips: String,
    /// Needed.
    #[serde(default)]
    pub mandatory: bool,
}

/// What a category asks of the products in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = catalog::CategoryRules)]
#[expect(clippy::struct_excessive_bools, reason = "each is a rule by itself")]
pub struct CategoryRules {
    /// Its products may be given as gifts.
    pub gift_allowed: bool,
    /// Days within which a product may be sent back without a reason; 0 where it may not.
    pub return_days: i64,
    /// Its products may be sold before they are there.
    pub presale: bool,
    /// Its products need not be shipped.
    pub no_shipment: bool,
    /// A shop needs a grant for it.
    pub permit_required: bool,
    /// The fewest head pictures, 3 to 9.
    pub min_head_imgs: i64,
    /// A product needs a brand.
    pub brand_required: bool,
    /// The brands it takes; empty for any.
    #[schema(value_type = Vec<String>)]
    pub brands: Vec<BrandId>,
    /// What a shop deposits for it, fen.
    pub deposit: i64,
    /// Attributes of its products.
    pub product_attrs: Vec<AttrRule>,
    /// What its skus differ in.
    pub sale_attrs: Vec<AttrRule>,
    /// Its skus differ in nothing else.
    pub sale_attrs_only: bool,
    /// The licence that a shop needs for the grant.
    pub permit: Option<Licence>,
    /// Licences of its products.
    pub licences: Vec<Licence>,
}

/// The highest deposit, fen.
const MOST_DEPOSIT: i64 = 100_000_000_000;
/// Most licences, attributes, options of one, and brands.
const MOST_LICENCES: usize = 50;
const MOST_RULES: usize = 100;
const MOST_OPTIONS: usize = 500;
const MOST_BRANDS: usize = 1_000;
/// The fewest head pictures anywhere.
pub(crate) const HEAD_IMGS: std::ops::RangeInclusive<i64> = 3..=9;

impl Default for CategoryRules {
    fn default() -> Self {
        Self {
            gift_allowed: true,
            return_days: 7,
            presale: true,
            no_shipment: false,
            permit_required: false,
            min_head_imgs: *HEAD_IMGS.start(),
            brand_required: false,
            brands: Vec::new(),
            deposit: 0,
            product_attrs: Vec::new(),
            sale_attrs: Vec::new(),
            sale_attrs_only: false,
            permit: None,
            licences: Vec::new(),
        }
    }
}

impl CategoryRules {
    /// Refuses rules that nobody could keep.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let wrong = |field| Err(Error::CategoryRule { field });
        if !HEAD_IMGS.contains(&self.min_head_imgs) {
            return wrong("min_head_imgs");
        }
        if !(0..=90).contains(&self.return_days) {
            return wrong("return_days");
        }
        if !(0..=MOST_DEPOSIT).contains(&self.deposit) {
            return wrong("deposit");
        }
        if self.brands.len() > MOST_BRANDS {
            return wrong("brands");
        }
        if !self.permit.iter().all(Licence::is_sound) {
            return wrong("permit");
        }
        if self.licences.len() > MOST_LICENCES || !self.licences.iter().all(Licence::is_sound) {
            return wrong("licences");
        }
        for (rules, field) in [(&self.product_attrs, "product_attrs"), (&self.sale_attrs, "sale_attrs")] {
            if rules.len() > MOST_RULES || !rules.iter().all(AttrRule::is_sound) {
                return wrong(field);
            }
        }
        Ok(())
    }
}

impl Licence {
    fn is_sound(&self) -> bool {
        // The wire carries the number as a JSON number.
        let known = (1..SHORT_ID_MAX).contains(&self.id);
        let name = clean_text(&self.name, 64).is_ok_and(|name| !name.is_empty());
        known && name && clean_text(&self.tips, 500).is_ok()
    }
}

impl AttrRule {
    fn is_sound(&self) -> bool {
        let choice = matches!(self.kind, AttrKind::SelectOne | AttrKind::SelectMany);
        let plain =
            |text: &String| clean_text(text, 40).is_ok_and(|text| !text.is_empty()) && !text.contains(';');
        plain(&self.name)
            && clean_text(&self.hint, 200).is_ok()
            && self.options.len() <= MOST_OPTIONS
            && self.options.iter().all(plain)
            && (!choice || self.open || !self.options.is_empty())
    }

    /// Whether `value` is one that the rule takes.
    pub(crate) fn takes(&self, value: &str) -> bool {
        let listed = |one: &str| self.open || self.options.iter().any(|option| option == one);
        match self.kind {
            AttrKind::String => true,
            AttrKind::SelectOne => listed(value),
            AttrKind::SelectMany => value.split(';').all(listed),
            AttrKind::Integer => is_number(value, 0),
            AttrKind::Decimal4 => is_number(value, 4),
            AttrKind::IntegerUnit => is_number(before_unit(value), 0),
            AttrKind::Decimal4Unit => is_number(before_unit(value), 4),
        }
    }
}

/// The part before the unit, which begins at the first character that is of no number.
fn before_unit(value: &str) -> &str {
    let end = value.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-').unwrap_or(value.len());
    value.get(..end).unwrap_or_default()
}

fn is_number(value: &str, decimals: usize) -> bool {
    let value = value.strip_prefix('-').unwrap_or(value);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match value.split_once('.') {
        None => digits(value),
        Some((whole, part)) => decimals > 0 && digits(whole) && digits(part) && part.len() <= decimals,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(kind: AttrKind) -> AttrRule {
        let options = vec!["红".into(), "蓝".into()];
        AttrRule { name: "颜色".into(), kind, options, required: false, open: false, hint: String::new() }
    }

    #[test]
    fn a_value_is_of_the_kind_that_the_rule_names() {
        let cases = [
            (AttrKind::String, "随便", true),
            (AttrKind::SelectOne, "红", true),
            (AttrKind::SelectOne, "绿", false),
            (AttrKind::SelectMany, "红;蓝", true),
            (AttrKind::SelectMany, "红;绿", false),
            (AttrKind::Integer, "-12", true),
            (AttrKind::Integer, "1.5", false),
            (AttrKind::Decimal4, "1.2345", true),
            (AttrKind::Decimal4, "1.23456", false),
            (AttrKind::Decimal4, "1.", false),
            (AttrKind::IntegerUnit, "500ml", true),
            (AttrKind::IntegerUnit, "ml", false),
            (AttrKind::Decimal4Unit, "1.5kg", true),
        ];
        for (kind, value, taken) in cases {
            assert_eq!(rule(kind).takes(value), taken, "{kind:?} {value}");
        }
        assert!(AttrRule { open: true, ..rule(AttrKind::SelectOne) }.takes("绿"));
    }

    #[test]
    fn rules_that_nobody_could_keep_are_refused() {
        let rules = CategoryRules::default();
        assert!(rules.check().is_ok());
        let endless = AttrRule { options: Vec::new(), ..rule(AttrKind::SelectOne) };
        for (rules, field) in [
            (CategoryRules { min_head_imgs: 10, ..rules.clone() }, "min_head_imgs"),
            (CategoryRules { return_days: -1, ..rules.clone() }, "return_days"),
            (CategoryRules { deposit: -1, ..rules.clone() }, "deposit"),
            (CategoryRules { product_attrs: vec![endless.clone()], ..rules.clone() }, "product_attrs"),
            (CategoryRules { sale_attrs: vec![endless], ..rules }, "sale_attrs"),
        ] {
            assert!(matches!(rules.check(), Err(Error::CategoryRule { field: f }) if f == field), "{field}");
        }
    }
}
