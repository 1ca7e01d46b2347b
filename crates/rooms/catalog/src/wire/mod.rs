//! The WeChat-compatible face (`docs/wire/products.md`, `docs/wire/routes.jsonl`).
//!
//! The routes `product/add`, `product/update`, `product/auditfree` and `product/get` speak of stock too, which this
//! room does not know: whoever mounts them takes the requests and the answers from here.

mod answer;
mod category;
mod failure;
mod part;
mod request;
mod routes;

pub use answer::{added, product_answer, updated};
pub use failure::failure;
pub use request::{AddProduct, AuditFree, GetProduct, StockChange, UpdateProduct};
pub use routes::wire_routes;
