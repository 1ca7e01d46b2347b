//! What the rooms' descriptions have in common: title, version, credentials, the form of errors.

use face::ProblemBody;
use utoipa::{
    OpenApi as _, PartialSchema, ToSchema,
    openapi::{
        OpenApi, SecurityRequirement,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "Kaidian",
    description = "The native API. Amounts are integers of the currency's minor unit, times are milliseconds since \
                   1970 in UTC, ids are strings of digits. An error is a problem detail (RFC 9457) with a stable \
                   `code`. A POST that creates or moves something needs the header `Idempotency-Key`: a repeat \
                   with the same key and body changes nothing and gets the first answer.",
    license(name = "Apache-2.0", identifier = "Apache-2.0")
))]
struct Frame;

/// The description of everything that `rooms` describe.
pub fn describe(rooms: OpenApi) -> OpenApi {
    let mut api = Frame::openapi();
    env!("CARGO_PKG_VERSION").clone_into(&mut api.info.version);
    api.merge(rooms);
    for (path, item) in &mut api.paths.paths {
        let operations = [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("put", &mut item.put),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                operation.operation_id = Some(name_of(method, path));
            }
        }
    }
    let components = api.components.get_or_insert_default();
    for (name, scheme) in credentials() {
        components.security_schemes.insert(name.to_owned(), scheme.into());
    }
    components.schemas.entry(ProblemBody::name().into_owned()).or_insert_with(ProblemBody::schema);
    let any_of = |(name, _): (&str, SecurityScheme)| SecurityRequirement::new(name, Vec::<String>::new());
    api.security = Some(credentials().map(any_of).into());
    api
}

/// The ways to show who asks.
fn credentials() -> [(&'static str, SecurityScheme); 2] {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The token that a login answers with: for programs."))
        .build();
    let cookie = ApiKeyValue::with_description(
        "kaidian_session",
        "The cookie that a login sets: for pages. What changes something needs `X-Kaidian-CSRF: 1` with it.",
    );
    [("bearer", SecurityScheme::Http(bearer)), ("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)))]
}

/// The name of an operation: `get /api/v1/orders/{id}/parcels` is `get_orders_by_id_parcels`. Names of handlers are
/// unique in their room only.
fn name_of(method: &str, path: &str) -> String {
    let parts = path.trim_start_matches("/api/v1").split('/').filter(|part| !part.is_empty());
    let words = parts.map(|part| match part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
        Some(parameter) => format!("_by_{parameter}"),
        None => format!("_{}", part.replace(|c: char| !c.is_ascii_alphanumeric(), "_")),
    });
    std::iter::once(method.to_owned()).chain(words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_named_by_its_method_and_path() {
        assert_eq!(name_of("get", "/api/v1/orders/{id}/parcels"), "get_orders_by_id_parcels");
        assert_eq!(name_of("post", "/api/v1/auth/code_login"), "post_auth_code_login");
        assert_eq!(name_of("get", "/media/{key}"), "get_media_by_key");
    }
}
