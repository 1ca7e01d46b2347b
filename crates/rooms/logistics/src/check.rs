//! The check for `doctor`: what is written down about a track is what its steps say.

use store::{Finding, Tx, p};

use crate::{Error, Reached, Stage, merge::recorded, sql, stage::stage_of};

/// Rows of a page.
const PAGE: i64 = 500;

/// Tracks whose stage is not the one that their steps give.
pub async fn check(tx: &mut Tx) -> Result<Vec<Finding>, Error> {
    let mut found = Vec::new();
    for (what, page) in [("parcel", sql::parcel::PAGE), ("waybill", sql::waybill::PAGE)] {
        check_all(tx, what, page, &mut found).await?;
    }
    Ok(found)
}

async fn check_all(
    tx: &mut Tx,
    what: &str,
    page: &'static str,
    found: &mut Vec<Finding>,
) -> Result<(), Error> {
    let (mut scope, mut id) = (i64::MIN, i64::MIN);
    loop {
        let rows: Vec<(i64, i64, Stage, i64)> = tx
            .all(page, p![scope, id, PAGE], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))
            .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        (scope, id) = (last.0, last.1);
        for (scope, id, stage, reached) in rows {
            let steps = recorded(tx, scope, id).await?;
            let derived = stage_of(steps.iter().map(|r| r.step.action_type));
            if derived != (stage, Reached(reached)) {
                found.push(Finding::new(
                    "logistics.stage",
                    format!(
                        "{what} {id} of scope {scope} is {} but its steps say {}",
                        stage.as_str(),
                        derived.0.as_str()
                    ),
                ));
            }
        }
    }
}
