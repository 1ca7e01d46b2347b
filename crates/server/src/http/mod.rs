//! What happens to every request on its way to a handler, and to every answer on its way back.

mod body;
mod family;
mod headers;
mod panics;
mod peer;
mod rate;
mod refusal;
mod timeout;

pub use body::{BodyLimits, limit_body};
pub use family::Family;
pub use headers::secure;
pub use panics::catch_panic;
pub use peer::{TrustedProxies, find_peer};
pub use rate::{RateLimits, limit_address, limit_credential};
pub use refusal::{method_not_allowed, not_found};
pub use timeout::{Timeout, limit_time};
