//! The addresses that a shopper keeps: at most 50, one of them the default.

pub(crate) mod add;
pub(crate) mod delete;
pub(crate) mod find;
#[cfg(test)]
mod tests;
pub(crate) mod update;

use kernel::{AddressId, ShopperId};
use store::{Batch, Row, p};

use crate::{Address, AddressParts, sql};

/// Most addresses of one shopper.
pub const MOST_ADDRESSES: i64 = 50;

/// An address that a shopper keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAddress {
    /// Which.
    pub id: AddressId,
    /// The address.
    pub address: Address,
    /// Whether it is offered first.
    pub is_default: bool,
}

fn read(row: &Row<'_>) -> Result<KeptAddress, store::Error> {
    let parts = AddressParts {
        user_name: row.get(1)?,
        tel_number: row.get(2)?,
        province_name: row.get(3)?,
        city_name: row.get(4)?,
        county_name: row.get(5)?,
        detail_info: row.get(6)?,
        postal_code: row.get(7)?,
        national_code: row.get(8)?,
    };
    let address =
        Address::new(&parts).map_err(|e| store::Error::internal(format!("a stored address: {e}")))?;
    Ok(KeptAddress { id: row.get(0)?, address, is_default: row.get::<Option<i64>>(9)?.is_some() })
}

/// Lets no address be the default: there is one at most, so this comes before a new one is set.
fn clear_default(batch: &mut Batch<'_>, shopper: ShopperId) {
    batch.add(sql::address::CLEAR_DEFAULT, p![shopper]);
}
