//! Every statement of the room, and how its rows are read.

use kernel::{Money, Scope, ShopperId};
use store::{Error, Row};

use crate::{Anomaly, Bill, Payment, Refund};

mod bills;
pub(crate) mod combined;

pub(crate) use self::bills::bills;

macro_rules! payment_columns {
    () => {
        "shop_id, payment_id, order_id, shopper_id, amount, currency, description, state, attempt, channel, \
         channel_txn, captured, refunding, refunded, opened_at, expires_at, started_wall, paid_at, captured_at, \
         closed_at, late_at, version, combined_id"
    };
}

macro_rules! refund_columns {
    () => {
        "shop_id, refund_id, payment_id, order_id, amount, currency, source, reason, state, attempt, channel_refund, \
         failure, hold_id, requested_at, sent_wall, done_at"
    };
}

macro_rules! anomaly_columns {
    () => {
        "shop_id, anomaly_id, payment_id, kind, channel, channel_txn, amount, currency, noted_at, resolved_at, \
         resolution, shopper_id"
    };
}

pub(crate) const INSERT_PAYMENT: &str = "\
INSERT INTO pay_payment (shop_id, payment_id, order_id, shopper_id, amount, currency, description, state, attempt,
    captured, refunding, refunded, opened_at, expires_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, 0, $9, $10, 1)";

pub(crate) const SELECT_PAYMENT: &str = concat!(
    "SELECT ",
    payment_columns!(),
    "
FROM pay_payment
WHERE shop_id = $1 AND payment_id = $2"
);

pub(crate) const SELECT_SHOPPERS_PAYMENT: &str = concat!(
    "SELECT ",
    payment_columns!(),
    "
FROM pay_payment
WHERE shopper_id = $1 AND payment_id = $2"
);

pub(crate) const SELECT_SHOPPERS_PAYMENT_OF_ORDER: &str = concat!(
    "SELECT ",
    payment_columns!(),
    "
FROM pay_payment
WHERE shop_id = $1 AND order_id = $2 AND shopper_id = $3
ORDER BY payment_id DESC
LIMIT 1"
);

pub(crate) const SELECT_PAYMENTS_OF_ORDER: &str = concat!(
    "SELECT ",
    payment_columns!(),
    "
FROM pay_payment
WHERE shop_id = $1 AND order_id = $2
ORDER BY payment_id"
);

pub(crate) const CHANGE_AMOUNT: &str = "\
UPDATE pay_payment SET amount = $1, version = version + 1
WHERE shop_id = $2 AND payment_id = $3 AND currency = $4 AND state = 'open' AND started_wall IS NULL
AND combined_id IS NULL";

pub(crate) const CLOSE: &str = "\
UPDATE pay_payment SET state = 'closed', closed_at = $1, version = version + 1
WHERE shop_id = $2 AND payment_id = $3 AND state = 'open'
RETURNING started_wall, combined_id";

// The version stands for everything that was read: amount, state, sums. What was not paid as a share is none.
pub(crate) const CAPTURE: &str = "\
UPDATE pay_payment
SET state = 'captured', captured = amount, channel = $1, channel_txn = $2, paid_at = $3, captured_at = $4,
    late_at = $5, combined_id = $10, version = version + 1
WHERE shop_id = $6 AND payment_id = $7 AND state = $8 AND version = $9";

pub(crate) const INSERT_REFUND: &str = "\
INSERT INTO pay_refund (shop_id, refund_id, payment_id, order_id, amount, currency, source, reason, state, attempt,
    hold_id, requested_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11)
ON CONFLICT DO NOTHING";

pub(crate) const SELECT_REFUND: &str = concat!(
    "SELECT ",
    refund_columns!(),
    "
FROM pay_refund
WHERE shop_id = $1 AND refund_id = $2"
);

pub(crate) const SELECT_REFUNDS_OF_ORDER: &str = concat!(
    "SELECT ",
    refund_columns!(),
    "
FROM pay_refund
WHERE shop_id = $1 AND order_id = $2
ORDER BY requested_at, refund_id"
);

pub(crate) const LIST_REFUNDS: &str = concat!(
    "SELECT ",
    refund_columns!(),
    "
FROM pay_refund
WHERE shop_id = $1 AND (requested_at, refund_id) < ($2, $3)
ORDER BY requested_at DESC, refund_id DESC
LIMIT $4"
);

