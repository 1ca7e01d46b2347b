//! How much is measured.

use serde::Serialize;
use std::time::Duration;

/// A part of the bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// Orders in process, embedded.
    Orders,
    /// Orders and pages over HTTP.
    Http,
    /// Many attempts at one sku, embedded.
    OneSku,
    /// Statements of an order, embedded.
    Statements,
    /// Start and memory on a database with many orders.
    Server,
    /// Everything on PostgreSQL.
    Pg,
}

/// How long, how often and how much.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// Runs of each measurement; the median counts.
    pub runs: usize,
    /// Seconds a run.
    pub seconds: f64,
    /// Clients at once, each with a connection of its own over HTTP.
    pub clients: usize,
    /// Shops to order from, of ten skus each.
    pub shops: usize,
    /// Pieces of the one sku.
    pub pieces: i64,
    /// Attempts to buy one of them.
    pub attempts: usize,
    /// Orders in the database that memory and start are measured on.
    pub existing: usize,
    /// Orders that are written down, at least, for a bare connection to repeat.
    pub written_down: usize,
    /// Seconds that a server is left alone before its memory is looked at.
    pub idle_seconds: f64,
    /// False where the figures don't matter, and short waits do.
    pub quiet: bool,
    /// The parts to be measured; empty for all.
    #[serde(skip)]
    pub only: Vec<Part>,
}

impl Plan {
    /// What the figures of the documentation are measured with.
    pub const FULL: Self = Self {
        runs: 3,
        seconds: 5.0,
        clients: 64,
        shops: 100,
        pieces: 10_000,
        attempts: 30_000,
        existing: 100_000,
        written_down: 200,
        idle_seconds: 5.0,
        quiet: true,
        only: Vec::new(),
    };

    /// Enough to see that everything works, and nothing more.
    pub const QUICK: Self = Self {
        runs: 1,
        seconds: 0.4,
        clients: 8,
        shops: 4,
        pieces: 50,
        attempts: 150,
        existing: 200,
        written_down: 16,
        idle_seconds: 0.2,
        quiet: false,
        only: Vec::new(),
    };

    pub(super) fn has(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    pub(super) fn time(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }

    pub(super) fn line(&self) -> String {
        format!(
            "{} runs of {} s, {} clients, {} shops; {} attempts at {} pieces; {} orders in the existing database",
            self.runs, self.seconds, self.clients, self.shops, self.attempts, self.pieces, self.existing
        )
    }
}
