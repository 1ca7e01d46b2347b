//! The quote: lines with reasons, and their sums.
//!
//! ```text
//! line     gross = unit price × quantity
//!          estimate = gross − its share of the order discount
//!          payable = the merchant's new total, or the estimate
//! order    total = payables + freight
//!                = goods + original freight − discount − change down
//! ```
//!
//! The second form of the total is what the WeChat family calls `merchant_receieve_price` (`docs/wire/orders.md`), where
//! nothing was paid with points.

use kernel::{Currency, SkuId, allocate};
use serde::{Deserialize, Serialize};

use crate::{Discount, Inputs, LineIn, PriceChange, QuoteError};

/// What an order costs. All amounts are minor units of `currency`, none is negative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The currency.
    pub currency: Currency,
    /// The lines, in the order of the inputs.
    pub lines: Vec<LineOut>,
    /// The goods at their selling prices (`product_price`).
    pub goods: i64,
    /// What all discounts take off (`discounted_price`).
    pub discount: i64,
    /// What the merchant's price change takes off, goods and freight (`change_down_price`).
    pub change_down: i64,
    /// The freight before a change.
    pub original_freight: i64,
    /// The freight that is paid.
    pub freight: i64,
    /// What the buyer pays (`order_price`).
    pub total: i64,
    /// What was taken off, and why; the amounts sum to `discount`.
    pub reasons: Vec<Discount>,
}

/// A line of a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineOut {
    /// Which sku.
    pub sku: SkuId,
    /// Pieces.
    pub quantity: i64,
    /// The selling price of a piece.
    pub unit_price: i64,
    /// The list price of a piece.
    pub market_price: i64,
    /// The selling price of all pieces.
    pub gross: i64,
    /// Its shares of the discounts, with their reasons.
    pub discounts: Vec<Discount>,
    /// What the line costs after discounts (`estimate_price`).
    pub estimate: i64,
    /// The merchant's new total of the line (`change_price`).
    pub changed: Option<i64>,
    /// What is paid for the line (`real_price`).
    pub payable: i64,
}

impl Quote {
    /// The order before any reduction: goods and freight (`original_order_price`).
    ///
    /// It fits: [`quote`] has computed it.
    pub const fn original_total(&self) -> i64 {
        self.goods.saturating_add(self.original_freight)
    }

    /// True if the merchant changed something.
    pub fn is_changed(&self) -> bool {
        self.freight != self.original_freight || self.lines.iter().any(|line| line.changed.is_some())
    }
}

/// Computes the quote.
pub fn quote(inputs: &Inputs) -> Result<Quote, QuoteError> {
    check_lines(&inputs.lines)?;
    let goods = sum(inputs.lines.iter().map(gross))?;
    let reasons = discount_within(inputs.order_discount.as_ref(), goods)?;
    let mut lines = inputs.lines.iter().map(line_out).collect::<Result<Vec<_>, _>>()?;
    for reason in &reasons {
        spread(&mut lines, reason);
    }
    let freight = freight(inputs)?;
    if let Some(change) = &inputs.price_change {
        apply(&mut lines, change)?;
    }
    let discount = sum(reasons.iter().map(|r| Ok(r.amount)))?;
    let payable = sum(lines.iter().map(|line| Ok(line.payable)))?;
    let total = plus(payable, freight)?;
    let change_down = plus(goods, inputs.freight)? - discount - total;
    let original_freight = inputs.freight;
    let currency = inputs.currency;
    Ok(Quote { currency, lines, goods, discount, change_down, original_freight, freight, total, reasons })
}

fn check_lines(lines: &[LineIn]) -> Result<(), QuoteError> {
    if lines.is_empty() {
        return Err(QuoteError::NoLines);
    }
    let mut seen = std::collections::HashSet::with_capacity(lines.len());
    for LineIn { sku, quantity, unit_price, market_price } in lines.iter().copied() {
        if quantity < 1 {
            return Err(QuoteError::QuantityInvalid { sku });
        }
        if unit_price < 0 || market_price < 0 {
            return Err(QuoteError::PriceInvalid { sku });
        }
        if !seen.insert(sku) {
            return Err(QuoteError::SkuTwice { sku });
        }
    }
    Ok(())
}

fn gross(line: &LineIn) -> Result<i64, QuoteError> {
    line.unit_price.checked_mul(line.quantity).ok_or(QuoteError::Overflow)
}

fn line_out(line: &LineIn) -> Result<LineOut, QuoteError> {
    let gross = gross(line)?;
    Ok(LineOut {
        sku: line.sku,
        quantity: line.quantity,
        unit_price: line.unit_price,
        market_price: line.market_price,
        gross,
        discounts: Vec::new(),
        estimate: gross,
        changed: None,
        payable: gross,
    })
}

/// The discount as the list of reasons; one of nothing is left out.
fn discount_within(discount: Option<&Discount>, goods: i64) -> Result<Vec<Discount>, QuoteError> {
    match discount {
        None => Ok(Vec::new()),
        Some(d) if d.amount == 0 => Ok(Vec::new()),
        Some(d) if (1..=goods).contains(&d.amount) => Ok(vec![d.clone()]),
        Some(_) => Err(QuoteError::DiscountInvalid),
    }
}

/// Takes the discount off the lines in proportion to what they cost; no line gives more than it costs.
fn spread(lines: &mut [LineOut], discount: &Discount) {
    let weights: Vec<u64> = lines.iter().map(|line| line.estimate.unsigned_abs()).collect();
    let shares = allocate(discount.amount, &weights);
    for (line, share) in lines.iter_mut().zip(shares).filter(|(_, share)| *share != 0) {
        line.discounts.push(Discount { reason: discount.reason.clone(), amount: share });
        line.estimate -= share;
        line.payable = line.estimate;
    }
}

fn freight(inputs: &Inputs) -> Result<i64, QuoteError> {
    let changed = inputs.price_change.as_ref().and_then(|change| change.freight);
    match changed {
        _ if inputs.freight < 0 => Err(QuoteError::FreightInvalid),
        None => Ok(inputs.freight),
        Some(new) if new < 0 => Err(QuoteError::FreightInvalid),
        Some(new) if new > inputs.freight => Err(QuoteError::FreightRaised),
        Some(new) => Ok(new),
    }
}

fn apply(lines: &mut [LineOut], change: &PriceChange) -> Result<(), QuoteError> {
    for new in &change.lines {
        let sku = new.sku;
        let line = lines.iter_mut().find(|line| line.sku == sku).ok_or(QuoteError::ChangeUnknown { sku })?;
        if line.changed.is_some() {
            return Err(QuoteError::SkuTwice { sku });
        }
        if new.total < 1 {
            return Err(QuoteError::ChangeZero { sku });
        }
        if new.total > line.estimate {
            return Err(QuoteError::ChangeRaises { sku });
        }
        line.changed = Some(new.total);
        line.payable = new.total;
    }
    Ok(())
}

fn plus(a: i64, b: i64) -> Result<i64, QuoteError> {
    a.checked_add(b).ok_or(QuoteError::Overflow)
}

fn sum(amounts: impl Iterator<Item = Result<i64, QuoteError>>) -> Result<i64, QuoteError> {
    let mut sum = 0;
    for amount in amounts {
        sum = plus(sum, amount?)?;
    }
    Ok(sum)
}

#[cfg(test)]
mod tests;
