//! The statements about bills: the same for payments, which lie with their shop, and for combined ones, which lie with
//! their payer.

use kernel::Scope;

/// The statements about the bills of one kind of payment.
pub(crate) struct Bills {
    /// Begins one, if the payment is as it was read.
    pub(crate) begin: &'static str,
    pub(crate) insert: &'static str,
    pub(crate) set_cashier: &'static str,
    pub(crate) select: &'static str,
    pub(crate) select_open: &'static str,
    pub(crate) end: &'static str,
    /// Lets another be begun.
    pub(crate) free: &'static str,
}

macro_rules! bills {
    ($payment:literal, $attempt:literal, $key:literal, $unbound:literal) => {
        Bills {
            begin: concat!(
                "UPDATE ",
                $payment,
                " SET attempt = attempt + 1, channel = $1, started_wall = $2, version = version + 1
WHERE (",
                $key,
                ") = ($3, $4) AND state = 'open' AND started_wall IS NULL AND version = $5",
                $unbound
            ),
            insert: concat!(
                "INSERT INTO ",
                $attempt,
                " (",
                $key,
                ", attempt, channel, began_wall)
VALUES ($1, $2, $3, $4, $5)"
            ),
            set_cashier: concat!(
                "UPDATE ",
                $attempt,
                " SET cashier_url = $1
WHERE (",
                $key,
                ", attempt) = ($2, $3, $4) AND closed_wall IS NULL"
            ),
            select: concat!(
                "SELECT attempt, channel, cashier_url, began_wall, closed_wall
FROM ",
                $attempt,
                "
WHERE (",
                $key,
                ", attempt) = ($1, $2, $3)"
            ),
            select_open: concat!(
                "SELECT attempt, channel, cashier_url, began_wall, closed_wall
FROM ",
                $attempt,
                "
WHERE (",
                $key,
                ") = ($1, $2) AND closed_wall IS NULL
ORDER BY attempt"
            ),
            end: concat!(
                "UPDATE ",
                $attempt,
                " SET closed_wall = $1
WHERE (",
                $key,
                ", attempt) = ($2, $3, $4) AND closed_wall IS NULL"
            ),
            free: concat!(
                "UPDATE ",
                $payment,
                " SET started_wall = NULL, channel = NULL, version = version + 1
WHERE (",
                $key,
                ", attempt) = ($1, $2, $3) AND state = 'open'"
            ),
        }
    };
}

static OF_PAYMENTS: Bills =
    bills!("pay_payment", "pay_attempt", "shop_id, payment_id", " AND combined_id IS NULL");
static OF_COMBINED: Bills = bills!("pay_combined", "pay_combined_attempt", "shopper_id, combined_id", "");

/// The statements for what lies in this scope: a shop's payments, a shopper's combined ones.
pub(crate) const fn bills(scope: Scope) -> &'static Bills {
    match scope {
        Scope::Shopper(_) => &OF_COMBINED,
        _ => &OF_PAYMENTS,
    }
}

#[cfg(test)]
pub(crate) fn all() -> Vec<&'static str> {
    [&OF_PAYMENTS, &OF_COMBINED]
        .iter()
        .flat_map(|b| [b.begin, b.insert, b.set_cashier, b.select, b.select_open, b.end, b.free])
        .collect()
}
