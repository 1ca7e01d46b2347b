//! Medians, and the machine that they were measured on.

use serde::Serialize;
use std::fs;

/// One measurement.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// What.
    pub what: &'static str,
    /// In which unit.
    pub unit: &'static str,
    /// The median of the runs.
    pub median: f64,
    /// The lowest run.
    pub min: f64,
    /// The highest run.
    pub max: f64,
    /// The limit that was measured beside it.
    pub limit: Option<Limit>,
}

/// A limit of the machine.
#[derive(Debug, Clone, Serialize)]
pub struct Limit {
    /// What.
    pub what: &'static str,
    /// The median of the runs.
    pub median: f64,
    /// The measurement over the limit, as the median of the runs' own ratios.
    pub ratio: f64,
}

impl Measured {
    /// Of the runs, pair by pair with the limit's.
    pub(super) fn of(
        what: &'static str,
        unit: &'static str,
        runs: &[f64],
        limit: Option<(&'static str, &[f64])>,
    ) -> Self {
        let limit = limit.map(|(what, limits)| {
            let ratios: Vec<f64> = runs.iter().zip(limits).map(|(run, limit)| run / limit).collect();
            Limit { what, median: median(limits), ratio: median(&ratios) }
        });
        let min = runs.iter().copied().fold(f64::INFINITY, f64::min);
        let max = runs.iter().copied().fold(0.0, f64::max);
        Self { what, unit, median: median(runs), min, max, limit }
    }
}

fn median(runs: &[f64]) -> f64 {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

/// Everything that was measured.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Processor and cores.
    pub machine: String,
    /// The measurements.
    pub measured: Vec<Measured>,
}

impl Report {
    pub(super) fn of(measured: Vec<Measured>) -> Self {
        Self { machine: machine(), measured }
    }

    /// The report as a table.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.machine.clone()];
        for m in &self.measured {
            lines.push(format!("{:<64} {:>9.0} {} ({:.0}–{:.0})", m.what, m.median, m.unit, m.min, m.max));
            if let Some(limit) = &m.limit {
                lines.push(format!("    beside {:.0} {}: {:.2}", limit.median, limit.what, limit.ratio));
            }
        }
        lines
    }
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':').map(|(_, name)| name.trim()))
        .unwrap_or("unknown processor");
    format!("{model}, {cores} cores")
}