pub(crate) const LIST_REFUNDS_IN_STATE: &str = concat!(
    "SELECT ",
    refund_columns!(),
    "
FROM pay_refund
WHERE shop_id = $1 AND state = $5 AND (requested_at, refund_id) < ($2, $3)
ORDER BY requested_at DESC, refund_id DESC
LIMIT $4"
);

pub(crate) const SET_ASIDE: &str = "\
UPDATE pay_payment SET refunding = refunding + $1, version = version + 1
WHERE shop_id = $2 AND payment_id = $3 AND captured - refunding - refunded >= $1";

pub(crate) const GIVEN_BACK: &str = "\
UPDATE pay_payment SET refunding = refunding - $1, refunded = refunded + $1, version = version + 1
WHERE shop_id = $2 AND payment_id = $3 AND refunding >= $1
RETURNING refunded, version, combined_id, shopper_id";

pub(crate) const NOT_GIVEN_BACK: &str = "\
UPDATE pay_payment SET refunding = refunding - $1, version = version + 1
WHERE shop_id = $2 AND payment_id = $3 AND refunding >= $1
RETURNING refunded, version, combined_id, shopper_id";

pub(crate) const REFUND_SENT: &str = "\
UPDATE pay_refund SET state = 'sent', sent_wall = $1
WHERE shop_id = $2 AND refund_id = $3 AND attempt = $4 AND state = 'requested'";

pub(crate) const REFUND_DONE: &str = "\
UPDATE pay_refund SET state = 'done', channel_refund = $1, done_at = $2
WHERE shop_id = $3 AND refund_id = $4 AND attempt = $5 AND state = 'sent'";

pub(crate) const REFUND_FAILED: &str = "\
UPDATE pay_refund SET state = 'failed', failure = $1
WHERE shop_id = $2 AND refund_id = $3 AND attempt = $4 AND state = 'sent'";

pub(crate) const REFUND_AGAIN: &str = "\
UPDATE pay_refund SET state = 'requested', attempt = attempt + 1, sent_wall = NULL, hold_id = $1
WHERE shop_id = $2 AND refund_id = $3 AND attempt = $4 AND state = 'failed'";

pub(crate) const INSERT_ANOMALY: &str = "\
INSERT INTO pay_anomaly (shop_id, anomaly_id, payment_id, kind, channel, channel_txn, amount, currency, noted_at,
    shopper_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT DO NOTHING";

pub(crate) const LIST_ANOMALIES: &str = concat!(
    "SELECT ",
    anomaly_columns!(),
    "
FROM pay_anomaly
WHERE (noted_at, anomaly_id) < ($1, $2)
ORDER BY noted_at DESC, anomaly_id DESC
LIMIT $3"
);

pub(crate) const RESOLVE_ANOMALY: &str = "\
UPDATE pay_anomaly SET resolved_at = $1, resolution = $2
WHERE shop_id = $3 AND anomaly_id = $4 AND resolved_at IS NULL";

pub(crate) const CHECK_SUMS: &str = "\
SELECT shop_id, payment_id
FROM pay_payment
WHERE amount <= 0 OR refunding < 0 OR refunded < 0 OR refunding + refunded > captured
OR captured <> CASE WHEN state = 'captured' THEN amount ELSE 0 END
LIMIT 100";

pub(crate) const CHECK_REFUNDS: &str = "\
SELECT p.shop_id, p.payment_id
FROM pay_payment p
LEFT JOIN pay_refund r ON r.shop_id = p.shop_id AND r.payment_id = p.payment_id
GROUP BY p.shop_id, p.payment_id, p.refunding, p.refunded
HAVING p.refunding <> CAST(COALESCE(sum(CASE WHEN r.state IN ('requested', 'sent') THEN r.amount END), 0) AS BIGINT)
OR p.refunded <> CAST(COALESCE(sum(CASE WHEN r.state = 'done' THEN r.amount END), 0) AS BIGINT)
LIMIT 100";

pub(crate) const CHECK_LATE: &str = "\
SELECT shop_id, payment_id
FROM pay_payment
WHERE late_at IS NOT NULL AND refunding + refunded < captured
LIMIT 100";

pub(crate) const CHECK_ANOMALIES: &str = "\
SELECT shop_id, anomaly_id, payment_id, kind
FROM pay_anomaly
WHERE resolved_at IS NULL
LIMIT 100";

pub(crate) const HELD_BY_SHOP: &str = "\
SELECT shop_id, currency, CAST(COALESCE(sum(captured - refunded), 0) AS BIGINT)
FROM pay_payment
WHERE combined_id IS NULL
GROUP BY shop_id, currency
ORDER BY shop_id, currency";

