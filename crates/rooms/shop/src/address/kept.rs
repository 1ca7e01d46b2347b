//! An address of a shop, and its rules.

use identity::Address;
use kernel::{AddressId, Timestamp, clean_text};
use serde::{Deserialize, Serialize};
use store::{Error as StoreError, Row};

use crate::Error;

/// Most addresses of a shop.
pub(crate) const MOST_ADDRESSES: i64 = 200;

/// What a shop writes down for an address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a use of the address by itself")]
pub struct AddressDetail {
    /// Who and where.
    pub address: Address,
    /// What the shop calls it, at most 64 characters; may be empty.
    pub name: String,
    /// House number, where it is kept apart from the street, at most 64 characters; may be empty.
    pub house_number: String,
    /// A telephone line besides the recipient's, at most 24 characters; may be empty.
    pub landline: String,
    /// At most 200 characters; may be empty.
    pub remark: String,
    /// Where on the map.
    pub place: Option<Place>,
    /// Parcels leave from here.
    pub sends: bool,
    /// Returns come here.
    pub receives: bool,
    /// Couriers of the same city call here.
    pub same_city: bool,
    /// Buyers may pick up here.
    pub pickup: bool,
}

/// A place on the map.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = shop::Place)]
pub struct Place {
    /// Latitude in degrees.
    pub lat: f64,
    /// Longitude in degrees.
    pub lng: f64,
}

impl AddressDetail {
    /// Nothing but the address: parcels leave from it and returns come to it.
    pub fn of(address: Address) -> Self {
        Self {
            address,
            name: String::new(),
            house_number: String::new(),
            landline: String::new(),
            remark: String::new(),
            place: None,
            sends: true,
            receives: true,
            same_city: false,
            pickup: false,
        }
    }

    /// The same, checked and trimmed.
    pub(crate) fn checked(&self) -> Result<Self, Error> {
        let text = |field, raw: &str, max| clean_text(raw, max).map_err(|why| Error::Text { field, why });
        let detail = Self {
            name: text("name", &self.name, 64)?,
            house_number: text("house_number", &self.house_number, 64)?,
            landline: text("landline", &self.landline, 24)?,
            remark: text("remark", &self.remark, 200)?,
            ..self.clone()
        };
        let on_the_map = |p: Place| (-90.0..=90.0).contains(&p.lat) && (-180.0..=180.0).contains(&p.lng);
        if detail.place.is_some_and(|p| !on_the_map(p)) { Err(Error::Place) } else { Ok(detail) }
    }
}

/// An address of a shop.
#[derive(Debug, Clone, PartialEq)]
pub struct ShopAddress {
    /// Its id.
    pub id: AddressId,
    /// What the shop wrote down.
    pub detail: AddressDetail,
    /// Parcels leave from here unless somebody says otherwise.
    pub default_send: bool,
    /// Returns come here unless somebody says otherwise.
    pub default_return: bool,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl ShopAddress {
    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let id: AddressId = row.get(0)?;
        Ok(Self {
            id,
            detail: row.json(1)?,
            default_send: row.get::<Option<AddressId>>(2)? == Some(id),
            default_return: row.get::<Option<AddressId>>(3)? == Some(id),
            created_at: row.get(4)?,
            updated_at: row.get(5)?,
        })
    }
}
