//! Tokens that were seen a moment ago: each HTTP request asks who its token is, and the database need not be asked
//! each time. One per process.

use kernel::{Caller, Timestamp};
use moka::sync::Cache;
use std::time::Duration;

use crate::secret::Hash;

/// How long an answer is kept. A logout or removal elsewhere shows here after this time at the latest.
const KEPT: Duration = Duration::from_secs(3);
/// How many tokens are kept.
const MOST: u64 = 100_000;

/// The tokens that hold at the moment, with their callers.
#[derive(Debug)]
pub struct Tokens {
    known: Cache<Hash, Known>,
}

/// A token that holds.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) caller: Caller,
    /// Until when, wall time.
    pub(crate) until: Timestamp,
}

impl Default for Tokens {
    fn default() -> Self {
        Self { known: Cache::builder().max_capacity(MOST).time_to_live(KEPT).build() }
    }
}

impl Tokens {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn get(&self, hash: &Hash, wall: Timestamp) -> Option<Caller> {
        self.known.get(hash).filter(|known| wall < known.until).map(|known| known.caller)
    }

    pub(crate) fn keep(&self, hash: Hash, known: Known) {
        self.known.insert(hash, known);
    }

    /// Forgets one token: a logout.
    pub(crate) fn forget(&self, hash: &Hash) {
        self.known.invalidate(hash);
    }

    /// Forgets all tokens: somebody was removed, a role or a secret changed. Rare, and each token is read again once.
    pub fn forget_all(&self) {
        self.known.invalidate_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Scope;

    fn known(until: i64) -> Known {
        Known { caller: Caller::system(Scope::Platform), until: Timestamp::from_ms(until) }
    }

    #[test]
    fn a_kept_token_ends_on_time_and_when_it_is_forgotten() {
        let tokens = Tokens::new();
        tokens.keep([1; 32], known(100));
        tokens.keep([2; 32], known(100));
        assert!(tokens.get(&[1; 32], Timestamp::from_ms(99)).is_some());
        assert!(tokens.get(&[1; 32], Timestamp::from_ms(100)).is_none());
        tokens.forget(&[1; 32]);
        assert!(tokens.get(&[1; 32], Timestamp::from_ms(0)).is_none());
        assert!(tokens.get(&[2; 32], Timestamp::from_ms(0)).is_some());
        tokens.forget_all();
        assert!(tokens.get(&[2; 32], Timestamp::from_ms(0)).is_none());
    }
}
