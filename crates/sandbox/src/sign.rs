//! How the service signs its notices, and how a merchant verifies them.

use hmac::{Hmac, KeyInit, Mac};
use kernel::Timestamp;
use sha2::Sha256;

/// The header with the time of sending, in seconds.
pub const TIMESTAMP: &str = "Sandbox-Timestamp";
/// The header with a text that is new with each sending.
pub const NONCE: &str = "Sandbox-Nonce";
/// The header with the signature, in hex.
pub const SIGNATURE: &str = "Sandbox-Signature";

/// A notice whose time lies further from now, before or after, is refused. In ms.
pub const WINDOW_MS: i64 = kernel::minute_ms(5);

/// The key that service and merchant share; kept as HMAC wants it, filled up to a block with zeros.
#[derive(Clone)]
pub struct Key([u8; 64]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// The key of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        let mut block = [0; 64];
        for (to, from) in block.iter_mut().zip(bytes) {
            *to = from;
        }
        Self(block)
    }

    /// The signature of a notice, in hex.
    pub fn sign(&self, timestamp: &str, nonce: &str, body: &[u8]) -> String {
        hex::encode(self.mac(timestamp, nonce, body).finalize().into_bytes())
    }

    /// True if the signature is this key's, in constant time.
    pub fn verifies(&self, timestamp: &str, nonce: &str, body: &[u8], signature: &str) -> bool {
        hex::decode(signature).is_ok_and(|s| self.mac(timestamp, nonce, body).verify_slice(&s).is_ok())
    }

    fn mac(&self, timestamp: &str, nonce: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new(&self.0.into());
        for part in [timestamp.as_bytes(), nonce.as_bytes(), body] {
            mac.update(part);
            mac.update(b"\n");
        }
        mac
    }
}

/// True if a notice of `timestamp` (seconds) is neither too old nor from the future.
pub fn is_fresh(timestamp: &str, wall: Timestamp) -> bool {
    timestamp
        .parse::<i64>()
        .ok()
        .and_then(|s| s.checked_mul(1000))
        .is_some_and(|sent| wall.ms().checked_sub(sent).is_some_and(|age| age.abs() <= WINDOW_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_covers_time_nonce_body_and_key() {
        let key = Key::new([7; 32]);
        let signature = key.sign("1", "n", b"{}");
        assert!(key.verifies("1", "n", b"{}", &signature));
        assert!(!key.verifies("2", "n", b"{}", &signature));
        assert!(!key.verifies("1", "m", b"{}", &signature));
        assert!(!key.verifies("1", "n", b"{ }", &signature));
        assert!(!key.verifies("1", "n", b"{}", &signature[2..]));
        assert!(!key.verifies("1", "n", b"{}", "no hex"));
        assert!(!Key::new([8; 32]).verifies("1", "n", b"{}", &signature));
    }

    #[test]
    fn the_signature_is_the_published_hmac() {
        // Computed by another implementation: HMAC-SHA256, key 32 times 0x07, text "1\nn\n{}\n".
        let expected = "2e37557cebb03acfc11c1debf5e2370e3a9da2d591783420a318e0b47a61961e";
        assert_eq!(Key::new([7; 32]).sign("1", "n", b"{}"), expected);
    }

    #[test]
    fn five_minutes_are_fresh_and_a_millisecond_more_is_not() {
        let wall = Timestamp::from_secs(1_000_000);
        assert!(is_fresh("999700", wall) && is_fresh("1000300", wall));
        assert!(!is_fresh("999699", wall) && !is_fresh("1000301", wall));
        assert!(!is_fresh("999700", wall + 1));
        for odd in ["", "x", "9223372036854775807", "-9223372036854775808", "1e6"] {
            assert!(!is_fresh(odd, wall), "{odd}");
        }
    }
}
