//! Money: whole minor units (fen, cents) with their currency; checked; no floats anywhere.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A currency by its ISO 4217 letters, such as `CNY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// Renminbi; the minor unit is the fen.
    pub const CNY: Self = Self(*b"CNY");
    /// US dollar; the minor unit is the cent.
    pub const USD: Self = Self(*b"USD");

    /// The three letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(s: &str) -> Result<Self, MoneyError> {
        match s.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(|l| l.is_ascii_uppercase()) => Ok(Self([*a, *b, *c])),
            _ => Err(MoneyError::NoSuchCurrency),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(s: String) -> Result<Self, MoneyError> {
        s.parse()
    }
}

impl From<Currency> for String {
    fn from(c: Currency) -> Self {
        c.as_str().to_owned()
    }
}

/// Why a calculation with money was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The result does not fit.
    #[error("the amount is too large")]
    Overflow,
    /// Two currencies met.
    #[error("the currencies differ")]
    CurrencyMismatch,
    /// Not three capital letters.
    #[error("a currency is three capital letters")]
    NoSuchCurrency,
}

/// An amount in minor units of a currency. May be negative: a difference, a credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units: fen for CNY.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// `minor` units of `currency`.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// An amount of fen.
    pub const fn fen(minor: i64) -> Self {
        Self::new(minor, Currency::CNY)
    }

    /// Nothing, in this currency.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// True for exactly nothing.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        self.minor.checked_add(other.minor).map(|m| Self::new(m, self.currency)).ok_or(MoneyError::Overflow)
    }

    /// The difference.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        self.minor.checked_sub(other.minor).map(|m| Self::new(m, self.currency)).ok_or(MoneyError::Overflow)
    }

    /// `n` times as much.
    pub fn times(self, n: i64) -> Result<Self, MoneyError> {
        self.minor.checked_mul(n).map(|m| Self::new(m, self.currency)).ok_or(MoneyError::Overflow)
    }

    /// The share of `rate`, halves rounded away from zero.
    pub fn share(self, rate: Bps) -> Result<Self, MoneyError> {
        let exact = i128::from(self.minor) * i128::from(rate.0);
        let half = if exact < 0 { -5_000 } else { 5_000 };
        i64::try_from((exact + half) / 10_000)
            .map(|m| Self::new(m, self.currency))
            .map_err(|_| MoneyError::Overflow)
    }

    const fn same(self, other: Self) -> Result<(), MoneyError> {
        let (a, b) = (self.currency.0, other.currency.0);
        if a[0] == b[0] && a[1] == b[1] && a[2] == b[2] { Ok(()) } else { Err(MoneyError::CurrencyMismatch) }
    }
}

/// Basis points: hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bps(pub u32);

/// Divides `total` in proportion to `weights` so that the shares add up to `total` exactly: each gets its share
/// rounded down, and the units left over go to the largest remainders, ties to the earlier. Where all weights are
/// zero everything goes to the first.
///
/// `total` must not be negative. No share exceeds its weight while `total` is at most the sum of the weights.
/// An empty list gives an empty list.
pub fn allocate(total: i64, weights: &[u64]) -> Vec<i64> {
    let sum: u128 = weights.iter().map(|w| u128::from(*w)).sum();
    let total = u128::try_from(total).unwrap_or(0);
    if sum == 0 {
        let mut shares = vec![0; weights.len()];
        if let Some(first) = shares.first_mut() {
            *first = narrow(total);
        }
        return shares;
    }
    let exact: Vec<u128> = weights.iter().map(|w| total * u128::from(*w)).collect();
    let mut shares: Vec<i64> = exact.iter().map(|e| narrow(e / sum)).collect();
    let given: u128 = exact.iter().map(|e| e / sum).sum();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|i| (std::cmp::Reverse(exact[*i] % sum), *i));
    let left = usize::try_from(total - given).unwrap_or(0);
    for i in by_remainder.into_iter().take(left) {
        shares[i] += 1;
    }
    shares
}

fn narrow(n: u128) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sums_that_do_not_fit_are_refused() {
        assert_eq!(Money::fen(i64::MAX).plus(Money::fen(1)), Err(MoneyError::Overflow));
        assert_eq!(Money::fen(i64::MAX).times(2), Err(MoneyError::Overflow));
        assert_eq!(Money::fen(1).plus(Money::new(1, Currency::USD)), Err(MoneyError::CurrencyMismatch));
    }

    #[test]
    fn a_share_rounds_half_a_fen_up() {
        assert_eq!(Money::fen(50).share(Bps(100)), Ok(Money::fen(1)));
        assert_eq!(Money::fen(49).share(Bps(100)), Ok(Money::fen(0)));
        assert_eq!(Money::fen(-50).share(Bps(100)), Ok(Money::fen(-1)));
    }

    #[test]
    fn left_over_fen_go_to_the_largest_remainders() {
        assert_eq!(allocate(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(allocate(5, &[0, 0]), [5, 0]);
        assert_eq!(allocate(5, &[]), Vec::<i64>::new());
    }

    proptest! {
        #[test]
        fn shares_add_up_exactly_and_none_exceeds_its_weight(
            weights in prop::collection::vec(0u64..10_000_000, 1..20),
            part in 0.0f64..1.0,
        ) {
            let sum: u64 = weights.iter().sum();
            #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
            let total = (sum as f64 * part) as i64;
            let shares = allocate(total, &weights);
            prop_assert_eq!(shares.iter().sum::<i64>(), total);
            for (share, weight) in shares.iter().zip(&weights) {
                prop_assert!(*share >= 0 && u64::try_from(*share).unwrap() <= *weight);
            }
        }
    }
}
