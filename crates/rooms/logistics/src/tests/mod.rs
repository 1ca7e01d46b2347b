//! What this room promises, on both engines.

mod account;
mod express;
mod native;
mod parcel;
mod track;
mod waybill;
