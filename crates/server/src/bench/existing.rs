//! A database with many orders: how fast a server starts on it, and how much memory it holds.

use anyhow::Result;
use std::time::Duration;

use super::{
    Plan,
    child::Served,
    ground::{Base, Ground},
    http,
    orders::{Crowd, Until, placed_and_paid},
};

/// What was seen, run by run.
#[derive(Default)]
pub(super) struct Seen {
    /// From start to ready, in ms.
    pub(super) ready_ms: Vec<f64>,
    /// Memory of a server that nobody asks, in MB. Empty where the system does not tell.
    pub(super) idle_mb: Vec<f64>,
    /// The most memory of a server under load, in MB.
    pub(super) loaded_mb: Vec<f64>,
    /// Memory after the load.
    pub(super) after_mb: Vec<f64>,
}

/// Places and pays the orders, then starts servers.
pub(super) async fn watch(base: &Base, plan: &Plan) -> Result<Seen> {
    let ground = base.copy().await?;
    placed_and_paid(&ground, Crowd::of(plan, Until::Orders(plan.existing))).await?;
    let mut seen = Seen::default();
    for _ in 0..plan.runs {
        see(&ground, plan, &mut seen).await?;
    }
    ground.remove().await?;
    Ok(seen)
}

async fn see(ground: &Ground, plan: &Plan, seen: &mut Seen) -> Result<()> {
    let served = Served::start(ground, false).await?;
    seen.ready_ms.push(served.ready_ms);
    tokio::time::sleep(Duration::from_secs_f64(plan.idle_seconds)).await;
    seen.idle_mb.extend(served.memory().map(|(now, _)| now));
    served.kill().await?;
    let served = Served::start(ground, true).await?;
    http::load(ground, &served, plan).await?;
    if let Some((now, most)) = served.memory() {
        seen.loaded_mb.push(most);
        seen.after_mb.push(now);
    }
    served.kill().await
}
