//! Randomness, hashes and comparisons of secrets: the only place of the room that draws random bytes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The SHA-256 of a secret: what is stored of it.
pub(crate) type Hash = [u8; 32];

/// Length of the text of 256 bits in base64url.
const TOKEN_CHARS: usize = 43;

/// What an access token begins with, so that it can be told from a session.
const ACCESS_PREFIX: &str = "mp_";

/// `N` random bytes.
#[expect(clippy::disallowed_methods, reason = "secrets must be unpredictable; nothing else depends on them")]
pub(crate) fn random<const N: usize>() -> [u8; N] {
    rand::random()
}

/// A session token: 256 random bits in base64url.
pub(crate) fn session_token() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

/// An access token: a mark and 256 random bits in base64url.
pub(crate) fn access_token() -> String {
    format!("{ACCESS_PREFIX}{}", session_token())
}

/// True if `text` can be a session token.
pub(crate) fn is_session_token(text: &str) -> bool {
    text.len() == TOKEN_CHARS && text.bytes().all(is_url_safe)
}

/// True if `text` can be an access token.
pub(crate) fn is_access_token(text: &str) -> bool {
    text.strip_prefix(ACCESS_PREFIX).is_some_and(is_session_token)
}

const fn is_url_safe(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')
}

/// Six random digits, each number as likely as any other.
pub(crate) fn six_digits() -> String {
    const RANGE: u32 = 1_000_000;
    loop {
        let n = u32::from_be_bytes(random());
        // The topmost part of the range is incomplete and would favour small numbers.
        if n < u32::MAX - u32::MAX % RANGE {
            return format!("{:06}", n % RANGE);
        }
    }
}

/// The hash under which a secret is stored and looked up. The secrets have 128 random bits or more, so that a plain
/// hash is enough; passwords go another way.
pub(crate) fn hash(secret: &str) -> Hash {
    Sha256::digest(secret.as_bytes()).into()
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_kinds_of_token_are_told_apart_and_anything_else_is_neither() {
        let (session, access) = (session_token(), access_token());
        assert!(is_session_token(&session) && !is_access_token(&session));
        assert!(is_access_token(&access) && !is_session_token(&access));
        for text in ["", "mp_", "mp_short", &"é".repeat(22), &session[1..], &format!("{session}=")] {
            assert!(!is_session_token(text) && !is_access_token(text), "{text}");
        }
        assert_ne!(session, session_token());
    }

    #[test]
    fn six_digits_are_six_digits() {
        for _ in 0..200 {
            let code = six_digits();
            assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()), "{code}");
        }
    }

    #[test]
    fn secrets_are_the_same_only_if_every_byte_is() {
        assert!(same(b"123456", b"123456"));
        assert!(!same(b"123456", b"123457"));
        assert!(!same(b"123456", b"12345"));
    }
}
