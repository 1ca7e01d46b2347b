//! What belongs to another is, for everybody else, not there; who may not ask at all is told the same of everything.

use super::{
    audience::{Credential, audience},
    base::{Base, find, flaw, is_excused, request},
    house::{House, Told},
    places::{Context, OWNED, contexts, thing},
    report::Report,
};
use crate::walk::api::Operation;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_lets_in_its_audience_and_nobody_else() {
    let mut house = House::open().await;
    let contexts = contexts(&mut house).await;
    let mut report = Report::new("callers");
    for operation in std::mem::take(&mut house.operations) {
        let base = find(&mut house, &operation, &contexts).await;
        let told = base.told.as_ref().unwrap();
        if !base.is_accepted() && !is_excused(&operation) {
            report.fault(
                &operation,
                &format!("no right request: {} {:?} {}", told.status, base.ask.path, told.text),
            );
        }
        turn_away(&mut house, &operation, &base, &mut report).await;
    }
    report.close(house.asked);
}

/// Asks as everybody who may not: with ids that there are, and with ids that there are not.
async fn turn_away(house: &mut House, operation: &Operation, base: &Base, report: &mut Report) {
    let audience = audience(operation);
    let somebody =
        [Credential::Owner(base.context.shop), Credential::Shopper(base.context.shopper), Credential::Admin];
    for credential in Credential::NOBODY.into_iter().chain(somebody) {
        if audience.lets_in(credential) {
            continue;
        }
        let mut nobodys = base.context.clone();
        for name in &operation.ids {
            nobodys = nobodys.without(thing(operation, name));
        }
        let mut told: Vec<Told> = Vec::new();
        for context in [&base.context, &nobodys] {
            let Some(again) = request(house, operation, context, credential, base.is_full) else { continue };
            told.push(house.ask(&again.ask).await);
        }
        let [known, unknown] = &told[..] else { panic!("{operation}: no ids") };
        let is_nobody = Credential::NOBODY.contains(&credential);
        // Where the same thing is another's business as well, there is none for who came by the wrong path.
        let is_told =
            if is_nobody { known.status == 401 } else { [403, 404].contains(&known.status.as_u16()) };
        report.expect(
            is_told && flaw(known).is_none(),
            operation,
            &format!("{credential:?} {:?}: {}", flaw(known), known.text),
        );
        report.expect(
            (known.status, &known.text) == (unknown.status, &unknown.text),
            operation,
            &format!("{credential:?} learns from the answer: {} and {}", known.text, unknown.text),
        );
        let harmed = house.tables.harmed();
        report.expect(harmed.is_empty(), operation, &format!("{credential:?} changed {harmed:?}"));
        house.tables.restore();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_belongs_to_another_is_answered_as_what_never_was() {
    let mut house = House::open().await;
    let contexts = contexts(&mut house).await;
    let mut report = Report::new("strangers");
    for operation in std::mem::take(&mut house.operations) {
        let base = find(&mut house, &operation, &contexts).await;
        for name in &operation.ids {
            let thing = thing(&operation, name);
            let is_private = !audience(&operation).anyone && !is_own_name(&operation);
            if OWNED.contains(&thing) && base.is_accepted() && is_private {
                ask_as_stranger(&mut house, &operation, &base, thing, &mut report).await;
            }
        }
    }
    assert!(report.cases > 40, "only {} ids were tried", report.cases);
    report.close(house.asked);
}

/// The id is a name that the caller gives to something of their own: a push URL is kept for the shop by whatever
/// application it names, and only the shop's own events go there.
fn is_own_name(operation: &Operation) -> bool {
    operation.to_string() == "PUT /api/v1/developer/endpoints/{app}"
}

/// Asks for this thing of somebody's as another of the same kind, and for one that there is not.
async fn ask_as_stranger(
    house: &mut House,
    operation: &Operation,
    base: &Base,
    thing: &'static str,
    report: &mut Report,
) {
    let stranger = match base.credential {
        Credential::Owner(n) => Credential::Owner((n + 1) % 3),
        Credential::Shopper(n) => Credential::Shopper((n + 1) % 5),
        // An operator stands above the shops, and anybody may see what is public.
        _ => return,
    };
    let known = ask_twice(house, operation, &base.context, stranger, base.is_full).await;
    let unknown = ask_twice(house, operation, &base.context.without(thing), stranger, base.is_full).await;
    report.expect(known.status == 404, operation, &format!("{stranger:?} was told {}", known.text));
    report.expect(flaw(&known).is_none(), operation, &format!("{:?}", flaw(&known)));
    report.expect(
        known.text == unknown.text,
        operation,
        &format!("{} differs from {}", known.text, unknown.text),
    );
    let (theirs, nobodys) = (known.statements, unknown.statements);
    report.expect(
        theirs == nobodys,
        operation,
        &format!("{theirs} statements, {nobodys} for an unknown {thing}"),
    );
    let harmed = house.tables.harmed();
    report.expect(harmed.is_empty(), operation, &format!("{stranger:?} changed {harmed:?}"));
    house.tables.restore();
}

/// The answer, with the fewer statements of two times: a token that was not seen for a while costs one more.
async fn ask_twice(
    house: &mut House,
    operation: &Operation,
    context: &Context,
    who: Credential,
    full: bool,
) -> Told {
    let mut told = Vec::new();
    for _ in 0..2 {
        let again = request(house, operation, context, who, full).unwrap();
        told.push(house.ask(&again.ask).await);
    }
    told.into_iter().min_by_key(|told| told.statements).unwrap()
}
