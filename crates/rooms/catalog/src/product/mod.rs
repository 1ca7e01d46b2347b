//! Products: two copies, their states, their skus.

mod audit;
mod change_free;
mod check;
mod content;
mod find;
mod order;
#[expect(clippy::module_inception, reason = "the product itself, among what is done with it")]
mod product;
mod remove;
mod state;
mod submit;
mod write;

pub use audit::{Audit, AuditRecord, TakeDown, Verdict, Waiting, audit, audit_queue, audits, take_down};
pub use change_free::{ChangeFree, Changed, SkuChange, change_free};
pub(crate) use check::title_has_words;
pub use content::*;
pub use find::{Card, Filter, Listed, OnSale, Shelf, count, for_operator, list, own, page, shelf};
pub use order::{OrderSku, StockGate, sku_exists, skus_for_order, skus_of, stock_gate};
pub use product::{Product, Standing, product};
pub use remove::{BIN_MS, Delete, Delist, Restore, delete, delist, restore};
pub(crate) use remove::{EraseProduct, erase};
pub use state::{AuditState, EDIT_MOVES, EditStatus, EditStep, MOVES, SkuStatus, Status, Step};
pub use submit::{CancelAudit, Submit, cancel_audit, submit};
pub(crate) use submit::{ListProduct, list_in_time};
pub use write::{AddProduct, Added, SkuInput, UpdateProduct, Updated, add_product, update_product};
