//! `kaidian doctor`: every invariant of the database, one line each.

use anyhow::Result;
use kernel::{Caller, Fault, OrderId, Scope, ShopId};
use serde::Serialize;
use store::{Backlog, Finding, Store, Tx};

/// Orders looked at in one go.
const PAGE: i64 = 1_000;
/// Rounds of draining: far more than any backlog needs.
const DRAIN_ROUNDS: usize = 100_000;

/// What `doctor` found.
#[derive(Debug, Clone, Serialize)]
pub struct Diagnosis {
    /// Each check, in order.
    pub checks: Vec<Check>,
    /// Work that is late, and work that was given up.
    pub backlog: Backlog,
    /// Transfers of which only one half is posted.
    pub in_flight: i64,
}

/// One check.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// What contradicts it; empty when all is well.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// True if an invariant is broken.
    pub fn has_violations(&self) -> bool {
        self.checks.iter().any(|c| !c.findings.is_empty())
    }

    /// True if work is late, given up or half posted.
    pub fn has_backlog(&self) -> bool {
        let b = &self.backlog;
        b.jobs + b.deliveries + b.parked_jobs + b.parked_deliveries + self.in_flight > 0
    }

    /// 1 for violations, else 2 for a backlog, else 0.
    pub fn exit_code(&self) -> u8 {
        match (self.has_violations(), self.has_backlog()) {
            (true, _) => 1,
            (false, true) => 2,
            (false, false) => 0,
        }
    }

    /// One line a check, one a finding, one for the backlog.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for check in &self.checks {
            let state = if check.findings.is_empty() { "ok" } else { "VIOLATED" };
            lines.push(format!("{:<10} {}", state, check.name));
            lines.extend(check.findings.iter().map(|f| format!("           {}: {}", f.check, f.what)));
        }
        let b = &self.backlog;
        let state = if self.has_backlog() { "BACKLOG" } else { "ok" };
        lines.push(format!(
            "{state:<10} late jobs {}, late deliveries {}, parked jobs {}, parked deliveries {}, transfers in flight {}",
            b.jobs, b.deliveries, b.parked_jobs, b.parked_deliveries, self.in_flight
        ));
        lines
    }
}

/// Works off what is due.
pub async fn drain(store: &Store) -> Result<()> {
    store.drain(DRAIN_ROUNDS).await?;
    Ok(())
}

/// Looks at everything.
pub async fn examine(store: &Store) -> Result<Diagnosis> {
    let ctx = store.ctx(&Caller::system(Scope::Platform)).await?;
    let mut checks = Vec::new();
    let mut tx = store.read().await?;
    let mut add = |name, findings| checks.push(Check { name, findings });
    add(
        "the trial balance is zero per scope and currency, and clearing pairs match",
        ledger::check(&mut tx).await.map_err(plain)?,
    );
    add("stock is conserved per sku", stock::check(&mut tx).await.map_err(plain)?);
    add("prices add up, pieces match parcels, states follow their history", trade::check(&mut tx).await?);
    add(
        "payments agree with their refunds and with the ledger",
        pay::check(&mut tx, &ctx).await.map_err(plain)?,
    );
    add("captures add up to the price of each order", orders_and_payments(&mut tx).await?);
    add("settlements add up", settle::check(&mut tx).await?);
    add("a parcel's stage follows from its steps", logistics::check(&mut tx).await.map_err(plain)?);
    let in_flight = ledger::in_flight(&mut tx).await.map_err(plain)?;
    drop(tx);
    add("every event has its deliveries", store.check_events().await?);
    Ok(Diagnosis { checks, backlog: store.backlog().await?, in_flight })
}

fn plain<F: Fault>(fault: F) -> anyhow::Error {
    anyhow::Error::new(fault)
}

/// An order that is paid has its price captured, one that costs nothing has no payment, one that was given up keeps
/// nothing.
async fn orders_and_payments(tx: &mut Tx) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut after = (ShopId(i64::MIN), OrderId(i64::MIN));
    loop {
        let page = trade::audit_page(tx, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(findings) };
        after = (last.shop, last.order);
        for order in &page {
            if let Some(what) = contradiction(tx, order).await? {
                findings.push(Finding::new(
                    "order.captures",
                    format!("order {} of shop {}: {what}", order.order, order.shop),
                ));
            }
        }
    }
}

async fn contradiction(tx: &mut Tx, order: &trade::Audited) -> Result<Option<String>> {
    let Some(id) = order.payment else {
        return Ok((order.total != 0).then(|| format!("costs {} and has no payment", order.total)));
    };
    let Some(payment) = pay::find(tx, order.shop, id).await.map_err(plain)? else {
        return Ok(Some("its payment is missing".into()));
    };
    // A refund that the channel has refused is still owed: it waits to be tried again.
    let given_back = payment.refunded + payment.refunding + owed(tx, order).await?;
    let right = if order.state.is_paid() {
        payment.captured == order.total && given_back == order.refunded
    } else {
        payment.captured == given_back
    };
    let (captured, total) = (payment.captured, order.total);
    Ok((!right).then(|| format!("costs {total}, captured {captured}, given back {given_back}")))
}

/// Refunds of the order that have failed and were not tried again, minor units.
async fn owed(tx: &mut Tx, order: &trade::Audited) -> Result<i64> {
    if order.refunded == 0 && order.state.is_paid() {
        return Ok(0);
    }
    let refunds = pay::refunds_of_order(tx, order.shop, order.order).await.map_err(plain)?;
    Ok(refunds.iter().filter(|r| r.state == pay::RefundState::Failed).map(|r| r.amount.minor).sum())
}
