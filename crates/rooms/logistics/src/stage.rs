//! Where a parcel stands, read off the set of its track steps and nothing else (`docs/wire/express.md`, track codes).

use serde::{Deserialize, Serialize};
use store::{FromCol, Row, Val};
use utoipa::ToSchema;

/// What went wrong on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trouble {
    /// The courier could not collect it.
    PickupFailed,
    /// It is held up.
    HeldUp,
    /// Damaged, incomplete, unclear.
    Problem,
    /// Nobody was there to sign.
    SigningFailed,
    /// The receiver did not want it.
    Refused,
    /// The carrier's order was cancelled.
    Cancelled,
}

/// Where a parcel stands. In the order of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Stage {
    /// A waybill exists; the carrier has nothing yet.
    Created,
    /// The carrier has it.
    PickedUp,
    /// On the way.
    InTransit,
    /// With the courier, or waiting at a pickup point.
    OutForDelivery,
    /// Something went wrong; it may still arrive.
    Failed(Trouble),
    /// Delivered.
    Signed,
    /// On its way back, or back.
    Returned,
}

/// The words of [`Stage`] on the native face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[schema(as = logistics::StageWord)]
pub enum StageWord {
    /// A waybill exists; the carrier has nothing yet.
    Created,
    /// The courier could not collect it.
    PickupFailed,
    /// The carrier has it.
    PickedUp,
    /// On the way.
    InTransit,
    /// It is held up.
    HeldUp,
    /// Damaged, incomplete, unclear.
    Problem,
    /// With the courier, or waiting at a pickup point.
    OutForDelivery,
    /// Nobody was there to sign.
    SigningFailed,
    /// The receiver did not want it.
    Refused,
    /// The carrier's order was cancelled.
    Cancelled,
    /// Delivered.
    Signed,
    /// On its way back, or back.
    Returned,
}

/// Every stage with its word, in the order in which events say them. A stage's place is its bit in [`Reached`].
const STAGES: [(Stage, &str, StageWord); 12] = [
    (Stage::Created, "created", StageWord::Created),
    (Stage::Failed(Trouble::PickupFailed), "pickup_failed", StageWord::PickupFailed),
    (Stage::PickedUp, "picked_up", StageWord::PickedUp),
    (Stage::InTransit, "in_transit", StageWord::InTransit),
    (Stage::Failed(Trouble::HeldUp), "held_up", StageWord::HeldUp),
    (Stage::Failed(Trouble::Problem), "problem", StageWord::Problem),
    (Stage::OutForDelivery, "out_for_delivery", StageWord::OutForDelivery),
    (Stage::Failed(Trouble::SigningFailed), "signing_failed", StageWord::SigningFailed),
    (Stage::Failed(Trouble::Refused), "refused", StageWord::Refused),
    (Stage::Failed(Trouble::Cancelled), "cancelled", StageWord::Cancelled),
    (Stage::Signed, "signed", StageWord::Signed),
    (Stage::Returned, "returned", StageWord::Returned),
];

impl Stage {
    /// The stable word, which the database and events carry.
    pub fn as_str(self) -> &'static str {
        STAGES.iter().find(|(stage, ..)| *stage == self).map_or("created", |(_, word, _)| word)
    }

    /// The stage of a word.
    pub fn parse(word: &str) -> Option<Self> {
        STAGES.iter().find(|(_, text, _)| *text == word).map(|(stage, ..)| *stage)
    }

    /// The word as the native face declares it.
    pub fn word(self) -> StageWord {
        STAGES.iter().find(|(stage, ..)| *stage == self).map_or(StageWord::Created, |(.., word)| *word)
    }

    /// True when no later step changes it: delivered, or sent back.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Signed | Self::Returned)
    }

    /// A small stable number, its place in the list of stages.
    pub(crate) fn number(self) -> i64 {
        (0..).zip(STAGES).find(|(_, (stage, ..))| *stage == self).map_or(0, |(number, _)| number)
    }
}

impl From<Stage> for String {
    fn from(stage: Stage) -> Self {
        stage.as_str().to_owned()
    }
}

impl TryFrom<String> for Stage {
    type Error = &'static str;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        Self::parse(&word).ok_or("no stage is called that")
    }
}

impl From<Stage> for Val<'_> {
    fn from(stage: Stage) -> Self {
        Val::from(stage.as_str())
    }
}

impl FromCol for Stage {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, store::Error> {
        Self::parse(&String::from_col(row, index)?)
            .ok_or_else(|| store::Error::internal("an unknown stage is stored"))
    }
}

/// The stages that a parcel has been in at some time: a set that only grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reached(pub(crate) i64);

impl Reached {
    /// True if `stage` was reached. [`Stage::Created`] is where everything begins, and in no set.
    pub fn has(self, stage: Stage) -> bool {
        self.0 & (1 << stage.number()) != 0
    }

    /// With `stage`.
    #[must_use]
    pub fn and(self, stage: Stage) -> Self {
        if stage == Stage::Created { self } else { Self(self.0 | 1 << stage.number()) }
    }

    /// What is here and was not there, in stage order.
    pub fn since(self, before: Self) -> Vec<Stage> {
        STAGES.iter().map(|(stage, ..)| *stage).filter(|s| self.has(*s) && !before.has(*s)).collect()
    }

    /// True if everything that was there is here.
    pub const fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }
}

