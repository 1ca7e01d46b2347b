//! What a quote promises.

use super::*;
use crate::{LineChange, unit_price_up};
use proptest::prelude::*;

fn line(sku: i64, quantity: i64, unit_price: i64) -> LineIn {
    LineIn { sku: SkuId(sku), quantity, unit_price, market_price: unit_price + 1 }
}

fn inputs(lines: Vec<LineIn>) -> Inputs {
    Inputs { currency: Currency::CNY, lines, order_discount: None, freight: 0, price_change: None }
}

#[expect(clippy::unnecessary_wraps, reason = "so it stands in the inputs")]
fn off(amount: i64) -> Option<Discount> {
    Some(Discount { reason: "coupon".into(), amount })
}

#[expect(clippy::unnecessary_wraps, reason = "so it stands in the inputs")]
fn change(lines: &[(i64, i64)], freight: Option<i64>) -> Option<PriceChange> {
    let lines = lines.iter().map(|(sku, total)| LineChange { sku: SkuId(*sku), total: *total }).collect();
    Some(PriceChange { lines, freight })
}

#[test]
fn the_published_sample_comes_out() {
    // 20000 + 500 - 10000 = 10500 (docs/wire/orders.md).
    let order = Inputs { order_discount: off(10_000), freight: 500, ..inputs(vec![line(1, 2, 10_000)]) };
    let quote = quote(&order).unwrap();
    assert_eq!((quote.goods, quote.discount, quote.freight, quote.total), (20_000, 10_000, 500, 10_500));
    assert_eq!((quote.original_total(), quote.change_down, quote.is_changed()), (20_500, 0, false));
}

#[test]
fn a_discount_is_shared_by_what_the_lines_cost_to_the_last_fen() {
    let order = Inputs {
        order_discount: off(100),
        ..inputs(vec![line(1, 1, 333), line(2, 1, 333), line(3, 1, 334)])
    };
    let quote = quote(&order).unwrap();
    let shares: Vec<i64> = quote.lines.iter().map(|l| l.discounts[0].amount).collect();
    assert_eq!(shares, [33, 33, 34]);
    assert_eq!(quote.reasons, [Discount { reason: "coupon".into(), amount: 100 }]);
    let free = Inputs { order_discount: off(1000), ..order };
    assert_eq!(super::quote(&free).unwrap().total, 0);
}

#[test]
fn a_price_change_lowers_lines_and_freight_and_shows_as_change_down() {
    let order = Inputs {
        order_discount: off(200),
        freight: 500,
        price_change: change(&[(2, 700)], Some(100)),
        ..inputs(vec![line(1, 1, 1000), line(2, 1, 1000)])
    };
    let quote = quote(&order).unwrap();
    assert_eq!(
        (quote.lines[1].estimate, quote.lines[1].changed, quote.lines[1].payable),
        (900, Some(700), 700)
    );
    assert_eq!((quote.change_down, quote.freight, quote.total), (200 + 400, 100, 900 + 700 + 100));
    assert_eq!(quote.total, quote.original_total() - quote.discount - quote.change_down);
    assert!(quote.is_changed());
}

#[test]
fn inputs_that_make_no_order_are_refused_in_this_order() {
    let (one, sku) = (vec![line(1, 1, 100)], SkuId(1));
    let cases = [
        (inputs(vec![]), QuoteError::NoLines),
        (inputs(vec![line(1, 0, 100)]), QuoteError::QuantityInvalid { sku }),
        (inputs(vec![line(1, 1, -1)]), QuoteError::PriceInvalid { sku }),
        (inputs(vec![line(1, 1, 5), line(1, 2, 5)]), QuoteError::SkuTwice { sku }),
        (inputs(vec![line(1, 2, i64::MAX / 2 + 1)]), QuoteError::Overflow),
        (inputs(vec![line(1, 1, i64::MAX - 1), line(2, 1, 2)]), QuoteError::Overflow),
        (Inputs { order_discount: off(-1), ..inputs(one.clone()) }, QuoteError::DiscountInvalid),
        (Inputs { order_discount: off(101), ..inputs(one.clone()) }, QuoteError::DiscountInvalid),
        (Inputs { freight: -1, ..inputs(one.clone()) }, QuoteError::FreightInvalid),
        (Inputs { price_change: change(&[], Some(-1)), ..inputs(one.clone()) }, QuoteError::FreightInvalid),
        (Inputs { price_change: change(&[], Some(1)), ..inputs(one.clone()) }, QuoteError::FreightRaised),
        (
            Inputs { price_change: change(&[(2, 9)], None), ..inputs(one.clone()) },
            QuoteError::ChangeUnknown { sku: SkuId(2) },
        ),
        (
            Inputs { price_change: change(&[(1, 9), (1, 8)], None), ..inputs(one.clone()) },
            QuoteError::SkuTwice { sku },
        ),
        (
            Inputs { price_change: change(&[(1, 0)], None), ..inputs(one.clone()) },
            QuoteError::ChangeZero { sku },
        ),
        (
            Inputs { price_change: change(&[(1, 101)], None), ..inputs(one.clone()) },
            QuoteError::ChangeRaises { sku },
        ),
        (Inputs { freight: i64::MAX, ..inputs(one) }, QuoteError::Overflow),
    ];
    for (inputs, refusal) in cases {
        assert_eq!(quote(&inputs), Err(refusal), "{inputs:?}");
    }
}

