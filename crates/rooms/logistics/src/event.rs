//! What happened to parcels and waybills.

use kernel::{AppId, OrderId, ParcelId, ShopId, ShopperId, Timestamp, WaybillId};
use serde::{Deserialize, Serialize};
use store::Event;

use crate::Stage;

/// A parcel of an order is being followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelFollowed {
    /// Whose.
    pub shop: ShopId,
    /// Which.
    pub parcel: ParcelId,
    /// The parcel's version after it.
    pub version: i64,
}

impl Event for ParcelFollowed {
    const KIND: &'static str = "logistics.parcel_followed";

    fn subject(&self) -> (i64, i64) {
        (self.parcel.0, self.version)
    }
}

/// A parcel has been in this stage for the first time. Said once for each stage of a parcel, whenever its first step
/// comes; stages that come together are said in the order of the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageReached {
    /// Whose.
    pub shop: ShopId,
    /// Which.
    pub parcel: ParcelId,
    /// Of which order.
    pub order: OrderId,
    /// Who waits for it.
    pub shopper: ShopperId,
    /// The stage.
    pub stage: Stage,
    /// True if the step came late: the parcel was known to be further on already.
    pub late: bool,
    /// When, as the carrier says; absent from events of before it was told.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// The parcel's version after it.
    pub version: i64,
}

impl Event for StageReached {
    const KIND: &'static str = "logistics.stage_reached";

    fn subject(&self) -> (i64, i64) {
        (self.parcel.0, self.version)
    }
}

/// A stage that a waybill has been in for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// The stage.
    pub stage: Stage,
    /// True if the step came late.
    pub late: bool,
    /// When, as the carrier says; absent from events of before it was told.
    #[serde(default)]
    pub at: Option<Timestamp>,
}

/// The track of an application's waybill has more steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackGrew {
    /// Whose.
    pub app: AppId,
    /// Which.
    pub waybill: WaybillId,
    /// The stages that are new, in the order of the way.
    pub news: Vec<News>,
    /// The track's version after it.
    pub version: i64,
}

impl Event for TrackGrew {
    const KIND: &'static str = "logistics.track_grew";

    fn subject(&self) -> (i64, i64) {
        (self.waybill.0, self.version)
    }
}
