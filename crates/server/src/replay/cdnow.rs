//! Reads the CDNOW master file: every purchase of the customers who first bought in the first quarter of 1997.
//!
//! Fixed width in spirit, split by spaces in practice: customer, date (YYYYMMDD), pieces, amount in US dollars. The first
//! line is a header.

use jiff::{civil::date, tz::TimeZone};
use kernel::Timestamp;
use std::{fs, path::Path};

/// One purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purchase {
    /// The line of the file, from 2 on: what makes two equal purchases two.
    pub line: i64,
    /// The customer.
    pub customer: i64,
    /// Midnight of its day, UTC.
    pub day: Timestamp,
    /// How many CDs.
    pub pieces: i64,
    /// What was paid, in cents.
    pub cents: i64,
}

/// Why the file was refused.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It can't be read at all.
    #[error("{0} can't be read: {1}")]
    Unreadable(String, std::io::Error),
    /// A line that is not a purchase.
    #[error("line {line} is not customer, date, pieces, amount: {text}")]
    Line {
        /// Which, from 1.
        line: usize,
        /// What it says.
        text: String,
    },
}

/// Reads the file; the purchases in the order of their days, those of one day in the order of the file.
pub fn read(path: &Path) -> Result<Vec<Purchase>, FileError> {
    let text = fs::read_to_string(path).map_err(|e| FileError::Unreadable(path.display().to_string(), e))?;
    let mut purchases = parse(&text)?;
    purchases.sort_by_key(|p| (p.day, p.line));
    Ok(purchases)
}

fn parse(text: &str) -> Result<Vec<Purchase>, FileError> {
    text.lines()
        .enumerate()
        .skip(1)
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| {
            purchase(index + 1, line)
                .ok_or_else(|| FileError::Line { line: index + 1, text: line.to_owned() })
        })
        .collect()
}

fn purchase(number: usize, line: &str) -> Option<Purchase> {
    let mut fields = line.split_whitespace();
    let (customer, day, pieces, dollars) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    if fields.next().is_some() {
        return None;
    }
    Some(Purchase {
        line: i64::try_from(number).ok()?,
        customer: customer.parse().ok()?,
        day: day_of(day)?,
        pieces: pieces.parse().ok().filter(|n| *n > 0)?,
        cents: cents_of(dollars)?,
    })
}

fn day_of(text: &str) -> Option<Timestamp> {
    if text.len() != 8 || !text.is_ascii() {
        return None;
    }
    let (year, month, day) = (text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?);
    jiff::civil::Date::new(year, month, day).ok()?;
    let midnight = date(year, month, day).to_zoned_datetime(TimeZone::UTC).ok()?;
    Some(Timestamp::from_ms(midnight.timestamp().as_millisecond()))
}

/// Cents of `11.77`, without a float on the way.
fn cents_of(text: &str) -> Option<i64> {
    let (dollars, cents) = text.split_once('.')?;
    if cents.len() != 2 {
        return None;
    }
    dollars.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents.parse::<u32>().ok()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_becomes_a_purchase_with_its_number() {
        let all =
            parse(" customer_id  date number_of_cds  dollar_value\n 00002 19970112  5   77.00\n").unwrap();
        assert_eq!(
            all,
            [Purchase {
                line: 2,
                customer: 2,
                day: Timestamp::from_secs(853_027_200),
                pieces: 5,
                cents: 7700
            }]
        );
    }

    #[test]
    fn a_line_that_is_no_purchase_is_named() {
        for bad in [
            "00002 19970112 5",
            "00002 19971312 5 77.00",
            "00002 19970112 0 77.00",
            "1 19970112 1 7.7",
            "1 19970112 1 7.70 x",
        ] {
            let error = parse(&format!("header\n{bad}\n")).unwrap_err();
            assert!(error.to_string().contains("line 2"), "{bad}");
        }
    }
}
