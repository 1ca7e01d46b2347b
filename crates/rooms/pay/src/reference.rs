//! What bills and refunds are called at a channel.
//!
//! A channel's callback names nothing but the merchant's own number, so that number tells shop, object and attempt.
//! It keeps to what the strictest channel takes: at most 32 characters of `0-9a-z-`.

use kernel::{PaymentId, RefundId, Scope, ShopId, ShopperId};
use std::{fmt, str::FromStr};

/// A bill at a channel. Its text is `p`, then shop, payment and attempt in base 36 with dashes between; for a combined
/// payment `c`, then payer, combined payment and attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BillNo {
    /// Where the payment lies: the shop that is paid; for a combined one its payer. Never the platform.
    pub scope: Scope,
    /// The payment, or the combined one.
    pub payment: PaymentId,
    /// Which bill of the payment, from 1.
    pub attempt: i64,
}

/// A refund at a channel. Its text is `r`, then shop, refund and attempt in base 36 with dashes between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RefundNo {
    /// The shop that gives back.
    pub shop: ShopId,
    /// The refund.
    pub refund: RefundId,
    /// Which try, from 1. To the channel each try is a refund of its own, since it has refused the one before.
    pub attempt: i64,
}

/// Attempts beyond this have no name: three digits keep it within 32 characters.
pub(crate) const MOST_ATTEMPTS: i64 = 36 * 36 * 36 - 1;

/// The text is no such number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a number of ours")]
pub struct NotOurs;

impl fmt::Display for BillNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if matches!(self.scope, Scope::Shopper(_)) { 'c' } else { 'p' };
        write!(f, "{kind}{}-{}-{}", base36(self.scope.key()), base36(self.payment.0), base36(self.attempt))
    }
}

impl fmt::Display for RefundNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "r{}-{}-{}", base36(self.shop.0), base36(self.refund.0), base36(self.attempt))
    }
}

impl FromStr for BillNo {
    type Err = NotOurs;
    fn from_str(text: &str) -> Result<Self, NotOurs> {
        let together = text.strip_prefix('c');
        let [key, payment, attempt] = numbers(together.or_else(|| text.strip_prefix('p')).ok_or(NotOurs)?)?;
        let scope =
            if together.is_some() { Scope::Shopper(ShopperId(key)) } else { Scope::Shop(ShopId(key)) };
        Ok(Self { scope, payment: PaymentId(payment), attempt })
    }
}

impl FromStr for RefundNo {
    type Err = NotOurs;
    fn from_str(text: &str) -> Result<Self, NotOurs> {
        let [shop, refund, attempt] = numbers(text.strip_prefix('r').ok_or(NotOurs)?)?;
        Ok(Self { shop: ShopId(shop), refund: RefundId(refund), attempt })
    }
}

fn numbers(text: &str) -> Result<[i64; 3], NotOurs> {
    let mut parts = text.split('-');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(a), Some(b), Some(c), None) => Ok([number(a)?, number(b)?, number(c)?]),
        _ => Err(NotOurs),
    }
}

/// Reads what [`base36`] writes and nothing else: one number has one name.
fn number(text: &str) -> Result<i64, NotOurs> {
    let n = i64::from_str_radix(text, 36).map_err(|_| NotOurs)?;
    if n >= 0 && base36(n) == text { Ok(n) } else { Err(NotOurs) }
}

fn base36(n: i64) -> String {
    let mut n = n.unsigned_abs();
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(n % 36).unwrap_or(0);
        digits.push(char::from_digit(digit, 36).unwrap_or('0'));
        n /= 36;
        if n == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_number_is_read_back_and_no_channel_finds_it_too_long(
            shop in 0..=i64::MAX, id in 0..=i64::MAX, attempt in 1..=MOST_ATTEMPTS,
        ) {
            let bill = BillNo { scope: Scope::Shop(ShopId(shop)), payment: PaymentId(id), attempt };
            let combined = BillNo { scope: Scope::Shopper(ShopperId(shop)), ..bill };
            let refund = RefundNo { shop: ShopId(shop), refund: RefundId(id), attempt };
            for text in [bill.to_string(), combined.to_string(), refund.to_string()] {
                prop_assert!(text.len() <= 32, "{}", text);
                prop_assert!(text.chars().all(|c| matches!(c, '0'..='9' | 'a'..='z' | '-')));
            }
            prop_assert_eq!(bill.to_string().parse(), Ok(bill));
            prop_assert_eq!(combined.to_string().parse(), Ok(combined));
            prop_assert_eq!(refund.to_string().parse(), Ok(refund));
            prop_assert!(refund.to_string().parse::<BillNo>().is_err());
        }

        #[test]
        fn one_number_has_one_name(text in "[pc][0-9a-zA-Z+-]{1,5}-[0-9a-z]{0,3}-[0-9a-z]{0,3}") {
            if let Ok(bill) = text.parse::<BillNo>() {
                prop_assert_eq!(bill.to_string(), text);
            }
        }
    }
}
