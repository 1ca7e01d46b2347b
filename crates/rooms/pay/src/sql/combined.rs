//! The statements about combined payments and their shares.

use kernel::Money;
use store::{Error, Row};

use crate::{Combined, Share};

macro_rules! combined_columns {
    () => {
        "shopper_id, combined_id, amount, currency, description, state, attempt, channel, channel_txn, opened_at, \
         expires_at, started_wall, paid_at, captured_at, closed_at, version"
    };
}

pub(crate) const INSERT: &str = "\
INSERT INTO pay_combined (shopper_id, combined_id, amount, currency, description, state, attempt, opened_at,
    expires_at, version)
VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, 1)";

pub(crate) const INSERT_SHARE: &str = "\
INSERT INTO pay_share (shopper_id, combined_id, shop_id, payment_id, order_id, amount)
VALUES ($1, $2, $3, $4, $5, $6)";

pub(crate) const SELECT: &str = concat!(
    "SELECT ",
    combined_columns!(),
    "
FROM pay_combined
WHERE shopper_id = $1 AND combined_id = $2"
);

pub(crate) const SELECT_SHARES: &str = "\
SELECT shop_id, payment_id, order_id, amount
FROM pay_share
WHERE shopper_id = $1 AND combined_id = $2
ORDER BY shop_id, payment_id";

pub(crate) const BEGIN_CLOSING: &str = "\
UPDATE pay_combined SET state = 'closing', version = version + 1
WHERE shopper_id = $1 AND combined_id = $2 AND state = 'open'";

/// While it is closing no bill is begun: one that is not there now will not come.
pub(crate) const CLOSE: &str = "\
UPDATE pay_combined SET state = 'closed', closed_at = $1, version = version + 1
WHERE shopper_id = $2 AND combined_id = $3 AND state = 'closing'
AND NOT EXISTS (
    SELECT 1 FROM pay_combined_attempt
    WHERE shopper_id = $2 AND combined_id = $3 AND closed_wall IS NULL)";

pub(crate) const CAPTURE: &str = "\
UPDATE pay_combined
SET state = 'captured', channel = $1, channel_txn = $2, paid_at = $3, captured_at = $4, version = version + 1
WHERE shopper_id = $5 AND combined_id = $6 AND state = $7 AND version = $8";

pub(crate) const BIND: &str = "\
UPDATE pay_payment SET combined_id = $1, version = version + 1
WHERE shop_id = $2 AND payment_id = $3 AND state = 'open' AND started_wall IS NULL AND combined_id IS NULL
AND version = $4";

pub(crate) const RELEASE: &str = "\
UPDATE pay_payment SET combined_id = NULL, version = version + 1
WHERE shop_id = $1 AND payment_id = $2 AND combined_id = $3 AND state <> 'captured'";

pub(crate) const CHECK_SHARES: &str = "\
SELECT c.shopper_id, c.combined_id
FROM pay_combined c
LEFT JOIN pay_share s ON s.shopper_id = c.shopper_id AND s.combined_id = c.combined_id
GROUP BY c.shopper_id, c.combined_id, c.amount
HAVING c.amount <> CAST(COALESCE(sum(s.amount), 0) AS BIGINT)
LIMIT 100";

/// Payments that a combined one has paid, and that it does not know, or knows with another sum or transaction.
pub(crate) const CHECK_PAYMENTS: &str = "\
SELECT p.shop_id, p.payment_id
FROM pay_payment p
LEFT JOIN pay_share s ON s.shopper_id = p.shopper_id AND s.combined_id = p.combined_id AND s.shop_id = p.shop_id
    AND s.payment_id = p.payment_id
LEFT JOIN pay_combined c ON c.shopper_id = p.shopper_id AND c.combined_id = p.combined_id
WHERE p.combined_id IS NOT NULL AND p.state = 'captured'
AND (s.amount IS NULL OR s.amount <> p.captured OR c.state <> 'captured' OR c.channel_txn <> p.channel_txn)
LIMIT 100";

/// What shops were paid by shares and have not given back, by payer.
pub(crate) const HELD_BY_PAIR: &str = "\
SELECT shop_id, shopper_id, currency, CAST(COALESCE(sum(captured - refunded), 0) AS BIGINT)
FROM pay_payment
WHERE combined_id IS NOT NULL AND state = 'captured'
GROUP BY shop_id, shopper_id, currency
ORDER BY shop_id, shopper_id, currency";

pub(crate) const COLLECTED_BY_PAYER: &str = "\
SELECT shopper_id, currency, CAST(sum(amount) AS BIGINT)
FROM pay_combined
WHERE state = 'captured'
GROUP BY shopper_id, currency
ORDER BY shopper_id, currency";

/// The refunds of shares that reached the payer.
pub(crate) const REFUNDS_OF_SHARES: &str = "\
SELECT p.shopper_id, r.currency, r.refund_id, r.amount
FROM pay_refund r
JOIN pay_payment p ON p.shop_id = r.shop_id AND p.payment_id = r.payment_id
WHERE p.combined_id IS NOT NULL AND r.state = 'done'";

pub(crate) fn combined(r: &Row<'_>) -> Result<Combined, Error> {
    Ok(Combined {
        payer: r.get(0)?,
        combined: r.get(1)?,
        amount: Money::new(r.get(2)?, r.get(3)?),
        description: r.get(4)?,
        state: r.get(5)?,
        attempt: r.get(6)?,
        channel: r.get(7)?,
        channel_txn: r.get(8)?,
        opened_at: r.get(9)?,
        expires_at: r.get(10)?,
        started_wall: r.get(11)?,
        paid_at: r.get(12)?,
        captured_at: r.get(13)?,
        closed_at: r.get(14)?,
        version: r.get(15)?,
        shares: Vec::new(),
    })
}

pub(crate) fn share(r: &Row<'_>) -> Result<Share, Error> {
    Ok(Share { shop: r.get(0)?, payment: r.get(1)?, order: r.get(2)?, amount: r.get(3)? })
}

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    INSERT,
    INSERT_SHARE,
    SELECT,
    SELECT_SHARES,
    BEGIN_CLOSING,
    CLOSE,
    CAPTURE,
    BIND,
    RELEASE,
    CHECK_SHARES,
    CHECK_PAYMENTS,
    HELD_BY_PAIR,
    COLLECTED_BY_PAYER,
    REFUNDS_OF_SHARES,
];
