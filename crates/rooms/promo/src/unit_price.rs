//! Splits a line's amount into a price a piece and a discount.

use crate::QuoteError;

/// The smallest price a piece of which `quantity` pieces cost at least `total`, and what they cost too much: sold at
/// that price with that discount, the line comes to `total` exactly. Both in minor units.
pub fn unit_price_up(total: i64, quantity: i64) -> Result<(i64, i64), QuoteError> {
    if total < 0 || quantity < 1 {
        return Err(QuoteError::LineInvalid);
    }
    let down = total / quantity;
    let price = if total % quantity == 0 { down } else { down + 1 };
    let discount = price.checked_mul(quantity).ok_or(QuoteError::Overflow)? - total;
    Ok((price, discount))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_divides_needs_no_discount_and_nothing_costs_nothing() {
        assert_eq!(unit_price_up(2999, 1), Ok((2999, 0)));
        assert_eq!(unit_price_up(3000, 3), Ok((1000, 0)));
        assert_eq!(unit_price_up(0, 4), Ok((0, 0)));
        assert_eq!(unit_price_up(100, 3), Ok((34, 2)));
        assert_eq!(unit_price_up(1, 99), Ok((1, 98)));
    }

    #[test]
    fn what_is_no_line_is_refused() {
        for (total, quantity) in [(-1, 1), (1, 0), (1, -1)] {
            assert_eq!(unit_price_up(total, quantity), Err(QuoteError::LineInvalid));
        }
        assert_eq!(unit_price_up(i64::MAX, i64::MAX - 1), Err(QuoteError::Overflow));
    }

    proptest! {
        #[test]
        fn price_and_discount_come_to_the_total_and_the_discount_is_below_the_quantity(
            total in 0i64..1_000_000_000_000, quantity in 1i64..100_000,
        ) {
            let (price, discount) = unit_price_up(total, quantity).unwrap();
            prop_assert_eq!(price * quantity - discount, total);
            prop_assert!((0..quantity).contains(&discount));
        }
    }
}
