//! Moments and spans, in whole milliseconds.

use jiff::{Timestamp as Instant, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    ops::{Add, Sub},
};

/// A moment: milliseconds since 1970, UTC. Carried as a JSON number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `ms` milliseconds after 1970.
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// The moment `s` seconds after 1970.
    pub const fn from_secs(s: i64) -> Self {
        Self(s.saturating_mul(1000))
    }

    /// Milliseconds since 1970.
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, as the WeChat family counts.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The first moment of the local day that this moment lies in. A day is nothing without a zone, so the
    /// zone is asked for.
    #[must_use]
    pub fn start_of_day(self, zone: &TimeZone) -> Self {
        let Ok(instant) = Instant::from_millisecond(self.0) else { return self };
        instant
            .to_zoned_datetime(zone.clone())
            .start_of_day()
            .map_or(self, |z| Self(z.timestamp().as_millisecond()))
    }

    /// `yyyy-MM-dd HH:mm:ss` in `zone`, the form that a few wire fields want.
    pub fn local_text(self, zone: &TimeZone) -> String {
        Instant::from_millisecond(self.0).map_or_else(
            |_| String::new(),
            |i| i.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        )
    }
}

/// Adds milliseconds.
impl Add<i64> for Timestamp {
    type Output = Self;
    fn add(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

/// The span between two moments, in milliseconds.
impl Sub for Timestamp {
    type Output = i64;
    fn sub(self, other: Self) -> i64 {
        self.0.saturating_sub(other.0)
    }
}

/// RFC 3339, UTC.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Instant::from_millisecond(self.0) {
            Ok(i) => i.fmt(f),
            Err(_) => write!(f, "{}ms", self.0),
        }
    }
}

/// `n` seconds in milliseconds.
pub const fn second_ms(n: i64) -> i64 {
    n * 1000
}

/// `n` minutes in milliseconds.
pub const fn minute_ms(n: i64) -> i64 {
    second_ms(n * 60)
}

/// `n` hours in milliseconds.
pub const fn hour_ms(n: i64) -> i64 {
    minute_ms(n * 60)
}

/// `n` days of 24 hours in milliseconds.
pub const fn day_ms(n: i64) -> i64 {
    hour_ms(n * 24)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_where_the_zone_says() {
        let shanghai = TimeZone::get("Asia/Shanghai").unwrap();
        let noon_utc = Timestamp::from_secs(1_732_363_200); // 2024-11-23T12:00:00Z
        assert_eq!(noon_utc.start_of_day(&shanghai).to_string(), "2024-11-22T16:00:00Z");
        assert_eq!(noon_utc.start_of_day(&TimeZone::UTC).to_string(), "2024-11-23T00:00:00Z");
        assert_eq!(noon_utc.local_text(&shanghai), "2024-11-23 20:00:00");
    }
}
