#![doc = include_str!("../README.md")]

mod brand;
mod category;
mod error;
mod event;
mod flaw;
mod fold;
mod http;
mod pictures;
mod product;
mod pushes;
mod register;
mod shops;
mod sql;
#[cfg(test)]
mod testing;
pub mod wire;

pub use brand::{AddBrand, Brand, RetireBrand, add_brand, brand, brands, retire_brand};
pub use category::{
    AddCategory, AttrKind, AttrRule, Category, CategoryRules, ChangeCategory, Grant, LEAF_LEVEL, Licence,
    RetireCategory, Revoke, Seed, SeedCategories, add_category, category, change_category,
    default_categories, grant_category, granted, retire_category, revoke_category, seed_categories, tree,
    usable_by,
};
pub use error::Error;
pub use event::{ProductAudited, ProductDelisted, ProductListed, ProductUpdated};
pub use flaw::Flaw;
pub use http::routes;
pub use product::*;
pub use pushes::PLATFORM_OPENID;
pub use register::register;
pub use shops::{SetAutoAudit, set_auto_audit};
pub use wire::wire_routes;

/// The room's tables.
pub const MIGRATIONS: store::Room = store::migrations!("catalog", "V1__catalog");
