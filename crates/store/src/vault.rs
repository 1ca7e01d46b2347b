//! Secrets at rest: sealed with AES-256-GCM under the master key.

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use sha2::{Digest, Sha256};

use crate::Error;

/// Seals and opens secrets. What was sealed for one purpose can't be opened for another.
#[derive(Clone)]
pub struct Vault {
    cipher: Aes256Gcm,
    derive: [u8; 32],
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

const NONCE_BYTES: usize = 12;

impl Vault {
    /// The vault of this master key (32 bytes).
    pub fn new(master_key: &[u8; 32]) -> Self {
        let sub = |label: &[u8]| -> [u8; 32] {
            Sha256::new().chain_update(label).chain_update(master_key).finalize().into()
        };
        Self { cipher: Aes256Gcm::new(&sub(b"kaidian seal").into()), derive: sub(b"kaidian derive") }
    }

    /// Seals `plain`; the result holds a fresh nonce, so sealing twice gives two texts.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let nonce = fresh_nonce();
        let sealed = self
            .cipher
            .encrypt(&nonce.into(), Payload { msg: plain, aad: purpose.as_bytes() })
            .map_err(|_| Error::internal("a secret could not be sealed"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed for `purpose`; fails if it was sealed for another, under another key, or altered.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let damaged = || Error::internal("a sealed secret can't be opened: wrong master key or damaged");
        let (nonce, text) = sealed.split_at_checked(NONCE_BYTES).ok_or_else(damaged)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| damaged())?;
        self.cipher
            .decrypt(&nonce.into(), Payload { msg: text, aad: purpose.as_bytes() })
            .map_err(|_| damaged())
    }

    /// A value that follows from the master key, `purpose` and `of` alone: stable pseudonyms, keys of keys.
    pub fn derive(&self, purpose: &str, of: &[u8]) -> [u8; 32] {
        // The key comes first and has a fixed length; the digest is hashed once more against extension.
        let inner = Sha256::new()
            .chain_update(self.derive)
            .chain_update((purpose.len() as u64).to_be_bytes())
            .chain_update(purpose)
            .chain_update(of)
            .finalize();
        Sha256::new().chain_update(self.derive).chain_update(inner).finalize().into()
    }
}

#[expect(clippy::disallowed_methods, reason = "a nonce must be fresh; nothing depends on which")]
fn fresh_nonce() -> [u8; NONCE_BYTES] {
    rand::random()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_for_its_purpose_only_and_not_when_altered() {
        let vault = Vault::new(&[7; 32]);
        let sealed = vault.seal("app secret", b"s3cret").unwrap();
        assert_ne!(sealed, vault.seal("app secret", b"s3cret").unwrap());
        assert_eq!(vault.open("app secret", &sealed).unwrap(), b"s3cret");
        assert!(vault.open("push key", &sealed).is_err());
        assert!(Vault::new(&[8; 32]).open("app secret", &sealed).is_err());
        let mut altered = sealed;
        altered[20] ^= 1;
        assert!(vault.open("app secret", &altered).is_err());
    }
}
