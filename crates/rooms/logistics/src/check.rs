//! The check for `doctor`: what is written down about a track is what its steps say.

use std::collections::HashMap;
use store::{Finding, Tx, p};

use crate::{Error, Reached, Stage, sql, stage::stage_of};

/// Codes by tenant and track.
type Codes = HashMap<(i64, i64), Vec<i64>>;

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

/// A track as it is written down: tenant, id, stage, and where it has been.
type Written = (i64, i64, Stage, i64);

async fn check_all(
    tx: &mut Tx,
    what: &str,
    page: &'static str,
    found: &mut Vec<Finding>,
) -> Result<(), Error> {
    let (mut scope, mut id) = (i64::MIN, i64::MIN);
    loop {
        let rows: Vec<Written> =
            tx.all(page, p![scope, id, PAGE], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))).await?;
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(()) };
        let codes = codes_between(tx, (first.0, first.1), (last.0, last.1)).await?;
        (scope, id) = (last.0, last.1);
        found.extend(rows.iter().filter_map(|row| finding(what, row, &codes)));
    }
}

/// The codes of each track of a page, in the order of its timeline.
async fn codes_between(tx: &mut Tx, first: (i64, i64), last: (i64, i64)) -> Result<Codes, Error> {
    let rows: Vec<(i64, i64, i64)> = tx
        .all(sql::step::CODES_BETWEEN, p![first.0, first.1, last.0, last.1], |r| {
            Ok((r.get(0)?, r.get(1)?, r.get(2)?))
        })
        .await?;
    let mut codes = Codes::new();
    for (scope, id, code) in rows {
        codes.entry((scope, id)).or_default().push(code);
    }
    Ok(codes)
}

fn finding(what: &str, row: &Written, codes: &Codes) -> Option<Finding> {
    let (scope, id, stage, reached) = *row;
    let codes = codes.get(&(scope, id)).map_or(&[][..], Vec::as_slice);
    let (derived, has_been) = stage_of(codes.iter().copied());
    let differs = derived != stage || has_been != Reached(reached);
    differs.then(|| {
        let (written, derived) = (stage.as_str(), derived.as_str());
        let said = format!("{what} {id} of scope {scope} is {written} but its steps say {derived}");
        Finding::new("logistics.stage", said)
    })
}
