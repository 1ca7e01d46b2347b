//! Personas of the room's tests.

use axum::{
    body::Body,
    http::{HeaderMap, Request},
};
use face::{App, Identified, TokenFault};
use kernel::{Actor, Caller, OperatorId, Permission, Permissions, Scope, ShopId, ShopperId, StaffId};
use std::sync::Arc;
use tower::ServiceExt;

use crate::Files;

pub(crate) fn rooms() -> Vec<store::Room> {
    vec![crate::MIGRATIONS]
}

fn caller(scope: Scope, actor: Actor) -> Caller {
    Caller { scope, actor, request: "test".into() }
}

pub(crate) fn staff(shop: i64) -> Caller {
    let shop = ShopId(shop);
    let may = Permissions::of(&[Permission::ProductWrite]);
    caller(Scope::Shop(shop), Actor::Staff { shop, staff: StaffId(9), may })
}

pub(crate) fn operator() -> Caller {
    let may = Permissions::of(&[Permission::PlatformProducts]);
    caller(Scope::Platform, Actor::Operator { operator: OperatorId(8), may })
}

pub(crate) fn shopper() -> Caller {
    Caller::shopper(ShopperId(7))
}

pub(crate) fn stranger() -> Caller {
    caller(Scope::Platform, Actor::Anonymous)
}

/// The room's routes over a fresh database.
pub(crate) async fn app(kit: &store::testkit::Kit) -> App {
    let store = kit.store(store::Registry::new()).await;
    App::over(store).with(Arc::new(Files::in_memory("https://shop.example"))).build()
}

/// Sends a request as `caller`; status, headers and body of the answer.
pub(crate) async fn send(
    app: &App,
    caller: Option<Caller>,
    mut request: Request<Body>,
) -> (u16, HeaderMap, bytes::Bytes) {
    request.extensions_mut().insert(match caller {
        Some(caller) => Identified::As(caller),
        None => Identified::Nobody(TokenFault::Missing),
    });
    let (native, _) = crate::routes().split_for_parts();
    let router = native.merge(crate::wire_routes()).with_state(app.clone());
    let answer = router.oneshot(request).await.unwrap();
    let (parts, body) = answer.into_parts();
    (parts.status.as_u16(), parts.headers, axum::body::to_bytes(body, usize::MAX).await.unwrap())
}

/// A multipart request.
pub(crate) fn form(path: &str, parts: &[(&str, &[u8])], key: Option<&str>) -> Request<Body> {
    let mut body = Vec::new();
    for (name, content) in parts {
        body.extend(format!("--frame\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--frame--\r\n");
    let mut request = Request::post(path).header("content-type", "multipart/form-data; boundary=frame");
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    request.body(Body::from(body)).unwrap()
}

#[cfg(test)]
mod sql_tests {
    store::on_both! {
        rooms = crate::testing::rooms();
        async fn both_engines_understand_every_statement(kit) {
            store::testkit::prepare_all(&kit, crate::sql::ALL).await;
        }
    }
}
