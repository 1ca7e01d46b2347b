//! Queries and paths that don't fit are refused like bodies.

use axum::http::StatusCode;

use super::{
    api::{Operation, Parameter},
    base::{Base, find, flaw},
    house::House,
    places::contexts,
    report::Report,
    request::Ask,
    shape::Kind,
};

/// Values that fit no parameter of this kind.
fn wrong(parameter: &Parameter) -> Vec<&'static str> {
    let mut wrong = match parameter.shape.kind {
        Kind::Integer => vec!["x", "1.5", "1e3", "99999999999999999999", "", "%00"],
        Kind::Choice(_) => vec!["no_such_word", "%00", "7"],
        _ => Vec::new(),
    };
    match parameter.name.as_str() {
        "size" => wrong.extend(["0", "-1", "101", "9223372036854775807", "-9223372036854775808"]),
        "after" => {
            wrong.extend(["garbage", "1", "1_", "_1", "1_2_3", "9999999999999999999999_1", "%00", "🧧_1"]);
        }
        _ => {}
    }
    wrong
}

/// Values that are strange, and may be taken or refused.
const STRANGE: [&str; 10] = [
    "%ff%fe",
    "-1",
    "0",
    "9223372036854775807",
    "-9223372036854775808",
    "9007199254740993",
    "%F0%9F%A7%A7",
    "%00",
    "%E2%80%AE",
    "%27%3B--",
];

/// Ids that can be nobody's.
const NO_IDS: [&str; 10] = [
    "0",
    "-1",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999",
    "x",
    "1.5",
    "%00",
    "%F0%9F%A7%A7",
    "%ff",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_that_does_not_fit_is_refused_and_changes_nothing() {
    let mut house = House::open().await;
    let contexts = contexts(&mut house).await;
    let mut report = Report::new("queries");
    for operation in std::mem::take(&mut house.operations) {
        if operation.query.is_empty() {
            continue;
        }
        let base = find(&mut house, &operation, &contexts).await;
        let mut queries = vec![("a_parameter_that_nobody_knows=1".to_owned(), true)];
        for parameter in &operation.query {
            let name = &parameter.name;
            queries.extend(wrong(parameter).into_iter().map(|value| (format!("{name}={value}"), true)));
            queries.extend(STRANGE.map(|value| (format!("{name}={value}"), false)));
            queries.push((
                format!("{name}={}", "x".repeat(10_000)),
                matches!(parameter.shape.kind, Kind::Integer),
            ));
            queries.push((format!("{name}=1_1&{name}=1_1"), true));
        }
        for (query, must_be_refused) in queries {
            try_query(&mut house, &operation, &base, &query, must_be_refused, &mut report).await;
        }
        leave_out(&mut house, &operation, &base, &mut report).await;
    }
    report.close(house.asked);
}

async fn try_query(
    house: &mut House,
    operation: &Operation,
    base: &Base,
    query: &str,
    must_be_refused: bool,
    report: &mut Report,
) {
    let (path, rest) = base.ask.path.split_once('?').unwrap_or((&base.ask.path, ""));
    let name = query.split('=').next().unwrap();
    let others = rest.split('&').filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(name));
    let pairs: Vec<&str> = others.chain([query]).collect();
    let told = house.ask(&Ask { path: format!("{path}?{}", pairs.join("&")), ..base.ask.clone() }).await;
    let fits = if told.status.is_success() { !must_be_refused } else { flaw(&told).is_none() };
    report.expect(fits, operation, &format!("{query}: {} {:?} {}", told.status, flaw(&told), told.text));
    let harmed = house.tables.harmed();
    report.expect(harmed.is_empty(), operation, &format!("{query} changed {harmed:?}"));
}

/// A parameter that is needed is missed.
async fn leave_out(house: &mut House, operation: &Operation, base: &Base, report: &mut Report) {
    if operation.query.iter().any(|parameter| parameter.required) {
        let path = base.ask.path.split('?').next().unwrap().to_owned();
        let told = house.ask(&Ask { path, ..base.ask.clone() }).await;
        let fits = told.status == StatusCode::BAD_REQUEST && flaw(&told).is_none();
        report.expect(fits, operation, &format!("without a query: {} {}", told.status, told.text));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_be_no_id_is_answered_as_an_unknown_one() {
    let mut house = House::open().await;
    let contexts = contexts(&mut house).await;
    let mut report = Report::new("ids");
    for operation in std::mem::take(&mut house.operations) {
        if operation.ids.is_empty() {
            continue;
        }
        let base = find(&mut house, &operation, &contexts).await;
        for name in &operation.ids {
            let thing = super::places::thing(&operation, name);
            for id in NO_IDS {
                let mut context = base.context.clone();
                context.ids.insert(thing, id.to_owned());
                let path = context.path(&operation).unwrap();
                let told = house.ask(&Ask { path, ..base.ask.clone() }).await;
                // A list of what nobody has is empty, and what is not there is gone already.
                let fits = told.status.is_success() || flaw(&told).is_none();
                report.expect(
                    fits,
                    &operation,
                    &format!("{name}={id}: {} {:?} {}", told.status, flaw(&told), told.text),
                );
                let harmed = house.tables.harmed();
                let is_kept = !told.status.is_success() || operation.method == "GET";
                report.expect(
                    !is_kept || harmed.is_empty(),
                    &operation,
                    &format!("{name}={id} changed {harmed:?}"),
                );
                house.tables.restore();
            }
        }
    }
    report.close(house.asked);
}
