//! An id within a body or a query that belongs to another tenant is answered as one that nobody has.

use serde_json::{Value, json};

use super::{
    api::Operation,
    audience::Credential,
    base::{Base, find, flaw},
    house::{House, Told},
    places::{Context, OWNED, contexts, nobodys},
    report::Report,
    request::Ask,
    sample::written,
    shape::{Kind, Shape},
};

/// Members that no right body of the walk has, and what they name.
const LEFT_OUT: [(&str, &str); 1] = [("catalog.SkuInput.id", "sku")];

/// What may be said of an id that is not one's own: the operation, the end of the place, and why.
const TAKEN: [(&str, &str, &str); 3] = [
    ("PUT /api/v1/developer/endpoints/{app}", "/appid", "a name that the shop gives to its own push URL"),
    ("POST /api/v1/products", "/after_sale_address", "kept as it was said: nothing is looked up by it"),
    ("PUT /api/v1/products/{id}", "/after_sale_address", "kept as it was said: nothing is looked up by it"),
];

fn is_taken(operation: &Operation, place: &str) -> bool {
    TAKEN.iter().any(|(name, end, _)| operation.to_string() == *name && place.ends_with(end))
}

/// Where an id stands, as a JSON pointer, and what it names.
type Place = (String, &'static str);

/// What the value of a member names, if it is an id of the context that belongs to somebody.
fn thing_of(text: &str, context: &Context) -> Option<&'static str> {
    let is = |thing: &&str| context.ids.get(*thing).is_some_and(|id| id == text);
    let key = || context.ids.get("key").is_some_and(|key| text == format!("/media/{key}")).then_some("key");
    OWNED.into_iter().find(|thing| is(thing)).or_else(key)
}

/// All ids within a body.
fn places(shape: &Shape, value: &Value, at: &str, context: &Context, found: &mut Vec<Place>) {
    match (&shape.kind, value) {
        (Kind::Object(fields), Value::Object(members)) => {
            for field in fields {
                let place = format!("{at}/{}", field.name);
                let named = format!("{}.{}", shape.name, field.name);
                if let Some(member) = members.get(&field.name) {
                    // A member that is spoken of by name: two things may have the same number.
                    let said = written(&shape.name, &field.name).and_then(|text| text.strip_prefix('$'));
                    match (said.and_then(|said| OWNED.into_iter().find(|thing| *thing == said)), member) {
                        (Some(thing), Value::String(_)) => found.push((place, thing)),
                        _ => places(&field.shape, member, &place, context, found),
                    }
                } else if let Some((_, thing)) = LEFT_OUT.iter().find(|(name, _)| *name == named) {
                    found.push((place, thing));
                }
            }
        }
        (Kind::List(item), Value::Array(items)) => {
            for (n, one) in items.iter().enumerate() {
                places(item, one, &format!("{at}/{n}"), context, found);
            }
        }
        (_, Value::String(text)) => found.extend(thing_of(text, context).map(|thing| (at.to_owned(), thing))),
        _ => {}
    }
}

