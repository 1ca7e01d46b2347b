//! The words that every room shares.
//!
//! Pure: no I/O, no async, no clock and no randomness of its own. Whatever depends on the moment or on
//! chance comes in through [`Ctx`].

mod ctx;
mod fault;
mod id;
mod item;
mod money;
mod page;
mod permission;
mod text;
mod time;

pub use ctx::{Actor, Caller, Ctx, Scope};
pub use fault::{Denied, Fault, Kind};
pub use id::{
    AccountId, AddressId, AppId, BrandId, CategoryId, EventId, HoldId, IdGen, JobId, MediaId, NoticeId,
    OperatorId, OrderId, ParcelId, PaymentId, PostingId, ProductId, PushId, RefundId, SHORT_ID_MAX, ShopId,
    ShopperId, SkuId, StaffId, TransferId, WarehouseId, WaybillId,
};
pub use item::Item;
pub use money::{Bps, Currency, Money, MoneyError, allocate};
pub use page::{Cursor, Page, PageSize};
pub use permission::{Permission, Permissions};
pub use text::{Text, TextError, clean_text};
pub use time::{Timestamp, day_ms, hour_ms, minute_ms, second_ms};
