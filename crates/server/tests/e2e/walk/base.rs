//! The right request of an operation: the first that is accepted, of all that its audience could ask.

use serde_json::Value;

use super::{
    api::Operation,
    audience::{Audience, Credential, audience},
    house::{House, Told},
    places::Context,
    request::Ask,
    sample::sample,
};

/// A request of an operation.
#[derive(Debug, Clone)]
pub(super) struct Base {
    pub(super) context: Context,
    pub(super) credential: Credential,
    /// With what need not be there.
    pub(super) is_full: bool,
    pub(super) body: Option<Value>,
    pub(super) ask: Ask,
    /// What it was answered with.
    pub(super) told: Option<Told>,
}

impl Base {
    pub(super) fn is_accepted(&self) -> bool {
        self.told.as_ref().is_some_and(|told| told.status.is_success())
    }
}

/// The request of `operation` with these ids by this credential; nothing where an id is missing.
pub(super) fn request(
    house: &House,
    operation: &Operation,
    context: &Context,
    credential: Credential,
    full: bool,
) -> Option<Base> {
    let mut path = context.path(operation)?;
    let body = operation.body.as_ref().map(|shape| sample(shape, context, full));
    let wanted = operation.query.iter().filter(|parameter| parameter.required);
    let query: Vec<String> =
        wanted.map(|parameter| format!("{}={}", parameter.name, query_value(parameter, context))).collect();
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    let mut ask = Ask {
        token: house.token(credential),
        is_keyed: operation.is_keyed,
        ..Ask::new(operation.method.clone(), path)
    };
    if let Some(body) = &body {
        ask = ask.with(body);
    }
    if operation.is_form {
        let part = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n";
        let picture = media::demo_picture(7, "walk").unwrap();
        ask.body = [part.as_bytes(), &picture, b"\r\n--b--\r\n"].concat();
        ask.content_type = Some("multipart/form-data; boundary=b".to_owned());
    }
    Some(Base { context: context.clone(), credential, is_full: full, body, ask, told: None })
}

/// A value that a parameter of the query takes.
fn query_value(parameter: &super::api::Parameter, context: &Context) -> String {
    let schema = super::shape::Shape {
        name: String::new(),
        kind: super::shape::Kind::Object(vec![super::shape::Field {
            name: parameter.name.clone(),
            shape: parameter.shape.clone(),
            required: true,
        }]),
        nullable: false,
    };
    match &sample(&schema, context, true)[&parameter.name] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Finds the right request of an operation, and undoes it. If none is accepted, the last that was tried.
pub(super) async fn find(house: &mut House, operation: &Operation, contexts: &[Context]) -> Base {
    let audience = audience(operation);
    let mut last = None;
    for context in contexts {
        for credential in callers(audience, context) {
            for full in [true, false] {
                let Some(mut base) = request(house, operation, context, credential, full) else { continue };
                let told = house.ask(&base.ask).await;
                house.tables.restore();
                let is_accepted = told.status.is_success();
                base.told = Some(told);
                if is_accepted {
                    return base;
                }
                last = Some(base);
                if operation.body.is_none() {
                    break;
                }
            }
        }
    }
    last.unwrap_or_else(|| panic!("{operation}: the demo has no ids for it"))
}

/// Who may ask, of those to whom the ids belong.
fn callers(audience: Audience, context: &Context) -> Vec<Credential> {
    context.callers().into_iter().filter(|credential| audience.lets_in(*credential)).collect()
}

/// Why no request of an operation is accepted without the world outside.
pub(super) fn is_excused(operation: &Operation) -> bool {
    const EXCUSED: [(&str, &str); 1] =
        [("POST /api/v1/developer/endpoints/{app}/verify", "asks the shop's server, which there is not")];
    EXCUSED.iter().any(|(name, _)| *name == operation.to_string())
}

/// A problem in the form of the native face; what is wrong with it, otherwise.
pub(super) fn flaw(told: &Told) -> Option<&'static str> {
    let Ok(body) = serde_json::from_str::<Value>(&told.text) else { return Some("it is no JSON") };
    let text = |name: &str| body[name].as_str().is_some_and(|text| !text.is_empty());
    let checks = [
        (told.content_type == "application/problem+json", "its content type is not that of a problem"),
        (told.status.is_client_error(), "its status is not one of refusal"),
        (body["status"] == told.status.as_u16(), "its status is not that of the answer"),
        (text("type") && text("title") && text("detail"), "type, title or detail is missing"),
        (
            text("code") && body["type"] == format!("/docs/errors/{}", body["code"].as_str().unwrap_or("")),
            "type and code disagree",
        ),
        (told.is_signed, "the request's id is missing"),
        (!shows_insides(&told.text), "it shows SQL or a panic"),
    ];
    checks.into_iter().find(|(holds, _)| !holds).map(|(_, flaw)| flaw)
}

/// Words that only our own insides use.
fn shows_insides(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["sqlite", "select ", "insert into", "constraint", "postgres", "panicked", ".rs:"]
        .iter()
        .any(|word| lower.contains(word))
}
