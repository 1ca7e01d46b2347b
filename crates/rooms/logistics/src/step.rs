//! Track steps. They form a set: the same step told twice is one, and the order of telling means nothing.

use kernel::{Timestamp, clean_text};
use sha2::{Digest, Sha256};
use std::{cmp::Ordering, collections::BTreeMap};

use crate::{Error, stage::action};

/// Characters of a step's text.
pub const MESSAGE_CHARS: usize = 512;
/// Steps that one parcel may have; a carrier that tells more is confused.
pub const MOST_STEPS: usize = 1000;

/// One step of a track.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// When it happened, as the carrier says.
    pub time: Timestamp,
    /// What happened: a code of [`crate::ACTIONS`].
    pub action_type: i64,
    /// The carrier's words.
    pub message: String,
    /// Degrees north, if the carrier says so.
    pub lat: Option<f64>,
    /// Degrees east, if the carrier says so.
    pub lng: Option<f64>,
}

/// What makes a step the same step: its moment, its code, and the hash of its words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StepKey {
    pub(crate) at: i64,
    pub(crate) action_type: i64,
    pub(crate) digest: Vec<u8>,
}

/// Bytes of a hash that are kept.
const DIGEST_BYTES: usize = 16;
/// The last second of the year 9999.
const LATEST: Timestamp = Timestamp::from_secs(253_402_300_799);

impl Step {
    /// A step without coordinates.
    pub fn new(time: Timestamp, action_type: i64, message: impl Into<String>) -> Self {
        Self { time, action_type, message: message.into(), lat: None, lng: None }
    }

    pub(crate) fn key(&self) -> StepKey {
        let hash = Sha256::digest(self.message.as_bytes());
        let digest = hash.iter().take(DIGEST_BYTES).copied().collect();
        StepKey { at: self.time.ms(), action_type: self.action_type, digest }
    }

    /// The order of a timeline: by moment, then by code, then by words. It depends on nothing but the steps.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        let key = |s: &Self| (s.time, s.action_type);
        key(self).cmp(&key(other)).then_with(|| self.message.cmp(&other.message))
    }

    /// The step well-formed, or why it can't be one.
    fn checked(&self) -> Result<Self, Error> {
        if action(self.action_type).is_none() {
            return Err(Error::UnknownAction { code: self.action_type });
        }
        if self.time <= Timestamp::from_ms(0) || self.time > LATEST {
            return Err(Error::Argument("action_time"));
        }
        let message = clean_text(&self.message, MESSAGE_CHARS).map_err(|_| Error::Argument("action_msg"))?;
        let (lat, lng) = match (self.lat, self.lng) {
            (None, None) => (None, None),
            // Adding zero makes one of the two zeros.
            (Some(lat), Some(lng)) if lat.abs() <= 90.0 && lng.abs() <= 180.0 => {
                (Some(lat + 0.0), Some(lng + 0.0))
            }
            _ => return Err(Error::Argument("lat")),
        };
        Ok(Self { time: self.time, action_type: self.action_type, message, lat, lng })
    }

    /// Of two tellings of the same step, the one that says more about the place.
    fn better(self, other: Self) -> Self {
        let place = |s: &Self| (s.lat, s.lng);
        if place(&other) > place(&self) { other } else { self }
    }
}

/// True for a text that any database and any label can hold.
pub(crate) fn is_plain(text: &str) -> bool {
    !text.chars().any(char::is_control) && clean_text(text, usize::MAX).is_ok()
}

/// The steps as a set, each once, in the order of a timeline; or why one of them can't be taken.
pub(crate) fn set_of(steps: &[Step]) -> Result<Vec<Step>, Error> {
    let mut set: BTreeMap<StepKey, Step> = BTreeMap::new();
    for step in steps {
        let step = step.checked()?;
        let key = step.key();
        let step = match set.remove(&key) {
            Some(told) => told.better(step),
            None => step,
        };
        set.insert(key, step);
    }
    if set.len() > MOST_STEPS {
        return Err(Error::TrackFull);
    }
    let mut steps: Vec<Step> = set.into_values().collect();
    steps.sort_by(Step::order);
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{any_steps, shuffled};
    use proptest::prelude::*;

    fn step(secs: i64, code: i64, text: &str) -> Step {
        Step::new(Timestamp::from_secs(secs), code, text)
    }

    #[test]
    fn a_step_told_twice_is_one_and_keeps_its_place() {
        let plain = step(10, 100_001, "揽收");
        let placed = Step { lat: Some(23.1), lng: Some(113.3), ..plain.clone() };
        for told in [[plain.clone(), placed.clone()], [placed.clone(), plain.clone()]] {
            assert_eq!(set_of(&told).unwrap(), std::slice::from_ref(&placed));
        }
        assert_eq!(set_of(&[plain, step(10, 100_001, "已揽收")]).unwrap().len(), 2);
    }

    #[test]
    fn steps_that_make_no_sense_are_refused() {
        let refused = |s: Step| set_of(&[s]).unwrap_err();
        assert!(matches!(refused(step(10, 1, "x")), Error::UnknownAction { code: 1 }));
        assert!(matches!(refused(step(0, 100_001, "x")), Error::Argument("action_time")));
        assert!(matches!(refused(step(300_000_000_000, 100_001, "x")), Error::Argument("action_time")));
        assert!(matches!(refused(step(10, 100_001, "a\u{0}")), Error::Argument("action_msg")));
        assert!(matches!(refused(step(10, 100_001, &"长".repeat(513))), Error::Argument("action_msg")));
        let lost = Step { lat: Some(f64::NAN), lng: Some(1.0), ..step(10, 100_001, "x") };
        assert!(matches!(refused(lost), Error::Argument("lat")));
        let half = Step { lat: Some(1.0), ..step(10, 100_001, "x") };
        assert!(matches!(refused(half), Error::Argument("lat")));
    }

    #[test]
    fn a_track_has_an_end() {
        let many: Vec<Step> = (1..=1001).map(|n| step(n, 200_001, "到达")).collect();
        assert_eq!(set_of(&many[..1000]).unwrap().len(), 1000);
        assert!(matches!(set_of(&many), Err(Error::TrackFull)));
    }

    proptest! {
        #[test]
        fn any_order_and_repetition_of_the_same_steps_is_the_same_set((steps, seed) in (any_steps(), any::<u64>())) {
            let told = shuffled(&steps, seed);
            prop_assert_eq!(set_of(&steps).unwrap(), set_of(&told).unwrap());
        }
    }
}
