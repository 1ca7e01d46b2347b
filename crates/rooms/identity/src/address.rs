//! A postal address, as shoppers, shops and orders keep it.

use kernel::clean_text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why an address was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the address's {field} is missing or not as expected")]
pub struct AddressError {
    /// The member that is wrong.
    pub field: &'static str,
}

/// A validated postal address with its recipient. Other rooms read its members and make new ones by
/// [`Address::new`]; what `Debug` shows holds nothing personal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "AddressParts")]
#[non_exhaustive]
pub struct Address {
    /// Who receives; 1 to 64 characters.
    pub user_name: String,
    /// Their telephone number: 5 to 24 digits, spaces, `+` and `-`.
    pub tel_number: String,
    /// Province; 1 to 64 characters.
    pub province_name: String,
    /// City; 1 to 64 characters.
    pub city_name: String,
    /// County or district; may be empty, at most 64 characters.
    pub county_name: String,
    /// Street, house, door; 1 to 512 characters.
    pub detail_info: String,
    /// Postal code; may be empty, at most 16 letters, digits, spaces and `-`.
    pub postal_code: String,
    /// Code of the region in the national register; may be empty, at most 12 digits.
    pub national_code: String,
}

/// The members of an address as they arrive, not yet checked. Others are refused.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AddressParts {
    /// Who receives; 1 to 64 characters.
    #[schema(required)]
    pub user_name: String,
    /// Their telephone number: 5 to 24 digits, spaces, `+` and `-`.
    #[schema(required)]
    pub tel_number: String,
    /// Province; 1 to 64 characters.
    #[schema(required)]
    pub province_name: String,
    /// City; 1 to 64 characters.
    #[schema(required)]
    pub city_name: String,
    /// County or district; at most 64 characters.
    pub county_name: String,
    /// Street, house, door; 1 to 512 characters.
    #[schema(required)]
    pub detail_info: String,
    /// Postal code; at most 16 letters, digits, spaces and `-`.
    pub postal_code: String,
    /// Code of the region in the national register; at most 12 digits.
    pub national_code: String,
}

impl Address {
    /// Checks and trims each member.
    pub fn new(parts: &AddressParts) -> Result<Self, AddressError> {
        Ok(Self {
            user_name: needed("user_name", &parts.user_name, 64)?,
            tel_number: telephone(&parts.tel_number)?,
            province_name: needed("province_name", &parts.province_name, 64)?,
            city_name: needed("city_name", &parts.city_name, 64)?,
            county_name: text("county_name", &parts.county_name, 64)?,
            detail_info: needed("detail_info", &parts.detail_info, 512)?,
            postal_code: postal_code(&parts.postal_code)?,
            national_code: national_code(&parts.national_code)?,
        })
    }

    /// Province, city, county and detail in one line, as a label shows them.
    pub fn one_line(&self) -> String {
        [&self.province_name, &self.city_name, &self.county_name, &self.detail_info]
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl TryFrom<AddressParts> for Address {
    type Error = AddressError;
    fn try_from(parts: AddressParts) -> Result<Self, AddressError> {
        Self::new(&parts)
    }
}

/// Nothing personal: an address may pass through a log as part of a command.
impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address")
    }
}

/// Nothing personal here either.
impl std::fmt::Debug for AddressParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AddressParts")
    }
}

fn text(field: &'static str, raw: &str, max: usize) -> Result<String, AddressError> {
    clean_text(raw, max).map_err(|_| AddressError { field })
}

fn needed(field: &'static str, raw: &str, max: usize) -> Result<String, AddressError> {
    let text = text(field, raw, max)?;
    if text.is_empty() { Err(AddressError { field }) } else { Ok(text) }
}

fn telephone(raw: &str) -> Result<String, AddressError> {
    let field = "tel_number";
    let text = text(field, raw, 24)?;
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let fits = digits >= 5 && text.bytes().all(|b| b.is_ascii_digit() || b" +-".contains(&b));
    if fits { Ok(text) } else { Err(AddressError { field }) }
}

fn postal_code(raw: &str) -> Result<String, AddressError> {
    let field = "postal_code";
    let text = text(field, raw, 16)?;
    let fits = text.bytes().all(|b| b.is_ascii_alphanumeric() || b" -".contains(&b));
    if fits { Ok(text) } else { Err(AddressError { field }) }
}

fn national_code(raw: &str) -> Result<String, AddressError> {
    let field = "national_code";
    let text = text(field, raw, 12)?;
    if text.bytes().all(|b| b.is_ascii_digit()) { Ok(text) } else { Err(AddressError { field }) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn parts() -> AddressParts {
        AddressParts {
            user_name: "王小明".into(),
            tel_number: "020-81167888".into(),
            province_name: "广东省".into(),
            city_name: "广州市".into(),
            county_name: "海珠区".into(),
            detail_info: "新港中路397号".into(),
            postal_code: "510000".into(),
            national_code: "510000".into(),
        }
    }

    #[test]
    fn a_good_address_is_trimmed_and_kept() {
        let address = Address::new(&AddressParts { city_name: " 广州市 ".into(), ..parts() }).unwrap();
        assert_eq!(address.city_name, "广州市");
        assert_eq!(address.one_line(), "广东省 广州市 海珠区 新港中路397号");
    }

    #[test]
    fn each_member_has_its_rule() {
        type Change = fn(&mut AddressParts);
        let bad: [(&str, Change); 9] = [
            ("user_name", |a| a.user_name = "  ".into()),
            ("tel_number", |a| a.tel_number = "call me".into()),
            ("tel_number", |a| a.tel_number = "123".into()),
            ("province_name", |a| a.province_name.clear()),
            ("city_name", |a| a.city_name = "x".repeat(65)),
            ("county_name", |a| a.county_name = "a\u{202e}b".into()),
            ("detail_info", |a| a.detail_info = "x".repeat(513)),
            ("postal_code", |a| a.postal_code = "51_000".into()),
            ("national_code", |a| a.national_code = "44O105".into()),
        ];
        for (field, change) in bad {
            let mut address = parts();
            change(&mut address);
            assert_eq!(Address::new(&address).unwrap_err(), AddressError { field });
        }
    }

    #[test]
    fn what_may_be_empty_may_be_empty() {
        let bare = AddressParts {
            county_name: String::new(),
            postal_code: String::new(),
            national_code: String::new(),
            ..parts()
        };
        assert!(Address::new(&bare).is_ok());
    }

    #[test]
    fn an_address_is_checked_when_it_is_read_and_never_shown() {
        let stored = serde_json::to_string(&Address::new(&parts()).unwrap()).unwrap();
        let address: Address = serde_json::from_str(&stored).unwrap();
        assert_eq!(address.user_name, "王小明");
        assert!(serde_json::from_str::<Address>(&stored.replace("王小明", "")).is_err());
        assert_eq!(format!("{address:?} {:?}", parts()), "Address AddressParts");
    }
}
