//! What a value may look like. Every setting is read from text, whichever way it came.

use std::{net::IpAddr, net::SocketAddr, path::PathBuf, time::Duration};
use zeroize::Zeroizing;

/// A type of value.
pub trait Setting: Sized {
    /// What a value looks like, for the reference.
    const SHAPE: &'static str;
    /// True if a value must never be shown.
    const SECRET: bool = false;

    /// Reads a value; the error says what is wrong with it and begins in the middle of a sentence.
    fn parse(text: &str) -> Result<Self, String>;
}

/// Absent when empty.
impl<T: Setting> Setting for Option<T> {
    const SHAPE: &'static str = T::SHAPE;
    const SECRET: bool = T::SECRET;

    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() { Ok(None) } else { T::parse(text).map(Some) }
    }
}

/// Several, with commas between; TOML: an array.
impl<T: Setting> Setting for Vec<T> {
    const SHAPE: &'static str = "a list";

    fn parse(text: &str) -> Result<Self, String> {
        text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(T::parse).collect()
    }
}

macro_rules! by_from_str {
    ($($ty:ty: $shape:literal;)+) => {$(
        impl Setting for $ty {
            const SHAPE: &'static str = $shape;

            fn parse(text: &str) -> Result<Self, String> {
                text.parse().map_err(|_| format!("must be {}", $shape))
            }
        }
    )+};
}

by_from_str! {
    bool: "true or false";
    u32: "a whole number from 0 to 4294967295";
    i64: "a whole number";
    SocketAddr: "an IP address with a port, such as 127.0.0.1:8080";
    IpAddr: "an IP address";
}

impl Setting for String {
    const SHAPE: &'static str = "a text";

    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("must not be empty".into()) } else { Ok(text.to_owned()) }
    }
}

impl Setting for PathBuf {
    const SHAPE: &'static str = "a path";

    fn parse(text: &str) -> Result<Self, String> {
        String::parse(text).map(Self::from)
    }
}

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

impl Size {
    /// As a length in memory.
    pub fn bytes(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl Setting for Size {
    const SHAPE: &'static str = "a size such as 512 KiB, 2 MiB or 1 GiB";

    fn parse(text: &str) -> Result<Self, String> {
        let units = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];
        measured(text, &units).map(Self).ok_or_else(|| format!("must be {}", Self::SHAPE))
    }
}

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

impl Setting for Span {
    const SHAPE: &'static str = "a time such as 500 ms, 30 s or 5 min, not zero";

    fn parse(text: &str) -> Result<Self, String> {
        let units = [("ms", 1), ("s", 1000), ("min", 60_000)];
        let ms = measured(text, &units).filter(|ms| *ms > 0);
        ms.map(|ms| Self(Duration::from_millis(ms))).ok_or_else(|| format!("must be {}", Self::SHAPE))
    }
}

/// A whole number with one of these units, as a multiple of the smallest.
fn measured(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let (_, factor) = units.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit.trim()))?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

/// An address that begins with http:// or https://, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpUrl(pub String);

impl Setting for HttpUrl {
    const SHAPE: &'static str = "an address such as https://shop.example";

    fn parse(text: &str) -> Result<Self, String> {
        let url = reqwest::Url::parse(text).ok();
        let plain = url.filter(|u| {
            matches!(u.scheme(), "http" | "https")
                && u.query().is_none()
                && u.fragment().is_none()
                && u.username().is_empty()
                && u.password().is_none()
        });
        let kept = plain.map(|u| Self(u.as_str().trim_end_matches('/').to_owned()));
        kept.ok_or_else(|| format!("must be {}, without query", Self::SHAPE))
    }
}

/// A text that is never shown.
#[derive(Clone)]
pub struct Secret(pub Zeroizing<String>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Setting for Secret {
    const SHAPE: &'static str = "a secret text";
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        String::parse(text).map(|t| Self(t.into()))
    }
}

/// The key under which secrets at rest are sealed.
#[derive(Clone)]
pub struct MasterKey(pub Zeroizing<[u8; 32]>);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey")
    }
}

impl Setting for MasterKey {
    const SHAPE: &'static str = "64 hexadecimal digits";
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        let mut key = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text, key.as_mut_slice()).map_err(|_| format!("must be {}", Self::SHAPE))?;
        Ok(Self(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_need_their_unit() {
        assert_eq!(Size::parse("2 MiB"), Ok(Size(2 << 20)));
        assert_eq!(Size::parse("512kib"), Ok(Size(512 << 10)));
        for wrong in ["", "2", "MiB", "2 MB", "-1 B", "18446744073709551615 GiB"] {
            assert!(Size::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Span::parse("30 s"), Ok(Span(Duration::from_secs(30))));
        assert_eq!(Span::parse("250ms"), Ok(Span(Duration::from_millis(250))));
        for wrong in ["30", "0 s", "s", "1 h"] {
            assert!(Span::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_are_kept_without_the_last_slash() {
        assert_eq!(HttpUrl::parse("https://shop.example/"), Ok(HttpUrl("https://shop.example".into())));
        for wrong in ["shop.example", "ftp://shop.example", "http://a.example/?b=1", "https://u:p@a.example"]
        {
            assert!(HttpUrl::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let key = MasterKey::parse(&"ab".repeat(32)).unwrap();
        assert_eq!(format!("{key:?}"), "MasterKey");
        assert!(MasterKey::parse(&"ab".repeat(31)).is_err());
        assert_eq!(format!("{:?}", Secret::parse("hush").unwrap()), "Secret");
    }

    #[test]
    fn a_list_is_parted_by_commas() {
        let one: IpAddr = "10.0.0.1".parse().unwrap();
        assert_eq!(Vec::<IpAddr>::parse("10.0.0.1, 10.0.0.1"), Ok(vec![one, one]));
        assert_eq!(Vec::<IpAddr>::parse(""), Ok(Vec::new()));
        assert!(Vec::<IpAddr>::parse("10.0.0.1, x").is_err());
    }
}
