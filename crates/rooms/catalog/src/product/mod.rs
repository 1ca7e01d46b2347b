//! Products: two copies, their states, their skus.

mod content;
mod order;
mod state;

pub use content::*;
pub use order::{OrderSku, StockGate, sku_exists, skus_for_order, skus_of, stock_gate};
pub use state::{AuditState, EDIT_MOVES, EditStatus, EditStep, MOVES, SkuStatus, Status, Step};
