#![doc = include_str!("../README.md")]

mod address;
mod admission;
mod create;
mod error;
mod event;
mod find;
mod http;
mod owner;
mod profile;
mod settings;
mod shop;
mod sql;
#[cfg(test)]
mod testing;
mod wire;

pub use address::{
    AddAddress, AddressDetail, DeleteAddress, Place, ShopAddress, UpdateAddress, add_address, delete_address,
    get_address, list_addresses, update_address,
};
pub use admission::{Admission, admit, close, reopen};
pub use create::{CreateShop, DEFAULT_FEE, create};
pub use error::Error;
pub use event::{Admitted, AutoAuditChanged, Closed};
pub use find::{for_operator, for_order, get, list, list_open, own, public};
pub use http::routes;
pub use identity::{Address, AddressError, AddressParts};
pub use owner::{AddOwner, add_owner};
pub use profile::{ChangeProfile, update_profile};
pub use settings::{ChangeSettings, SetAutoAudit, SetFee, change_settings, set_auto_audit, set_fee};
pub use shop::{
    ADMISSION_MOVES, AUTO_CONFIRM_DAYS, AdmissionState, Shop, ShopTerms, Step, SubjectType,
    UNPAID_CLOSE_MINUTES,
};
pub use wire::wire_routes;

/// The room's tables.
pub const MIGRATIONS: store::Room = store::migrations!("shop", "V1__shop");
