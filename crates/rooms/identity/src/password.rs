//! Passwords: argon2id, on threads of its own.

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use std::sync::Arc;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::{Error, secret};

/// Shortest password, in characters.
const MIN_CHARS: usize = 8;
/// Longest password, in bytes: a bound on the work that a caller may ask for.
const MAX_BYTES: usize = 256;

/// The hash of a password that nobody has, with our parameters: an unknown login costs as much time as a known one.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                       uYRnXr5AC48LYUv64Aq/uRHRqRtIe14Vc2m0rHsnFaQ";

/// A password as somebody typed it. Its memory is wiped; it is never shown.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// A password that somebody tries. Any text may be tried.
    pub fn tried(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// A password that somebody chooses: at least 8 characters, at most 256 bytes.
    pub fn chosen(text: impl Into<String>) -> Result<Self, Error> {
        let password = Self::tried(text);
        let fits = password.0.chars().count() >= MIN_CHARS && password.0.len() <= MAX_BYTES;
        if fits { Ok(password) } else { Err(Error::PasswordInvalid) }
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

/// The argon2id hash of a password with its salt and parameters (a PHC string).
#[derive(Clone, PartialEq, Eq)]
pub struct Hashed(pub(crate) String);

impl std::fmt::Debug for Hashed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hashed")
    }
}

/// Hashes and verifies passwords, a few at a time: each takes 19 MiB and some tens of milliseconds.
#[derive(Debug, Clone)]
pub(crate) struct Hasher(Arc<Semaphore>);

impl Hasher {
    /// As many at a time as the machine has cores.
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self(Arc::new(Semaphore::new(cores)))
    }

    /// Hashes a chosen password with a fresh salt.
    pub(crate) async fn hash(&self, password: Password) -> Result<Hashed, Error> {
        self.on_its_thread(move || {
            let salt: [u8; 16] = secret::random();
            let hash = argon2id().hash_password_with_salt(password.0.as_bytes(), &salt);
            hash.map(|h| Hashed(h.to_string()))
                .map_err(|e| store::Error::internal(format!("argon2: {e}")).into())
        })
        .await?
    }

    /// Whether `password` is the one behind `stored`. Without a stored hash the work is done all the same, and the
    /// answer is no.
    pub(crate) async fn verify(&self, password: Password, stored: Option<Hashed>) -> Result<bool, Error> {
        if password.0.len() > MAX_BYTES {
            return Ok(false);
        }
        self.on_its_thread(move || {
            let hash = stored.as_ref().map_or(NOBODYS, |h| h.0.as_str());
            let good = argon2id().verify_password(password.0.as_bytes(), hash).is_ok();
            good && stored.is_some()
        })
        .await
    }

    async fn on_its_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let turn = Arc::clone(&self.0)
            .acquire_owned()
            .await
            .map_err(|_| store::Error::unavailable("passwords are no longer checked"))?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(|_| store::Error::unavailable("a password check was broken off").into())
    }
}

/// Argon2id with 19 MiB, two passes and one lane, the least that OWASP's password storage guide recommends.
fn argon2id() -> Argon2<'static> {
    Argon2::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_right_password_is_good_and_others_are_not() {
        let hasher = Hasher::new();
        let hashed = hasher.hash(Password::chosen("correct horse").unwrap()).await.unwrap();
        assert!(hasher.verify(Password::tried("correct horse"), Some(hashed.clone())).await.unwrap());
        assert!(!hasher.verify(Password::tried("correct hors"), Some(hashed.clone())).await.unwrap());
        assert!(!hasher.verify(Password::tried("x".repeat(MAX_BYTES + 1)), Some(hashed)).await.unwrap());
    }

    #[tokio::test]
    async fn an_unknown_login_is_never_good_and_costs_a_verification_with_the_same_parameters() {
        let hasher = Hasher::new();
        assert!(!hasher.verify(Password::tried("anything"), None).await.unwrap());
        let real = hasher.hash(Password::tried("anything")).await.unwrap();
        let parameters = |phc: &str| phc.rsplitn(3, '$').nth(2).map(str::to_owned);
        assert_eq!(parameters(NOBODYS), parameters(&real.0));
        assert_eq!(NOBODYS.len(), real.0.len());
        // A hash that can't be parsed would fail without the work.
        assert!(argon2::PasswordHash::new(NOBODYS).is_ok());
    }

    #[test]
    fn a_chosen_password_has_eight_characters_and_is_never_shown() {
        assert!(Password::chosen("1234567").is_err());
        assert!(Password::chosen("开店开店开店开店").is_ok());
        assert!(Password::chosen("x".repeat(MAX_BYTES + 1)).is_err());
        assert_eq!(format!("{:?}", Password::tried("secret")), "Password");
        assert_eq!(format!("{:?}", Hashed("secret".into())), "Hashed");
    }
}
