#![doc = include_str!("../README.md")]

mod callback;
mod error;
mod payment_completed;
mod product;
mod wire;

pub use callback::callback_routes;
pub use error::Error;
pub use payment_completed::{PaidFlow, PaymentCompleted, PaymentOutcome, ShareCompleted, payment_completed};
pub use product::{AddProductWithStock, ChangeFreeWithStock, UpdateProductWithStock};
pub use wire::wire_routes;
