#![doc = include_str!("../README.md")]

mod account;
mod ask;
mod carrier;
mod check;
mod directory;
mod door;
mod error;
mod event;
mod follow;
mod http;
mod link;
mod merge;
mod news;
mod parcel;
mod printer;
mod public_track;
mod push_app;
mod record;
mod register;
mod sandbox;
mod sql;
mod stage;
mod step;
mod take_push;
pub mod test_carrier;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod timeline;
mod waybill;
mod wire;

pub use account::{
    Account, BINDING_MOVES, Binding, accounts,
    bind::{UnbindAccount, bind_account, unbind_account},
    decide::{DecideBinding, decide_binding},
    quota::quota,
};
pub use carrier::{
    Carrier, CarrierAccount, CarrierError, CarrierPush, Carriers, DEAD_WAYBILL, IssuedWaybill, LabelDatum,
    PushedTracks, Standing, UNKNOWN_CUSTOMER, WRONG_PASSWORD, WaybillName, WaybillRequest,
};
pub use check::check;
pub use directory::{CARRIERS, CarrierInfo, find as carrier, name_of as carrier_name};
pub use error::Error;
pub use event::{News, ParcelFollowed, StageReached, TrackGrew};
pub use follow::{Follow, follow, unfollow};
pub use http::routes;
pub use link::{parcel_of_link, tracking_path};
pub use parcel::Parcel;
pub use printer::{Printer, UpdatePrinter, printers, update_printer};
pub use public_track::{PublicStep, PublicTrack, public_track};
pub use record::{RecordSteps, record_steps};
pub use register::register;
pub use sandbox::{PlayStep, play_step};
pub use stage::{ACTIONS, Action, Reached, Stage, StageWord, Trouble, action, stage_of};
pub use step::{MESSAGE_CHARS, MOST_STEPS, Step};
pub use take_push::take_push;
pub use test_carrier::TestCarrier;
pub use timeline::{Timeline, parcel_of_shop, parcel_of_shopper, timeline, timelines_of_order};
pub use waybill::{
    WAYBILL_MOVES, WaybillState,
    add::{MadeWaybill, add_waybill},
    cancel::cancel_waybill,
    label::PrintType,
    order::{Cargo, CargoLine, NewWaybill, Party, ShopGoods},
    read::{MOST_AT_ONCE, WaybillKey, WaybillTrack, WaybillView, waybill, waybill_track, waybills},
};
pub use wire::wire_routes;

/// The room's tables.
pub const MIGRATIONS: store::Room = store::migrations!("logistics", "V1__logistics");
