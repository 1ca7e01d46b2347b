//! Adds steps to a stored set, and reads off what that changes. The same for parcels and waybills.
//!
//! The caller holds the row that the set belongs to, so nobody else adds to it at the same time.

use kernel::Timestamp;
use store::{Row, Tx, p};

use crate::{
    Error, Reached, Stage, Step,
    event::News,
    sql,
    stage::{action, stage_of},
    step::{MOST_STEPS, set_of},
};

/// A set and what is written down about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Track {
    /// The tenant: a shop or an application.
    pub(crate) scope: i64,
    /// The parcel or waybill.
    pub(crate) id: i64,
    /// Where it has been.
    pub(crate) reached: Reached,
    /// Its version.
    pub(crate) version: i64,
}

/// What was read off the set after it grew.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grown {
    pub(crate) stage: Stage,
    pub(crate) reached: Reached,
    /// The version that the new steps carry.
    pub(crate) version: i64,
    /// The stages that are new, in the order of the way.
    pub(crate) news: Vec<News>,
}

/// A step and the version of the track that it came with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Recorded {
    pub(crate) step: Step,
    pub(crate) version: i64,
}

/// Adds `steps`; `None` if all of them were known.
pub(crate) async fn merge(tx: &mut Tx, track: &Track, steps: &[Step]) -> Result<Option<Grown>, Error> {
    let version = track.version + 1;
    let steps = set_of(steps)?;
    let rows: Vec<_> = steps
        .iter()
        .map(|step| {
            let key = step.key();
            p![
                track.scope,
                track.id,
                key.at,
                key.action_type,
                key.digest,
                &step.message,
                step.lat,
                step.lng,
                version
            ]
        })
        .collect();
    if tx.exec_many(sql::step::PUT, &rows).await? == 0 {
        return Ok(None);
    }
    let recorded = recorded(tx, track.scope, track.id).await?;
    if recorded.len() > MOST_STEPS {
        return Err(Error::TrackFull);
    }
    let (stage, reached) = stage_of(recorded.iter().map(|r| r.step.action_type));
    let news = reached
        .since(track.reached)
        .into_iter()
        // What is signed for after it was sent back is the return: no news of a delivery.
        .filter(|new| *new != Stage::Signed || stage != Stage::Returned)
        .map(|stage| News { stage, late: is_late(stage, &recorded, version), at: first_at(stage, &recorded) })
        .collect();
    Ok(Some(Grown { stage, reached, version, news }))
}

/// The steps of a track, in the order of a timeline.
pub(crate) async fn recorded(tx: &mut Tx, scope: i64, track: i64) -> Result<Vec<Recorded>, Error> {
    Ok(tx.all(sql::step::OF_TRACK, p![scope, track], read).await?)
}

fn read(r: &Row<'_>) -> Result<Recorded, store::Error> {
    let step =
        Step { time: r.get(0)?, action_type: r.get(1)?, message: r.get(2)?, lat: r.get(3)?, lng: r.get(4)? };
    Ok(Recorded { step, version: r.get(5)? })
}

/// The moment of the first step of this stage.
fn first_at(stage: Stage, recorded: &[Recorded]) -> Option<Timestamp> {
    let says = |r: &&Recorded| action(r.step.action_type).and_then(|a| a.stage) == Some(stage);
    recorded.iter().find(says).map(|r| r.step.time)
}

/// True if the first step of this stage stands before one that was known already. Delivered and sent back are never
/// late: nothing that was known outweighs them.
fn is_late(stage: Stage, recorded: &[Recorded], version: i64) -> bool {
    let says = |r: &&Recorded| action(r.step.action_type).and_then(|a| a.stage);
    let first = recorded.iter().position(|r| says(&r) == Some(stage));
    let known = recorded.iter().rposition(|r| r.version < version && says(&r).is_some());
    !stage.is_final() && first < known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(version: i64, secs: i64, code: i64) -> Recorded {
        Recorded { step: Step::new(Timestamp::from_secs(secs), code, ""), version }
    }

    #[test]
    fn a_stage_is_late_when_the_parcel_was_known_to_be_further_on() {
        let steps = [recorded(3, 1, 100_001), recorded(2, 2, 200_001), recorded(3, 3, 300_002)];
        assert!(is_late(Stage::PickedUp, &steps, 3));
        assert!(!is_late(Stage::OutForDelivery, &steps, 3));
    }

    #[test]
    fn what_comes_together_is_not_late_nor_is_an_end() {
        let steps = [recorded(1, 1, 100_001), recorded(1, 2, 200_001)];
        assert!(!is_late(Stage::PickedUp, &steps, 1));
        let steps = [recorded(2, 1, 300_003), recorded(1, 2, 200_001)];
        assert!(!is_late(Stage::Signed, &steps, 2));
    }
}