/// Another's id of this kind, and one of the same form that nobody has.
fn strange_ids(thing: &str, base: &Base, contexts: &[Context]) -> Option<(String, String)> {
    let own = base.context.ids.get(thing);
    let is_other = |other: &&Context| {
        other.shop != base.context.shop
            && other.shopper != base.context.shopper
            && other.ids.get(thing).is_some_and(|id| Some(id) != own)
    };
    let theirs = contexts.iter().find(is_other)?.ids[thing].clone();
    let unknown =
        theirs.strip_prefix("wx").map_or_else(|| nobodys(&theirs), |rest| format!("wx{}", nobodys(rest)));
    Some(if thing == "key" {
        (format!("/media/{theirs}"), format!("/media/{unknown}"))
    } else {
        (theirs, unknown)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_of_another_within_a_body_or_a_query_is_answered_as_what_never_was() {
    let mut house = House::open().await;
    let contexts = contexts(&mut house).await;
    let mut report = Report::new("foreign ids");
    for operation in std::mem::take(&mut house.operations) {
        if operation.body.is_none() && operation.query.is_empty() {
            continue;
        }
        let base = find(&mut house, &operation, &contexts).await;
        let is_tenant = matches!(base.credential, Credential::Owner(_) | Credential::Shopper(_));
        // An operator stands above the shops, and to nobody everything is another's.
        if !is_tenant || !base.is_accepted() {
            continue;
        }
        for (place, thing) in ids_of(&operation, &base) {
            if is_taken(&operation, &place) {
                continue;
            }
            let Some((theirs, unknown)) = strange_ids(thing, &base, &contexts) else { continue };
            let told = [
                ask_twice(&mut house, &with(&base, &place, &theirs), &theirs).await,
                ask_twice(&mut house, &with(&base, &place, &unknown), &unknown).await,
            ];
            compare(&mut house, &operation, &place, &told, &mut report);
        }
    }
    assert!(report.cases > 60, "only {} ids were tried", report.cases);
    report.close(house.asked);
}

/// The places of all ids in the body, and the parameters of the query that take one.
fn ids_of(operation: &Operation, base: &Base) -> Vec<Place> {
    let mut found = Vec::new();
    if let (Some(shape), Some(body)) = (&operation.body, &base.body) {
        places(shape, body, "", &base.context, &mut found);
    }
    for parameter in &operation.query {
        let said = written("", &parameter.name).and_then(|text| text.strip_prefix('$'));
        let thing = OWNED.into_iter().find(|thing| Some(*thing) == said);
        found.extend(thing.map(|thing| (format!("?{}", parameter.name), thing)));
    }
    found
}

/// The right request, but for this id.
fn with(base: &Base, place: &str, id: &str) -> Ask {
    if let Some(name) = place.strip_prefix('?') {
        let (path, rest) = base.ask.path.split_once('?').unwrap_or((&base.ask.path, ""));
        let others = rest.split('&').filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(name));
        let own = format!("{name}={id}");
        let pairs: Vec<&str> = others.chain([own.as_str()]).collect();
        return Ask { path: format!("{path}?{}", pairs.join("&")), ..base.ask.clone() };
    }
    let mut body = base.body.clone().unwrap();
    let (parent, name) = place.rsplit_once('/').unwrap();
    match body.pointer_mut(parent).unwrap() {
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = json!(id),
        object => object[name] = json!(id),
    }
    base.ask.clone().with(&body)
}

/// The answer with the id taken out, with the fewer statements of two times.
async fn ask_twice(house: &mut House, ask: &Ask, id: &str) -> Told {
    let mut told = Vec::new();
    for _ in 0..2 {
        let mut one = house.ask(ask).await;
        one.text = one.text.replace(id, "THIS");
        told.push(one);
        if told[0].status.is_success() {
            break;
        }
    }
    told.into_iter().min_by_key(|told| told.statements).unwrap()
}

fn compare(
    house: &mut House,
    operation: &Operation,
    place: &str,
    [theirs, unknown]: &[Told; 2],
    report: &mut Report,
) {
    let is_query = place.starts_with('?');
    // A list of what nobody has is empty.
    let is_refused = is_query && theirs.status.is_success() || flaw(theirs).is_none();
    let about = format!("{place}: {} {}", theirs.status, theirs.text);
    report.expect(is_refused, operation, &format!("{about} was taken, {} {}", unknown.status, unknown.text));
    report.expect(
        (theirs.status, &theirs.text) == (unknown.status, &unknown.text),
        operation,
        &format!("{about} differs from {} {}", unknown.status, unknown.text),
    );
    report.expect(
        theirs.statements == unknown.statements,
        operation,
        &format!("{place}: {} statements, {} for an unknown id", theirs.statements, unknown.statements),
    );
    let harmed = house.tables.harmed();
    report.expect(harmed.is_empty(), operation, &format!("{place} changed {harmed:?}"));
    house.tables.restore();
}
