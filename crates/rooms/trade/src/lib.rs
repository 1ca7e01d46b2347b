#![doc = include_str!("../README.md")]

mod cart;
mod checkout;
mod close;
mod confirm;
mod error;
mod event;
mod find;
mod health;
pub mod http;
mod news;
mod order;
mod paid;
mod place;
mod readdress;
mod redeliver;
mod refund;
mod remark;
mod reprice;
mod rows;
mod ship;
mod sql;
mod state;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod wire;

pub use cart::{CartLine, PutInCart, cart};
pub use checkout::{Basket, CheckedOut, Checkout, OrderOfShop, checkout};
pub use close::{Cancel, CloseUnpaid, close};
pub use confirm::{AUTO_CONFIRM_AFTER_SHIPPING_MS, AutoConfirm, Confirm, confirm};
pub use error::Error;
pub use event::{OrderCancelled, OrderChanged, OrderFinished, OrderPaid, OrderPlaced, OrderShipped};
pub use find::{
    By, Filter, Search, get, get_of_shopper, history, list, list_ids, list_of_shopper, parcels, search_ids,
};
pub use health::{Audited, Totals, audit_page, check, totals};
pub use news::register;
pub use order::{CancelType, ConfirmType, Line, Order, Parcel, ParcelItem, Step};
pub use paid::paid;
pub use place::{OrderDiscount, Place, Placed, place, quote};
pub use readdress::{Readdress, readdress};
pub use redeliver::{OldParcel, Redeliver, Redelivery, redeliver};
pub use refund::{RefundOrder, refund};
pub use remark::{Remark, remark};
pub use reprice::{Reprice, reprice};
pub use ship::{Ship, ShipParcel, ship};
pub use state::{MOVES, OrderState};

/// The tables.
pub const MIGRATIONS: store::Room = store::migrations!("trade", "V1__trade", "V2__checkout");
