//! `kaidian bench`: what this machine does, as medians of several runs, each beside a limit measured in the same run.

mod limit;
mod orders;
mod report;
mod world;

use anyhow::Result;
use std::path::Path;

pub use report::{Measured, Report};

/// How long and how often.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Runs of each measurement; the median counts.
    pub runs: usize,
    /// Seconds a run.
    pub seconds: u64,
    /// Clients at once.
    pub clients: usize,
}

/// Pieces of the one sku, and attempts to buy one.
const PIECES: i64 = 10_000;
const ATTEMPTS: usize = 30_000;

/// Measures on an embedded database in `folder`, which is left behind.
pub async fn bench(folder: &Path, plan: Plan) -> Result<Report> {
    let mut rows = Vec::new();
    let mut orders_a_second = Vec::new();
    let mut commits_a_second = Vec::new();
    for run in 0..plan.runs {
        let place = folder.join(format!("orders-{run}"));
        commits_a_second.push(limit::commits(&place, plan.seconds)?);
        let world = world::World::embedded(&place, 100, 1_000_000).await?;
        orders_a_second.push(orders::placed_and_paid(&world, plan).await?);
    }
    rows.push(Measured::of(
        "order placed and paid, embedded, durable, dispatch running",
        "orders/s",
        &orders_a_second,
        Some(("durable one-row commits/s of bare SQLite", &commits_a_second)),
    ));
    let mut attempts_a_second = Vec::new();
    for run in 0..plan.runs {
        let world = world::World::embedded(&folder.join(format!("one-sku-{run}")), 1, PIECES).await?;
        attempts_a_second.push(orders::one_sku(&world, plan.clients, PIECES, ATTEMPTS).await?);
    }
    rows.push(Measured::of(
        "one sku, 10,000 pieces, 30,000 attempts: exactly 10,000 sold",
        "attempts/s",
        &attempts_a_second,
        None,
    ));
    Ok(Report::of(rows))
}
