//! How often one address and one credential may ask.

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, header::RETRY_AFTER},
    middleware::Next,
    response::Response,
};
use face::Identified;
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use kernel::Actor;
use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use super::refusal::{Asked, TOO_MANY};
use crate::config::Limits;

/// Counts requests. Cheap to clone.
#[derive(Clone)]
pub struct RateLimits {
    addresses: Option<Arc<DefaultKeyedRateLimiter<IpAddr>>>,
    credentials: Option<Arc<DefaultKeyedRateLimiter<Credential>>>,
}

/// A credential: numbers of different kinds are different ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Credential(u8, i64);

impl RateLimits {
    /// As configured.
    pub fn of(limits: &Limits) -> Self {
        Self { addresses: limiter(limits.ip_per_second), credentials: limiter(limits.credential_per_second) }
    }

    /// Forgets whoever has been quiet; call it now and then.
    pub fn forget_quiet(&self) {
        if let Some(addresses) = &self.addresses {
            addresses.retain_recent();
            addresses.shrink_to_fit();
        }
        if let Some(credentials) = &self.credentials {
            credentials.retain_recent();
            credentials.shrink_to_fit();
        }
    }
}

/// So many a second, twice as many at once; 0 for no limit.
fn limiter<K: Hash + Eq + Clone>(per_second: u32) -> Option<Arc<DefaultKeyedRateLimiter<K>>> {
    let rate = NonZeroU32::new(per_second)?;
    let quota = Quota::per_second(rate).allow_burst(rate.saturating_mul(NonZeroU32::MIN.saturating_add(1)));
    Some(Arc::new(RateLimiter::keyed(quota)))
}

/// Middleware: counts by address, before anything costly happens.
pub async fn limit_address(State(limits): State<RateLimits>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| network(info.0.ip()));
    match wait(limits.addresses.as_deref(), peer) {
        Some(wait) => refuse(&request, wait),
        None => next.run(request).await,
    }
}

/// Middleware: counts by credential, once it is known.
pub async fn limit_credential(State(limits): State<RateLimits>, request: Request, next: Next) -> Response {
    match wait(limits.credentials.as_deref(), credential(&request)) {
        Some(wait) => refuse(&request, wait),
        None => next.run(request).await,
    }
}

/// How long to wait; `None` to come in.
fn wait<K: Hash + Eq + Clone>(
    limiter: Option<&DefaultKeyedRateLimiter<K>>,
    key: Option<K>,
) -> Option<Duration> {
    let until = limiter?.check_key(&key?).err()?;
    Some(until.wait_time_from(DefaultClock::default().now()))
}

fn refuse(request: &Request, wait: Duration) -> Response {
    let mut response = TOO_MANY.answer(&Asked::by(request));
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
    response
}

/// A household has a whole /64 of version six to itself.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64)),
        ip @ IpAddr::V4(_) => ip,
    }
}

fn credential(request: &Request) -> Option<Credential> {
    let Some(Identified::As(caller)) = request.extensions().get::<Identified>() else { return None };
    match caller.actor {
        Actor::Anonymous | Actor::System => None,
        Actor::Shopper(id) => Some(Credential(0, id.0)),
        Actor::Staff { staff, .. } => Some(Credential(1, staff.0)),
        Actor::ShopApp { app, .. } | Actor::MiniProgram { app } => Some(Credential(2, app.0)),
        Actor::Operator { operator, .. } => Some(Credential(3, operator.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_the_rate_may_come_at_once_and_then_one_waits() {
        let limiter = limiter::<u8>(5);
        for _ in 0..10 {
            assert_eq!(wait(limiter.as_deref(), Some(1)), None);
        }
        let told = wait(limiter.as_deref(), Some(1)).unwrap();
        assert!(told <= Duration::from_millis(200), "{told:?}");
        assert_eq!(wait(limiter.as_deref(), Some(2)), None, "another is not concerned");
        assert_eq!(wait::<u8>(limiter.as_deref(), None), None);
    }

    #[test]
    fn no_limit_is_none() {
        assert!(limiter::<u8>(0).is_none());
    }

    #[test]
    fn neighbours_of_version_six_share_a_network() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(network(ip("2001:db8::1")), network(ip("2001:db8::ffff:1")));
        assert_ne!(network(ip("2001:db8::1")), network(ip("2001:db8:0:1::1")));
        assert_eq!(network(ip("::ffff:1.2.3.4")), ip("1.2.3.4"));
    }
}
