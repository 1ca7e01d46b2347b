//! The tree of categories: three levels, one for the whole platform.

mod change;
mod default;
mod grant;
mod rules;
mod seed;
mod tree;

pub use change::{
    AddCategory, ChangeCategory, RetireCategory, add_category, change_category, retire_category,
};
pub use default::{Seed, default_categories};
pub use grant::{Grant, Revoke, grant_category, granted, revoke_category};
pub use rules::{AttrKind, AttrRule, CategoryRules, Licence};
pub use seed::{SeedCategories, seed_categories};
pub(crate) use tree::place;
pub use tree::{Category, LEAF_LEVEL, category, tree, usable_by};
