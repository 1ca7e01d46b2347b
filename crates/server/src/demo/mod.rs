//! What there is in the demo alone: the sandbox, a clock that can be moved, and a small platform that fills an empty
//! database.

mod clock;
mod credentials;
mod fill;
mod goods;
mod open;
mod orders;
mod outside;
mod people;
mod push_keys;
mod shops;
#[cfg(test)]
mod tests;
mod world;

pub use clock::clock_routes;
pub use credentials::{Carrier, Credentials, Merchant, MiniProgram, Operator, ShopKeys, Shopper, Staff};
pub use open::open_store;
pub use outside::Outside;
pub(crate) use outside::notice_key;
pub(crate) use people::{PASSWORD, logins};
