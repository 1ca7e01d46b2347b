//! Addresses that a shop sends from and takes returns at.

mod change;
mod find;
mod kept;

pub use change::{AddAddress, DeleteAddress, UpdateAddress, add_address, delete_address, update_address};
pub use find::{get_address, list_addresses};
pub(crate) use kept::MOST_ADDRESSES;
pub use kept::{AddressDetail, Place, ShopAddress};
