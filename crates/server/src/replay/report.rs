//! What a replay came to, held against the file.

use anyhow::Result;
use serde::Serialize;
use std::{collections::HashSet, time::Duration};
use store::Store;

use super::{Purchase, run::World};

/// The sums of the file and of the database. Amounts in cents.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Purchases in the file.
    pub purchases: i64,
    /// Customers in the file.
    pub customers: i64,
    /// Pieces in the file.
    pub pieces: i64,
    /// The file's amount.
    pub amount: i64,
    /// Purchases of nothing in the file.
    pub free: i64,
    /// What the database holds: orders, gross, discounts, totals.
    pub orders: trade::Totals,
    /// What was settled: captured, fee, net; none where nothing was.
    pub settled: Option<settle::Totals>,
    /// True if each sum of the database is the file's.
    pub agrees: bool,
    /// How long it took.
    pub seconds: f64,
    /// Purchases a second.
    pub per_second: f64,
}

impl Report {
    pub(super) async fn of(
        store: &Store,
        world: &World,
        purchases: &[Purchase],
        took: Duration,
    ) -> Result<Self> {
        let mut tx = store.read().await?;
        let orders = trade::totals(&mut tx, world.shop).await?;
        let settled =
            settle::totals(&mut tx).await?.into_iter().find(|t| t.currency == kernel::Currency::USD);
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let customers: HashSet<i64> = purchases.iter().map(|p| p.customer).collect();
        let seconds = took.as_secs_f64();
        let mut report = Self {
            purchases: count(purchases.len()),
            customers: count(customers.len()),
            pieces: purchases.iter().map(|p| p.pieces).sum(),
            amount: purchases.iter().map(|p| p.cents).sum(),
            free: count(purchases.iter().filter(|p| p.cents == 0).count()),
            orders,
            settled,
            agrees: false,
            seconds,
            per_second: f64::from(u32::try_from(purchases.len()).unwrap_or(u32::MAX)) / seconds.max(0.001),
        };
        report.agrees = report.compare();
        Ok(report)
    }

    fn compare(&self) -> bool {
        let o = &self.orders;
        let orders_agree = (o.orders, o.shoppers, o.pieces, o.total, o.free, o.finished)
            == (self.purchases, self.customers, self.pieces, self.amount, self.free, self.purchases)
            && o.goods - o.discount == o.total
            && o.refunded == 0;
        let settled_agree = self.settled.is_some_and(|s| {
            (s.orders, s.captured, s.refunded) == (self.purchases, self.amount, 0)
                && s.fee + s.net == s.captured
        });
        orders_agree && settled_agree
    }

    /// The report as lines for people.
    pub fn lines(&self) -> Vec<String> {
        let o = &self.orders;
        let (fee, net) = self.settled.map_or((0, 0), |s| (s.fee, s.net));
        vec![
            format!("purchases   {:>14}   orders    {:>14}", self.purchases, o.orders),
            format!("customers   {:>14}   shoppers  {:>14}", self.customers, o.shoppers),
            format!("pieces      {:>14}   pieces    {:>14}", self.pieces, o.pieces),
            format!("amount      {:>14}   total     {:>14}", dollars(self.amount), dollars(o.total)),
            format!("of nothing  {:>14}   free      {:>14}", self.free, o.free),
            format!("                             gross     {:>14}", dollars(o.goods)),
            format!("                             discount  {:>14}", dollars(o.discount)),
            format!("                             fee       {:>14}", dollars(fee)),
            format!("                             net       {:>14}", dollars(net)),
            format!("{:.1} s, {:.0} purchases a second", self.seconds, self.per_second),
            if self.agrees { "every sum agrees".into() } else { "THE SUMS DO NOT AGREE".into() },
        ]
    }
}

fn dollars(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
