//! A push: an event on its way to a merchant's URL, and the log of its deliveries.

use kernel::{AppId, PushId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{FromCol, Row, Val};
use utoipa::ToSchema;

use crate::Failure;

/// An event for an application, as a room hands it over.
#[derive(Debug, Clone)]
pub struct Message {
    /// Whose URL.
    pub app: AppId,
    /// The event's published name.
    pub event: &'static str,
    /// FromUserName: the buyer's openid, or the fixed one of the platform.
    pub from_user: String,
    /// The event's own fields, beside the envelope's.
    pub body: Map<String, Value>,
}

/// Where a push stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = push::PushState)]
pub enum PushState {
    /// In line: nothing was sent yet.
    Queued,
    /// A request is under way, until its lease ends.
    Sending,
    /// The last delivery failed; the next comes at its time.
    Waiting,
    /// The receiver has acknowledged it.
    Delivered,
    /// Given up after the last delivery.
    Failed,
}

/// The moves of a push.
pub const PUSH_MOVES: &[(PushState, PushState)] = &[
    (PushState::Queued, PushState::Sending),
    (PushState::Waiting, PushState::Sending),
    // The process died while sending: the lease ended.
    (PushState::Sending, PushState::Sending),
    (PushState::Sending, PushState::Delivered),
    (PushState::Sending, PushState::Waiting),
    (PushState::Sending, PushState::Failed),
    // Sent again by hand.
    (PushState::Delivered, PushState::Waiting),
    (PushState::Failed, PushState::Waiting),
];

impl PushState {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Sending, Self::Waiting, Self::Delivered, Self::Failed];

    /// The code in the database, which the statements name.
    pub const fn code(self) -> i64 {
        match self {
            Self::Queued => 0,
            Self::Sending => 1,
            Self::Waiting => 2,
            Self::Delivered => 3,
            Self::Failed => 4,
        }
    }

    /// True when nothing more happens by itself.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Delivered | Self::Failed)
    }
}

impl From<PushState> for Val<'_> {
    fn from(state: PushState) -> Self {
        Val::from(state.code())
    }
}

impl FromCol for PushState {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, store::Error> {
        let code: i64 = row.get(index)?;
        Self::ALL
            .into_iter()
            .find(|state| state.code() == code)
            .ok_or_else(|| store::Error::internal("an unknown state of a push is stored"))
    }
}

/// A line of the delivery log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    /// Its id.
    pub id: PushId,
    /// Whose URL.
    pub app: AppId,
    /// The event's name.
    pub event: String,
    /// Where it stands.
    pub state: PushState,
    /// Which series of deliveries: 1, and one more for each time it was sent again by hand.
    pub series: i64,
    /// Deliveries begun in this series.
    pub attempts: i64,
    /// When it was said, in business time: the CreateTime.
    pub at: Timestamp,
    /// When the next delivery is due, on the wall clock; `None` when nothing more is planned.
    pub next_wall: Option<Timestamp>,
}

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Of which series.
    pub series: i64,
    /// Its number in the series, from 1.
    pub attempt: i64,
    /// When it began, on the wall clock.
    pub wall: Timestamp,
    /// How long it took, in ms.
    pub latency_ms: i64,
    /// The HTTP status, if there was an answer.
    pub status: Option<i64>,
    /// Why it failed; `None` when it was acknowledged.
    pub failure: Option<Failure>,
    /// The beginning of the answer.
    pub answer: String,
}

/// A push with its deliveries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logged {
    /// The push.
    pub push: Push,
    /// ToUserName.
    pub to_user: String,
    /// FromUserName.
    pub from_user: String,
    /// The beginning of the event's own fields, as JSON.
    pub body: String,
    /// The deliveries of all series, the oldest first.
    pub attempts: Vec<Attempt>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_their_places() {
        for (place, state) in (0_i64..).zip(PushState::ALL) {
            assert_eq!(state.code(), place);
        }
    }

    #[test]
    fn what_is_over_moves_only_by_hand() {
        for (from, to) in PUSH_MOVES {
            assert!(!from.is_over() || *to == PushState::Waiting, "{from:?} {to:?}");
        }
        for state in PushState::ALL {
            assert!(PUSH_MOVES.iter().any(|(from, _)| *from == state), "{state:?} is a dead end");
        }
    }
}
