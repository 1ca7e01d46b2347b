//! A request that is sent again, with its key, is one.

use axum::http::StatusCode;
use serde_json::Value;

use super::{
    api::Operation,
    base::{Base, find, flaw, is_excused},
    house::{House, Told},
    places::contexts,
    report::Report,
    request::Ask,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeat_with_its_key_gets_the_first_answer_and_has_no_second_effect() {
    let mut house = House::open().await;
    let contexts = contexts(&mut house).await;
    let mut report = Report::new("repeats");
    for operation in std::mem::take(&mut house.operations) {
        if !operation.is_keyed {
            continue;
        }
        let base = find(&mut house, &operation, &contexts).await;
        if !base.is_accepted() && is_excused(&operation) {
            continue;
        }
        repeat(&mut house, &operation, &base, &mut report).await;
        bad_keys(&mut house, &operation, &base, &mut report).await;
    }
    assert!(report.cases > 200, "only {} repeats were tried", report.cases);
    report.close(house.asked);
}

/// The same again; then the same key with another body, and another's.
async fn repeat(house: &mut House, operation: &Operation, base: &Base, report: &mut Report) {
    let ask = Ask { key: Some(house.key()), ..base.ask.clone() };
    let first = house.ask(&ask).await;
    report.expect(first.status.is_success(), operation, &format!("the first time: {}", first.text));
    let after = house.tables.fingerprint();
    for _ in 0..2 {
        let again = house.ask(&ask).await;
        let same = (again.status, &again.text) == (first.status, &first.text);
        report.expect(same, operation, &format!("{} was repeated as {}", first.text, again.text));
        report.expect(house.tables.fingerprint() == after, operation, "the repeat had an effect");
    }
    if let Some(other) = other_body(operation, base) {
        let told = house.ask(&Ask { body: other, ..ask.clone() }).await;
        let fits = told.status == StatusCode::CONFLICT && flaw(&told).is_none();
        report.expect(fits, operation, &format!("the key with another body: {} {}", told.status, told.text));
        report.expect(house.tables.fingerprint() == after, operation, "the other body had an effect");
    }
    house.tables.restore();
}

/// A body that says the same in other bytes, or something else in a form.
fn other_body(operation: &Operation, base: &Base) -> Option<Vec<u8>> {
    if operation.is_form {
        let text = String::from_utf8_lossy(&base.ask.body).into_owned();
        let other = media::demo_picture(8, "other").unwrap();
        let head = text.find("\r\n\r\n")? + 4;
        return Some([&base.ask.body[..head], &other, b"\r\n--b--\r\n"].concat());
    }
    let body: &Value = base.body.as_ref()?;
    Some(format!("{body} ").into_bytes())
}

/// No key, and keys that are none.
async fn bad_keys(house: &mut House, operation: &Operation, base: &Base, report: &mut Report) {
    let none = Ask { is_keyed: false, ..base.ask.clone() };
    let told = house.ask(&none).await;
    is_refused(house, operation, "without a key", &told, report);
    for (what, key) in [
        ("an empty key", String::new()),
        ("a long key", "k".repeat(256)),
        ("an odd key", "\u{e9}".to_owned()),
    ] {
        let told = house.ask(&Ask { key: Some(key), ..base.ask.clone() }).await;
        is_refused(house, operation, what, &told, report);
    }
}

fn is_refused(house: &mut House, operation: &Operation, what: &str, told: &Told, report: &mut Report) {
    let fits = told.status == StatusCode::BAD_REQUEST
        && flaw(told).is_none()
        && told.text.contains("idempotency_key");
    report.expect(fits, operation, &format!("{what}: {} {}", told.status, told.text));
    let harmed = house.tables.harmed();
    report.expect(harmed.is_empty(), operation, &format!("{what} changed {harmed:?}"));
    house.tables.restore();
}