pub(crate) const HELD_BY_ORDER: &str = "\
SELECT order_id, CAST(COALESCE(sum(captured - refunded), 0) AS BIGINT)
FROM pay_payment
WHERE shop_id = $1 AND currency = $2 AND combined_id IS NULL
GROUP BY order_id";

pub(crate) fn payment(r: &Row<'_>) -> Result<Payment, Error> {
    Ok(Payment {
        shop: r.get(0)?,
        payment: r.get(1)?,
        order: r.get(2)?,
        shopper: r.get(3)?,
        amount: Money::new(r.get(4)?, r.get(5)?),
        description: r.get(6)?,
        state: r.get(7)?,
        attempt: r.get(8)?,
        channel: r.get(9)?,
        channel_txn: r.get(10)?,
        captured: r.get(11)?,
        refunding: r.get(12)?,
        refunded: r.get(13)?,
        opened_at: r.get(14)?,
        expires_at: r.get(15)?,
        started_wall: r.get(16)?,
        paid_at: r.get(17)?,
        captured_at: r.get(18)?,
        closed_at: r.get(19)?,
        late_at: r.get(20)?,
        version: r.get(21)?,
        combined: r.get(22)?,
    })
}

pub(crate) fn refund(r: &Row<'_>) -> Result<Refund, Error> {
    Ok(Refund {
        shop: r.get(0)?,
        refund: r.get(1)?,
        payment: r.get(2)?,
        order: r.get(3)?,
        amount: Money::new(r.get(4)?, r.get(5)?),
        from: r.get(6)?,
        reason: r.get(7)?,
        state: r.get(8)?,
        attempt: r.get(9)?,
        channel_refund: r.get(10)?,
        failure: r.get(11)?,
        hold: r.get(12)?,
        requested_at: r.get(13)?,
        sent_wall: r.get(14)?,
        done_at: r.get(15)?,
    })
}

pub(crate) fn bill(r: &Row<'_>) -> Result<Bill, Error> {
    Ok(Bill {
        attempt: r.get(0)?,
        channel: r.get(1)?,
        cashier_url: r.get(2)?,
        began_wall: r.get(3)?,
        closed_wall: r.get(4)?,
    })
}

pub(crate) fn anomaly(r: &Row<'_>) -> Result<Anomaly, Error> {
    let payer: Option<ShopperId> = r.get(11)?;
    Ok(Anomaly {
        scope: payer.map_or(Scope::Shop(r.get(0)?), Scope::Shopper),
        anomaly: r.get(1)?,
        payment: r.get(2)?,
        kind: r.get(3)?,
        channel: r.get(4)?,
        channel_txn: r.get(5)?,
        amount: Money::new(r.get(6)?, r.get(7)?),
        noted_at: r.get(8)?,
        resolved_at: r.get(9)?,
        resolution: r.get(10)?,
    })
}

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    INSERT_PAYMENT,
    SELECT_PAYMENT,
    SELECT_SHOPPERS_PAYMENT,
    SELECT_SHOPPERS_PAYMENT_OF_ORDER,
    SELECT_PAYMENTS_OF_ORDER,
    CHANGE_AMOUNT,
    CLOSE,
    CAPTURE,
    INSERT_REFUND,
    SELECT_REFUND,
    SELECT_REFUNDS_OF_ORDER,
    LIST_REFUNDS,
    LIST_REFUNDS_IN_STATE,
    SET_ASIDE,
    GIVEN_BACK,
    NOT_GIVEN_BACK,
    REFUND_SENT,
    REFUND_DONE,
    REFUND_FAILED,
    REFUND_AGAIN,
    INSERT_ANOMALY,
    LIST_ANOMALIES,
    RESOLVE_ANOMALY,
    CHECK_SUMS,
    CHECK_REFUNDS,
    CHECK_LATE,
    CHECK_ANOMALIES,
    HELD_BY_SHOP,
    HELD_BY_ORDER,
];

#[cfg(test)]
mod sql_tests {
    store::on_both! {
        rooms = crate::testing::rooms();

        async fn both_engines_understand_every_statement(kit) {
            store::testkit::prepare_all(&kit, crate::sql::ALL).await;
            store::testkit::prepare_all(&kit, crate::sql::combined::ALL).await;
            store::testkit::prepare_all(&kit, &crate::sql::bills::all()).await;
        }
    }
}
