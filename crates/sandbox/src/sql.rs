//! Every statement of the sandbox, and how its rows are read.

use kernel::Money;
use store::{Error, Row};

use crate::{
    bill::{Bill, Faults, Refund},
    notice::Queued,
};

macro_rules! bill_columns {
    () => {
        "bill_id, out_no, amount, currency, description, notify_url, return_url, state, txn, paid_at, notices, refunds"
    };
}

macro_rules! refund_columns {
    () => {
        "refund_id, out_no, bill_id, amount, notify_url, state, ready_wall, done_at"
    };
}

pub(crate) const INSERT_BILL: &str = "\
INSERT INTO sandbox_bill (bill_id, out_no, amount, currency, description, notify_url, return_url, state, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING";

pub(crate) const SELECT_BILL: &str = concat!(
    "SELECT ",
    bill_columns!(),
    "
FROM sandbox_bill
WHERE bill_id = $1"
);

pub(crate) const SELECT_BILL_BY_NO: &str = concat!(
    "SELECT ",
    bill_columns!(),
    "
FROM sandbox_bill
WHERE out_no = $1"
);

pub(crate) const SELECT_BILL_BY_TXN: &str = concat!(
    "SELECT ",
    bill_columns!(),
    "
FROM sandbox_bill
WHERE txn = $1"
);

pub(crate) const PAY_BILL: &str = "\
UPDATE sandbox_bill SET state = 'paid', txn = $1, paid_at = $2
WHERE bill_id = $3 AND state = 'waiting'";

pub(crate) const END_BILL: &str = "\
UPDATE sandbox_bill SET state = $1
WHERE bill_id = $2 AND state = 'waiting'";

pub(crate) const SET_BILL_FAULTS: &str = "\
UPDATE sandbox_bill SET notices = $1, refunds = $2
WHERE bill_id = $3";

// One refund of a bill after the other: the row of the bill is written, so that two at once queue up for it.
pub(crate) const TAKE_BILL: &str = "\
UPDATE sandbox_bill SET state = state
WHERE bill_id = $1";

pub(crate) const INSERT_REFUND: &str = "\
INSERT INTO sandbox_refund (refund_id, out_no, bill_id, amount, notify_url, state, ready_wall, done_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING";

pub(crate) const SELECT_REFUND: &str = concat!(
    "SELECT ",
    refund_columns!(),
    "
FROM sandbox_refund
WHERE refund_id = $1"
);

pub(crate) const SELECT_REFUND_BY_NO: &str = concat!(
    "SELECT ",
    refund_columns!(),
    "
FROM sandbox_refund
WHERE out_no = $1"
);

pub(crate) const SUM_REFUNDS: &str = "\
SELECT CAST(COALESCE(sum(amount), 0) AS BIGINT)
FROM sandbox_refund
WHERE bill_id = $1 AND state <> 'failed'";

pub(crate) const FINISH_REFUND: &str = "\
UPDATE sandbox_refund SET state = 'done', done_at = $1
WHERE refund_id = $2 AND state = 'pending'";

pub(crate) const INSERT_NOTICE: &str = "\
INSERT INTO sandbox_notice (notice_id, bill_id, kind, url, body, created_wall, send_wall, attempts)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0)";

pub(crate) const SELECT_NOTICE: &str = "\
SELECT notice_id, url, body, send_wall, attempts, taken_wall
FROM sandbox_notice
WHERE notice_id = $1";

pub(crate) const NOTE_DELIVERY: &str = "\
UPDATE sandbox_notice SET attempts = attempts + 1, taken_wall = $1, last_answer = $2
WHERE notice_id = $3";

pub(crate) const SELECT_FAULTS: &str = "\
SELECT notices, refunds, calls, delay_ms
FROM sandbox_fault
WHERE id = 1";

pub(crate) const SET_FAULTS: &str = "\
UPDATE sandbox_fault SET notices = $1, refunds = $2, calls = $3, delay_ms = $4
WHERE id = 1";

pub(crate) fn bill(r: &Row<'_>) -> Result<Bill, Error> {
    Ok(Bill {
        bill: r.get(0)?,
        out_no: r.get(1)?,
        amount: Money::new(r.get(2)?, r.get(3)?),
        description: r.get(4)?,
        notify_url: r.get(5)?,
        return_url: r.get(6)?,
        state: r.get(7)?,
        txn: r.get(8)?,
        paid_at: r.get(9)?,
        notices: word(r, 10, crate::bill::Notices::parse)?,
        refunds: word(r, 11, crate::bill::Refunds::parse)?,
    })
}

fn word<T>(r: &Row<'_>, index: usize, parse: fn(&str) -> Option<T>) -> Result<Option<T>, Error> {
    let Some(name) = r.get::<Option<String>>(index)? else { return Ok(None) };
    parse(&name).map(Some).ok_or_else(|| Error::internal(format!("no fault is called {name}")))
}

pub(crate) fn refund(r: &Row<'_>) -> Result<Refund, Error> {
    Ok(Refund {
        refund: r.get(0)?,
        out_no: r.get(1)?,
        bill: r.get(2)?,
        amount: r.get(3)?,
        notify_url: r.get(4)?,
        state: r.get(5)?,
        ready_wall: r.get(6)?,
        done_at: r.get(7)?,
    })
}

pub(crate) fn queued(r: &Row<'_>) -> Result<Queued, Error> {
    Ok(Queued {
        notice: r.get(0)?,
        url: r.get(1)?,
        body: r.get(2)?,
        send_wall: r.get(3)?,
        attempts: r.get(4)?,
        taken_wall: r.get(5)?,
    })
}

pub(crate) fn faults(r: &Row<'_>) -> Result<Faults, Error> {
    Ok(Faults { notices: r.get(0)?, refunds: r.get(1)?, calls: r.get(2)?, delay_ms: r.get(3)? })
}

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    INSERT_BILL,
    SELECT_BILL,
    SELECT_BILL_BY_NO,
    SELECT_BILL_BY_TXN,
    PAY_BILL,
    END_BILL,
    SET_BILL_FAULTS,
    TAKE_BILL,
    INSERT_REFUND,
    SELECT_REFUND,
    SELECT_REFUND_BY_NO,
    SUM_REFUNDS,
    FINISH_REFUND,
    INSERT_NOTICE,
    SELECT_NOTICE,
    NOTE_DELIVERY,
    SELECT_FAULTS,
    SET_FAULTS,
];

#[cfg(test)]
mod sql_tests {
    store::on_both! {
        rooms = crate::testing::rooms();

        async fn both_engines_understand_every_statement(kit) {
            store::testkit::prepare_all(&kit, crate::sql::ALL).await;
        }
    }
}
