//! Who asks, as the authentication middleware found out.

use axum::{extract::FromRequestParts, http::request::Parts};
use kernel::{Actor, Caller, Scope};
use std::{convert::Infallible, sync::Arc};

use crate::RequestId;

/// What the credential of a request came to; put into the request's extensions by the authentication
/// middleware.
#[derive(Debug, Clone)]
pub enum Identified {
    /// A good credential.
    As(Caller),
    /// None, or one that does not hold.
    Nobody(TokenFault),
}

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenFault {
    /// There is none.
    Missing,
    /// Unknown, malformed or replaced.
    Invalid,
    /// It was good once.
    Expired,
}

/// The caller of a native route. Where nobody is logged in the actor is anonymous: the use case's door decides
/// what that means.
#[derive(Debug, Clone)]
pub struct Who(pub Caller);

impl Who {
    /// The number behind the credential, which idempotency keys belong to.
    pub const fn credential(&self) -> i64 {
        credential_of(&self.0.actor)
    }
}

/// The number behind a credential.
pub(crate) const fn credential_of(actor: &Actor) -> i64 {
    match actor {
        Actor::Anonymous | Actor::System => 0,
        Actor::Shopper(id) => id.0,
        Actor::Staff { staff, .. } => staff.0,
        Actor::ShopApp { app, .. } | Actor::MiniProgram { app } => app.0,
        Actor::Operator { operator, .. } => operator.0,
    }
}

/// The caller of a request, with its request id.
pub(crate) fn caller_of(parts: &Parts) -> Caller {
    let request = parts.extensions.get::<RequestId>().map_or_else(|| Arc::from(""), |r| Arc::clone(&r.0));
    match parts.extensions.get::<Identified>() {
        Some(Identified::As(caller)) => Caller { request, ..caller.clone() },
        _ => Caller { scope: Scope::Platform, actor: Actor::Anonymous, request },
    }
}

impl<S: Sync> FromRequestParts<S> for Who {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(caller_of(parts)))
    }
}