#[test]
fn a_refusal_names_its_line_for_the_client() {
    let fault = QuoteError::ChangeZero { sku: SkuId(7) };
    assert_eq!(kernel::Fault::facts(&fault).unwrap()["sku"], "7");
    assert_eq!(kernel::Fault::facts(&QuoteError::NoLines), None);
}

#[test]
fn an_amount_that_does_not_divide_is_quoted_exactly() {
    let (price, discount) = unit_price_up(10_000, 3).unwrap();
    let order = Inputs { order_discount: off(discount), ..inputs(vec![line(1, 3, price)]) };
    assert_eq!(quote(&order).unwrap().total, 10_000);
}

prop_compose! {
    fn an_order()(
        lines in prop::collection::vec((1i64..50, 0i64..1_000_000), 1..12),
        part in 0i64..=1000,
        freight in 0i64..5000,
        changed in prop::collection::vec(prop::option::of(1i64..=1000), 12),
        less_freight in prop::option::of(0i64..=1000),
    ) -> Inputs {
        let lines: Vec<LineIn> =
            lines.into_iter().zip(1..).map(|((quantity, price), sku)| line(sku, quantity, price)).collect();
        let goods: i64 = lines.iter().map(|l| l.quantity * l.unit_price).sum();
        let mut order = Inputs { order_discount: off(goods * part / 1000), freight, ..inputs(lines) };
        let estimates = quote(&order).unwrap().lines;
        let totals = estimates.iter().zip(&changed).filter_map(|(line, part)| {
            let total = line.estimate * (*part)? / 1000;
            (total > 0).then_some((line.sku.0, total))
        });
        let totals: Vec<(i64, i64)> = totals.collect();
        order.price_change = change(&totals, less_freight.map(|part| freight * part / 1000));
        order
    }
}

proptest! {
    #[test]
    fn every_sum_is_exact_and_nothing_is_negative(order in an_order()) {
        let quote = quote(&order).unwrap();
        let shares: i64 = quote.lines.iter().flat_map(|l| &l.discounts).map(|d| d.amount).sum();
        prop_assert_eq!(shares, quote.discount);
        prop_assert_eq!(quote.reasons.iter().map(|r| r.amount).sum::<i64>(), quote.discount);
        let payable: i64 = quote.lines.iter().map(|l| l.payable).sum();
        prop_assert_eq!(payable + quote.freight, quote.total);
        prop_assert_eq!(quote.original_total() - quote.discount - quote.change_down, quote.total);
        prop_assert!(quote.change_down >= 0 && quote.total >= 0 && quote.freight >= 0);
        for line in &quote.lines {
            let share: i64 = line.discounts.iter().map(|d| d.amount).sum();
            prop_assert_eq!(line.gross - share, line.estimate);
            prop_assert!(line.discounts.iter().all(|d| d.amount > 0));
            prop_assert!(0 <= line.payable && line.payable <= line.estimate && line.estimate <= line.gross);
        }
    }

    #[test]
    fn the_same_inputs_give_the_same_quote_and_its_own_prices_change_nothing(order in an_order()) {
        let first = quote(&order).unwrap();
        prop_assert_eq!(&quote(&order).unwrap(), &first);
        // The merchant confirms what is to be paid anyway.
        let paid: Vec<(i64, i64)> =
            first.lines.iter().filter(|l| l.payable > 0).map(|l| (l.sku.0, l.payable)).collect();
        let confirmed = Inputs { price_change: change(&paid, Some(first.freight)), ..order };
        let second = quote(&confirmed).unwrap();
        prop_assert_eq!((second.total, second.change_down), (first.total, first.change_down));
    }
}
