//! The gate before logins and credentials: rate limits and the hashing of passwords. One per process.

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use kernel::{AppId, ShopperId};
use std::{
    hash::Hash as Key,
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use crate::{Error, Hashed, Password, password::Hasher};

/// How often what may be tried.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Logins a minute from one address.
    pub logins_per_address: NonZeroU32,
    /// Attempts a minute at one login from one address.
    pub attempts_per_login: NonZeroU32,
    /// Codes a minute asked for from one address.
    pub codes_per_address: NonZeroU32,
    /// Milliseconds between two codes for one phone.
    pub code_pause_ms: i64,
    /// Codes a day for one phone.
    pub codes_per_day: i64,
    /// Whether the session cookie is for https alone.
    pub secure_cookie: bool,
}

const fn n(n: u32) -> NonZeroU32 {
    match NonZeroU32::new(n) {
        Some(n) => n,
        None => NonZeroU32::MIN,
    }
}

impl Default for Limits {
    /// For a server on the internet.
    fn default() -> Self {
        Self {
            logins_per_address: n(60),
            attempts_per_login: n(10),
            codes_per_address: n(10),
            code_pause_ms: kernel::minute_ms(1),
            codes_per_day: 10,
            secure_cookie: true,
        }
    }
}

impl Limits {
    /// For the demo and for tests, where everybody comes from one address. The lock-out stays.
    pub fn relaxed() -> Self {
        Self {
            logins_per_address: n(1_000_000),
            attempts_per_login: n(1_000_000),
            codes_per_address: n(1_000_000),
            code_pause_ms: 0,
            codes_per_day: 1_000_000,
            secure_cookie: false,
        }
    }
}

/// Tokens that one application may ask for a minute, as published.
const TOKENS_A_MINUTE: u32 = 10_000;
/// Tokens that one application may ask for a day, as published.
const TOKENS_A_DAY: u32 = 500_000;
/// Logins of one shopper in mini programs a minute, as published.
const JS_CODES_A_MINUTE: u32 = 100;

/// Rate limits, and the threads on which passwords are hashed.
pub struct Gate {
    pub(crate) limits: Limits,
    pub(crate) hasher: Hasher,
    logins: Limiter<IpAddr>,
    attempts: Limiter<(IpAddr, String)>,
    codes: Limiter<IpAddr>,
    tokens_minute: Limiter<AppId>,
    tokens_day: Limiter<AppId>,
    js_codes: Limiter<ShopperId>,
}

impl Gate {
    /// A gate with these limits.
    pub fn new(limits: Limits) -> Self {
        let a_day = Quota::with_period(Duration::from_hours(24) / TOKENS_A_DAY);
        let a_day = a_day.unwrap_or(Quota::per_second(n(1))).allow_burst(n(TOKENS_A_DAY));
        Self {
            limits,
            hasher: Hasher::new(),
            logins: Limiter::new(Quota::per_minute(limits.logins_per_address)),
            attempts: Limiter::new(Quota::per_minute(limits.attempts_per_login)),
            codes: Limiter::new(Quota::per_minute(limits.codes_per_address)),
            tokens_minute: Limiter::new(Quota::per_minute(n(TOKENS_A_MINUTE))),
            tokens_day: Limiter::new(a_day),
            js_codes: Limiter::new(Quota::per_minute(n(JS_CODES_A_MINUTE))),
        }
    }

    /// Hashes a chosen password. It takes some tens of milliseconds on a thread of its own; never call it inside a
    /// transaction.
    pub async fn hash_password(&self, password: Password) -> Result<Hashed, Error> {
        self.hasher.hash(password).await
    }

    pub(crate) fn admits_login(&self, ip: IpAddr, login: &str) -> Result<(), Error> {
        let admitted = self.logins.admits(&ip) && self.attempts.admits(&(ip, login.to_owned()));
        if admitted { Ok(()) } else { Err(Error::TooManyRequests) }
    }

    pub(crate) fn admits_code(&self, ip: IpAddr) -> Result<(), Error> {
        if self.codes.admits(&ip) { Ok(()) } else { Err(Error::TooManyRequests) }
    }

    pub(crate) fn admits_token(&self, app: AppId) -> Result<(), Error> {
        if !self.tokens_minute.admits(&app) {
            Err(Error::TokensTooFast)
        } else if !self.tokens_day.admits(&app) {
            Err(Error::TokensUsedUp)
        } else {
            Ok(())
        }
    }

    pub(crate) fn admits_js_code(&self, shopper: ShopperId) -> Result<(), Error> {
        if self.js_codes.admits(&shopper) { Ok(()) } else { Err(Error::TokensTooFast) }
    }
}

/// A rate limit for each key, which forgets keys that have been quiet.
struct Limiter<K: Clone + Key + Eq> {
    keys: DefaultKeyedRateLimiter<K>,
    checks: AtomicU64,
}

/// Quiet keys are forgotten every so many checks.
const FORGET_EVERY: u64 = 4096;

impl<K: Clone + Key + Eq> Limiter<K> {
    fn new(quota: Quota) -> Self {
        Self { keys: RateLimiter::keyed(quota), checks: AtomicU64::new(0) }
    }

    fn admits(&self, key: &K) -> bool {
        if self.checks.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.keys.retain_recent();
        }
        self.keys.check_key(key).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

    #[test]
    fn one_login_from_one_address_has_ten_attempts_a_minute() {
        let gate = Gate::new(Limits::default());
        for _ in 0..10 {
            gate.admits_login(HERE, "li.wei").unwrap();
        }
        assert!(matches!(gate.admits_login(HERE, "li.wei"), Err(Error::TooManyRequests)));
        gate.admits_login(HERE, "wang.fang").unwrap();
        gate.admits_login(THERE, "li.wei").unwrap();
    }

    #[test]
    fn one_address_has_ten_codes_a_minute() {
        let gate = Gate::new(Limits::default());
        for _ in 0..10 {
            gate.admits_code(HERE).unwrap();
        }
        assert!(matches!(gate.admits_code(HERE), Err(Error::TooManyRequests)));
        gate.admits_code(THERE).unwrap();
    }

    #[test]
    fn an_application_has_ten_thousand_tokens_a_minute_and_a_shopper_a_hundred_logins() {
        let gate = Gate::new(Limits::relaxed());
        let app = AppId(1);
        let admitted = (0..10_100).filter(|_| gate.admits_token(app).is_ok()).count();
        assert!((10_000..10_100).contains(&admitted), "{admitted}");
        let other = AppId(2);
        let admitted = (0..500_200).filter(|_| gate.tokens_day.admits(&other)).count();
        assert!((500_000..500_200).contains(&admitted), "{admitted}");
        // One may have come back in the meantime, not ten.
        assert!((0..10).any(|_| matches!(gate.admits_token(other), Err(Error::TokensUsedUp))));
        let admitted = (0..110).filter(|_| gate.admits_js_code(ShopperId(1)).is_ok()).count();
        assert!((100..110).contains(&admitted), "{admitted}");
    }
}
