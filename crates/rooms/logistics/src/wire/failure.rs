//! What the published API answers to each refusal (`docs/wire/express.md`, Error codes).

use face::wire::{Failure, code};

use crate::Error;

/// `openid` wrong.
const OPENID: i64 = 40_003;
/// No such waybill.
const WAYBILL: i64 = 40_199;
/// Arguments of `order/add` wrong.
pub(super) const ORDER_ARGUMENTS: i64 = 930_561;
/// The carrier said no, or could not be asked: it is told in `delivery_resultcode`.
const CARRIER: i64 = 9_300_501;
/// The carriers' code for a fault of their own.
const CARRIER_FAULT: i64 = -1;

/// The answer of a route that has the carrier's own code and words in its answers; `arguments` is what it calls a wrong
/// argument.
pub(super) fn with_carriers_words(error: Error, arguments: i64) -> Refused {
    let result = match &error {
        Error::CarrierRefused { code, message } => Some((*code, message.clone())),
        Error::CarrierNotConnected | Error::CarrierUnavailable => Some((CARRIER_FAULT, error.to_string())),
        _ => None,
    };
    let mut refused = refused(error, arguments);
    if let Some((code, message)) = result {
        refused.0.more.insert("delivery_resultcode".into(), code.into());
        refused.0.more.insert("delivery_resultmsg".into(), message.into());
    }
    refused
}

fn refused(error: Error, arguments: i64) -> Refused {
    match errcode(&error, arguments) {
        Some(errcode) => Refused(Failure::new(errcode, error.to_string())),
        None => Refused(Failure::from(error)),
    }
}

/// The code of a refusal; `None` where its kind decides.
pub(super) fn errcode(error: &Error, arguments: i64) -> Option<i64> {
    Some(match error {
        Error::Denied(_) | Error::Push(_) | Error::Store(_) => return None,
        Error::Argument(_) | Error::UnknownAction { .. } => arguments,
        Error::TooLong(_) => 9_300_526,
        Error::UnknownParcel | Error::UnknownWaybill => WAYBILL,
        Error::UnknownCarrier => 9_300_503,
        Error::CarrierRefused { .. } | Error::CarrierNotConnected => CARRIER,
        Error::CarrierUnavailable => 9_300_502,
        Error::UnknownService => 9_300_510,
        Error::NotBound => 9_300_525,
        Error::AlreadyBound => 9_300_529,
        Error::NothingToUnbind => 9_300_530,
        Error::BadAccount => 9_300_531,
        Error::UnderReview => 9_300_532,
        Error::NoQuota => 9_300_527,
        Error::ShopArguments => 9_300_535,
        Error::UnknownAppid => 9_300_536,
        Error::UnknownOpenid => OPENID,
        Error::OrderRepeated => 9_300_522,
        Error::OrderUsed => 9_300_508,
        Error::Generating => 9_300_521,
        Error::SandboxQuota => 930_564,
        Error::HasTrack => 9_300_506,
        Error::AlreadyCancelled => 9_300_524,
        Error::UpdateType => 9_300_517,
        Error::TagList => 9_300_533,
        Error::AlreadyFollowed
        | Error::TrackFull
        | Error::NothingToDecide
        | Error::BadSignature
        | Error::BadPush => code::BAD_ARGUMENTS,
    })
}

/// For routes that call a wrong argument by the common code.
impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        refused(error, code::BAD_ARGUMENTS)
    }
}

/// For reads and faults of the store on the way.
impl From<store::Error> for Refused {
    fn from(error: store::Error) -> Self {
        Self(Failure::from(error))
    }
}

impl From<face::MissingService> for Refused {
    fn from(error: face::MissingService) -> Self {
        Self(Failure::from(error))
    }
}

/// A [`Failure`] of this room, so that `?` finds the published code.
#[derive(Debug)]
pub(super) struct Refused(pub(super) Failure);

impl axum::response::IntoResponse for Refused {
    fn into_response(self) -> axum::response::Response {
        self.0.into_response()
    }
}

/// The answer of a handler.
pub(super) type Answered = Result<axum::Json<serde_json::Value>, Refused>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_carriers_own_words_travel_beside_the_code_where_a_route_has_room_for_them() {
        let refused = || Error::CarrierRefused { code: 10_002, message: "客户密码不正确".into() };
        let failure = with_carriers_words(refused(), code::BAD_ARGUMENTS).0;
        assert_eq!(failure.errcode, 9_300_501);
        assert_eq!(failure.more["delivery_resultcode"], 10_002);
        assert_eq!(failure.more["delivery_resultmsg"], "客户密码不正确");
        let failure = with_carriers_words(Error::CarrierUnavailable, code::BAD_ARGUMENTS).0;
        assert_eq!((failure.errcode, &failure.more["delivery_resultcode"]), (9_300_502, &(-1).into()));
        let failure = Refused::from(refused()).0;
        assert_eq!((failure.errcode, failure.more.len()), (9_300_501, 0));
    }

    #[test]
    fn a_route_has_its_own_code_for_a_wrong_argument() {
        let argument = || Error::Argument("x");
        assert_eq!(with_carriers_words(argument(), ORDER_ARGUMENTS).0.errcode, 930_561);
        assert_eq!(Refused::from(argument()).0.errcode, 40_097);
        assert_eq!(Refused::from(Error::Denied(kernel::Denied::Forbidden)).0.errcode, 48_001);
    }
}