/// A code of a track step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    /// The published number.
    pub code: i64,
    /// What it says about the parcel; `None` when it says nothing.
    pub stage: Option<Stage>,
    /// What happened, in words for a shopper.
    pub name: &'static str,
}

const fn action_of(code: i64, stage: Option<Stage>, name: &'static str) -> Action {
    Action { code, stage, name }
}

/// Every code that a step may carry: the contract-waybill set, the walk-in set, and 300001, which is in neither
/// table but in real pushes.
pub const ACTIONS: [Action; 22] = [
    action_of(90_001, None, "网点已接单"),
    action_of(90_002, None, "已分配快递员"),
    action_of(90_003, None, "已更换快递员"),
    action_of(90_010, None, "待支付运费"),
    action_of(90_011, None, "运费已支付"),
    action_of(100_001, Some(Stage::PickedUp), "揽件成功"),
    action_of(100_002, Some(Stage::Failed(Trouble::PickupFailed)), "揽件失败"),
    action_of(100_003, None, "已分配快递员"),
    action_of(200_001, Some(Stage::InTransit), "运输中"),
    action_of(300_001, Some(Stage::OutForDelivery), "快递员已出发"),
    action_of(300_002, Some(Stage::OutForDelivery), "派送中"),
    action_of(300_003, Some(Stage::Signed), "已签收"),
    action_of(300_004, Some(Stage::Failed(Trouble::SigningFailed)), "签收失败"),
    action_of(300_005, Some(Stage::OutForDelivery), "已存放至代收点"),
    action_of(300_006, Some(Stage::OutForDelivery), "快递员已取出"),
    action_of(300_007, Some(Stage::Signed), "他人代签收"),
    action_of(400_001, Some(Stage::Failed(Trouble::Cancelled)), "运单已取消"),
    action_of(400_002, Some(Stage::Failed(Trouble::HeldUp)), "快件滞留"),
    action_of(400_003, Some(Stage::Returned), "快件退回"),
    action_of(400_004, Some(Stage::Failed(Trouble::Refused)), "收件人拒收"),
    action_of(400_005, Some(Stage::Failed(Trouble::Problem)), "快件异常"),
    action_of(500_001, None, "物流更新"),
];

/// The action of a code; `None` for a code that nobody has published.
pub fn action(code: i64) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.code == code)
}

/// Where a parcel with these steps stands, and where it has been. The codes must come in the order of the timeline.
///
/// Sent back outweighs delivered, since what is signed for afterwards is the return; delivered outweighs what carriers
/// like to add afterwards. Otherwise the last step that says something counts.
pub fn stage_of(codes: impl Iterator<Item = i64>) -> (Stage, Reached) {
    let (mut last, mut reached) = (Stage::Created, Reached::default());
    for stage in codes.filter_map(action).filter_map(|action| action.stage) {
        last = stage;
        reached = reached.and(stage);
    }
    let stage = [Stage::Returned, Stage::Signed].into_iter().find(|s| reached.has(*s)).unwrap_or(last);
    (stage, reached)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(codes: &[i64]) -> Stage {
        stage_of(codes.iter().copied()).0
    }

    #[test]
    fn every_stage_has_a_word_of_its_own_that_reads_back() {
        for (place, (stage, word, _)) in (0..).zip(STAGES) {
            assert_eq!((stage.as_str(), Stage::parse(word), stage.number()), (word, Some(stage), place));
            let json = serde_json::to_value(stage.word()).unwrap();
            assert_eq!(json, serde_json::to_value(stage).unwrap());
        }
    }

    #[test]
    fn the_last_step_that_says_something_counts() {
        assert_eq!(stage(&[]), Stage::Created);
        assert_eq!(stage(&[90_001, 100_003]), Stage::Created);
        assert_eq!(stage(&[100_001, 200_001]), Stage::InTransit);
        assert_eq!(stage(&[100_001, 300_001, 500_001]), Stage::OutForDelivery);
        assert_eq!(stage(&[300_002, 300_004]), Stage::Failed(Trouble::SigningFailed));
        assert_eq!(stage(&[300_002, 300_004, 300_002]), Stage::OutForDelivery);
        assert_eq!(stage(&[100_001, 999]), Stage::PickedUp);
    }

    #[test]
    fn delivered_outweighs_what_follows_and_sent_back_outweighs_both() {
        assert_eq!(stage(&[300_003, 200_001]), Stage::Signed);
        assert_eq!(stage(&[300_007]), Stage::Signed);
        assert_eq!(stage(&[400_004, 400_003, 200_001, 300_003]), Stage::Returned);
    }

    #[test]
    fn what_is_newly_reached_comes_in_the_order_of_the_way() {
        let before = Reached::default().and(Stage::InTransit);
        let (_, now) = stage_of([300_003, 200_001, 100_001, 300_004].into_iter());
        let new = [Stage::PickedUp, Stage::Failed(Trouble::SigningFailed), Stage::Signed];
        assert_eq!(now.since(before), new);
        assert!(now.covers(before) && !before.covers(now));
        assert!(!Reached::default().and(Stage::Created).has(Stage::Created));
    }

    #[test]
    fn codes_are_unique() {
        for (i, one) in ACTIONS.iter().enumerate() {
            assert!(ACTIONS[i + 1..].iter().all(|other| other.code != one.code), "{}", one.code);
        }
    }
}
