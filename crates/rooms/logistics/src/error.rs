//! How the use cases of this room refuse. What the published API answers to each stands in `wire/failure.rs`.

use kernel::{Denied, Fault, Kind};
use serde_json::json;

/// A refusal of this room.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The door: not this person, or not with this permission.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A member is missing, of the wrong form or out of range.
    #[error("{0} is missing or wrong")]
    Argument(&'static str),
    /// A member is longer than published.
    #[error("{0} is too long")]
    TooLong(&'static str),
    /// No such parcel in the caller's scope.
    #[error("there is no such parcel")]
    UnknownParcel,
    /// The parcel is followed already, with other facts.
    #[error("this parcel is followed already")]
    AlreadyFollowed,
    /// Nobody has published this code of a track step.
    #[error("{code} is no code of a track step")]
    UnknownAction {
        /// The code.
        code: i64,
    },
    /// The track has as many steps as it may have.
    #[error("the track has too many steps")]
    TrackFull,
    /// No such waybill of the calling application.
    #[error("waybill not found")]
    UnknownWaybill,
    /// No carrier has this id.
    #[error("delivery id not registered")]
    UnknownCarrier,
    /// The carrier is known, but this installation has no connection with it.
    #[error("this carrier is not connected here")]
    CarrierNotConnected,
    /// The carrier said no.
    #[error("the carrier refused: {message}")]
    CarrierRefused {
        /// The carrier's own code.
        code: i64,
        /// The carrier's own words.
        message: String,
    },
    /// The carrier could not be reached, or its answer not be read.
    #[error("the carrier can't be reached; try again")]
    CarrierUnavailable,
    /// The carrier does not offer this service.
    #[error("invalid service type")]
    UnknownService,
    /// The customer account is not bound by this application.
    #[error("biz id not bound")]
    NotBound,
    /// It is bound already.
    #[error("biz id already bound")]
    AlreadyBound,
    /// There is no binding to undo.
    #[error("biz id to unbind does not exist")]
    NothingToUnbind,
    /// The carrier looks at the binding.
    #[error("bind submitted, under review")]
    UnderReview,
    /// No binding waits for a decision.
    #[error("no binding waits for a decision")]
    NothingToDecide,
    /// The carrier knows no such account, or not with this password.
    #[error("invalid biz_id or password")]
    BadAccount,
    /// The carrier does not sell waybill numbers by quota.
    #[error("delivery does not support quota")]
    NoQuota,
    /// The shop member lacks the goods.
    #[error("invalid shop args")]
    ShopArguments,
    /// `wx_appid` is none of the caller's.
    #[error("invalid wx_appid")]
    UnknownAppid,
    /// The openid is none of the calling application's, or not the waybill's.
    #[error("invalid openid")]
    UnknownOpenid,
    /// The order id was used for another waybill.
    #[error("order id repeated")]
    OrderRepeated,
    /// The order id was used for a waybill that was cancelled.
    #[error("order id has been used")]
    OrderUsed,
    /// The same request is under way.
    #[error("order known, waybill generating")]
    Generating,
    /// The application has used its sandbox waybills of the day.
    #[error("sandbox quota used up")]
    SandboxQuota,
    /// The parcel has a track: too late to cancel.
    #[error("order can't cancel: the track exists")]
    HasTrack,
    /// It is cancelled already.
    #[error("order already cancelled")]
    AlreadyCancelled,
    /// Neither `bind` nor `unbind`.
    #[error("invalid update_type")]
    UpdateType,
    /// More than ten tags, or an empty one.
    #[error("invalid tagid_list")]
    TagList,
    /// A carrier's push without a good signature.
    #[error("the signature does not fit")]
    BadSignature,
    /// A carrier's push that can't be read.
    #[error("the push can't be read")]
    BadPush,
    /// The push room refused.
    #[error(transparent)]
    Push(#[from] push::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied(e) => e.kind(),
            Self::Push(e) => e.kind(),
            Self::Store(e) => e.kind(),
            Self::Argument(_)
            | Self::TooLong(_)
            | Self::UnknownAction { .. }
            | Self::UnknownService
            | Self::ShopArguments
            | Self::UnknownAppid
            | Self::UnknownOpenid
            | Self::UpdateType
            | Self::TagList
            | Self::BadAccount
            | Self::BadPush => Kind::Invalid,
            Self::UnknownParcel
            | Self::UnknownWaybill
            | Self::UnknownCarrier
            | Self::NothingToUnbind
            | Self::NothingToDecide
            | Self::NotBound => Kind::NotFound,
            Self::AlreadyFollowed
            | Self::TrackFull
            | Self::CarrierRefused { .. }
            | Self::AlreadyBound
            | Self::UnderReview
            | Self::NoQuota
            | Self::OrderRepeated
            | Self::OrderUsed
            | Self::Generating
            | Self::HasTrack
            | Self::AlreadyCancelled => Kind::Conflict,
            Self::SandboxQuota => Kind::TooMany,
            Self::CarrierNotConnected | Self::CarrierUnavailable => Kind::Unavailable,
            Self::BadSignature => Kind::Unauthenticated,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Denied(e) => e.code(),
            Self::Push(e) => e.code(),
            Self::Store(e) => e.code(),
            Self::Argument(_) => "logistics.argument",
            Self::TooLong(_) => "logistics.too_long",
            Self::UnknownParcel => "logistics.unknown_parcel",
            Self::AlreadyFollowed => "logistics.already_followed",
            Self::UnknownAction { .. } => "logistics.unknown_action",
            Self::TrackFull => "logistics.track_full",
            Self::UnknownWaybill => "logistics.unknown_waybill",
            Self::UnknownCarrier => "logistics.unknown_carrier",
            Self::CarrierNotConnected => "logistics.carrier_not_connected",
            Self::CarrierRefused { .. } => "logistics.carrier_refused",
            Self::CarrierUnavailable => "logistics.carrier_unavailable",
            Self::UnknownService => "logistics.unknown_service",
            Self::NotBound => "logistics.not_bound",
            Self::AlreadyBound => "logistics.already_bound",
            Self::NothingToUnbind => "logistics.nothing_to_unbind",
            Self::UnderReview => "logistics.under_review",
            Self::NothingToDecide => "logistics.nothing_to_decide",
            Self::BadAccount => "logistics.bad_account",
            Self::NoQuota => "logistics.no_quota",
            Self::ShopArguments => "logistics.shop_arguments",
            Self::UnknownAppid => "logistics.unknown_appid",
            Self::UnknownOpenid => "logistics.unknown_openid",
            Self::OrderRepeated => "logistics.order_repeated",
            Self::OrderUsed => "logistics.order_used",
            Self::Generating => "logistics.generating",
            Self::SandboxQuota => "logistics.sandbox_quota",
            Self::HasTrack => "logistics.has_track",
            Self::AlreadyCancelled => "logistics.already_cancelled",
            Self::UpdateType => "logistics.update_type",
            Self::TagList => "logistics.tag_list",
            Self::BadSignature => "logistics.bad_signature",
            Self::BadPush => "logistics.bad_push",
        }
    }

    fn facts(&self) -> Option<serde_json::Value> {
        match self {
            Self::Push(e) => e.facts(),
            Self::Argument(field) | Self::TooLong(field) => Some(json!({ "field": field })),
            Self::UnknownAction { code } => Some(json!({ "action_type": code })),
            Self::CarrierRefused { code, message } => {
                Some(json!({ "delivery_resultcode": code, "delivery_resultmsg": message }))
            }
            _ => None,
        }
    }
}
