//! What doesn't fit is refused with a problem, and has changed nothing.

use axum::http::StatusCode;

use super::{
    api::Operation,
    base::{Base, find, flaw, is_excused},
    excuses,
    house::{BODY_BYTES, House, Told},
    mutation::{EMOJI, Expect, Mutation, mutations},
    places::contexts,
    report::Report,
    request::Ask,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_wrong_in_one_place_is_refused_and_changes_nothing() {
    let mut house = House::open().await;
    let contexts = contexts(&mut house).await;
    let mut report = Report::new("bodies");
    for operation in std::mem::take(&mut house.operations) {
        let Some(shape) = &operation.body else { continue };
        let base = find(&mut house, &operation, &contexts).await;
        if !base.is_accepted() && !is_excused(&operation) {
            report.fault(&operation, &format!("no right body: {:?}", base.told));
        }
        for mutation in mutations(shape, base.body.as_ref().unwrap(), &base.context) {
            try_one(&mut house, &operation, &base, &mutation, &mut report).await;
        }
    }
    assert!(report.cases > 3000, "only {} bodies were tried", report.cases);
    report.close(house.asked);
}

async fn try_one(
    house: &mut House,
    operation: &Operation,
    base: &Base,
    mutation: &Mutation,
    report: &mut Report,
) {
    let told = house.ask(&base.ask.clone().with(&mutation.body)).await;
    let wrong = if told.status.is_success() {
        let unwanted = match mutation.expect {
            Expect::Refused if excuses::takes(mutation) => None,
            Expect::Malformed | Expect::Refused => Some("was taken"),
            Expect::Unharmed if !house.tables.hold(EMOJI) && !excuses::is_secret(mutation) => {
                Some("was harmed")
            }
            Expect::Either | Expect::Unharmed => None,
        };
        house.tables.restore();
        unwanted
    } else {
        refusal(house, &told, mutation.expect)
    };
    let about =
        || format!("{} ({}): {} {wrong:?}: {}", mutation.named, mutation.place, mutation.what, told.text);
    report.expect(wrong.is_none(), operation, &about());
}

/// What is wrong with a refusal.
fn refusal(house: &mut House, told: &Told, expect: Expect) -> Option<&'static str> {
    let harmed = house.tables.harmed();
    house.tables.restore();
    if !harmed.is_empty() {
        return Some("was refused and has changed something");
    }
    if expect == Expect::Malformed && told.status != StatusCode::BAD_REQUEST {
        return Some("was not refused for its form");
    }
    flaw(told)
}

/// Bodies that are no JSON, and their status.
fn unreadable() -> Vec<(&'static str, Vec<u8>, u16)> {
    let nested = [vec![b'['; 1000], vec![b']'; 1000]].concat();
    let deep = [br#"{"a":"#.repeat(1000), b"1".to_vec(), vec![b'}'; 1000]].concat();
    vec![
        ("no JSON", b"{\"".to_vec(), 400),
        ("a word", b"nul".to_vec(), 400),
        ("a list", b"[]".to_vec(), 400),
        ("a text", b"\"text\"".to_vec(), 400),
        ("XML", b"<xml></xml>".to_vec(), 400),
        ("two values", b"{} {}".to_vec(), 400),
        ("broken UTF-8", b"{\"a\xff\xfe\":1}".to_vec(), 400),
        ("half a character", br#"{"a":"\ud800"}"#.to_vec(), 400),
        ("a list within lists", nested, 400),
        ("an object within objects", deep, 400),
        ("too much", vec![b' '; BODY_BYTES + 1], 413),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_cannot_be_read_is_refused_and_changes_nothing() {
    let mut house = House::open().await;
    let contexts = contexts(&mut house).await;
    let mut report = Report::new("unreadable bodies");
    for operation in std::mem::take(&mut house.operations) {
        if operation.body.is_none() {
            continue;
        }
        let base = find(&mut house, &operation, &contexts).await;
        for (what, bytes, status) in unreadable() {
            let told = house.ask(&base.ask.clone().with_bytes(bytes.clone())).await;
            expect_refusal(&mut house, &operation, (what, status), &told, &mut report);
            let told = house.ask(&Ask { is_streamed: true, ..base.ask.clone().with_bytes(bytes) }).await;
            expect_refusal(&mut house, &operation, (what, status), &told, &mut report);
        }
        same_in_another_type(&mut house, &operation, &base, &mut report).await;
    }
    report.close(house.asked);
}

fn expect_refusal(
    house: &mut House,
    operation: &Operation,
    (what, status): (&str, u16),
    told: &Told,
    report: &mut Report,
) {
    let fits = told.status == status && flaw(told).is_none() && house.tables.harmed().is_empty();
    report.expect(fits, operation, &format!("{what}: {} {:?} {}", told.status, flaw(told), told.text));
    house.tables.restore();
}

/// The type that a client says its body has is not looked at: a form of another site brings no cookie along.
async fn same_in_another_type(house: &mut House, operation: &Operation, base: &Base, report: &mut Report) {
    for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
        let ask = Ask { content_type: kind.map(str::to_owned), ..base.ask.clone() };
        let told = house.ask(&ask).await;
        house.tables.restore();
        let same = Some(told.status) == base.told.as_ref().map(|first| first.status);
        report.expect(same, operation, &format!("as {kind:?}: {} {}", told.status, told.text));
    }
}
