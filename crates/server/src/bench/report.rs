//! The figures, as a table for people and as JSON for machines.

use serde::Serialize;
use std::collections::BTreeMap;

use super::{Plan, machine::Machine, times::median};

/// Everything that was measured.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// What it was measured on.
    pub machine: Machine,
    /// How long and how often.
    pub plan: Plan,
    /// The measurements.
    pub rows: Vec<Row>,
}

/// One measurement.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// A short name for machines.
    pub name: &'static str,
    /// What was measured.
    pub what: &'static str,
    /// In which unit.
    pub unit: &'static str,
    /// What each run gave.
    pub runs: Vec<f64>,
    /// The median of the runs.
    pub median: f64,
    /// What it is to be.
    pub asked: Asked,
    /// The limit that was measured beside it.
    pub limit: Option<Limit>,
    /// Figures that explain the first, medians too.
    pub beside: BTreeMap<&'static str, f64>,
    /// Why it was not measured.
    pub not_run: Option<&'static str>,
}

/// What a figure is to be.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// So much or more.
    AtLeast(f64),
    /// So much or less.
    AtMost(f64),
}

/// What the machine allows.
#[derive(Debug, Clone, Serialize)]
pub struct Limit {
    /// Whose figure.
    pub what: &'static str,
    /// What each run gave.
    pub runs: Vec<f64>,
    /// The median of the runs.
    pub median: f64,
    /// The measurement over the limit, as the median of the runs' own ratios.
    pub ratio: f64,
    /// What the ratio is to be, or more.
    pub asked_ratio: f64,
}

impl Row {
    /// What the runs gave.
    pub(super) fn of(
        name: &'static str,
        what: &'static str,
        unit: &'static str,
        asked: Asked,
        runs: Vec<f64>,
    ) -> Self {
        let median = median(&runs);
        Self { name, what, unit, runs, median, asked, limit: None, beside: BTreeMap::new(), not_run: None }
    }

    /// Not measured.
    pub(super) fn not_run(
        name: &'static str,
        what: &'static str,
        unit: &'static str,
        asked: Asked,
        why: &'static str,
    ) -> Self {
        Self { not_run: Some(why), ..Self::of(name, what, unit, asked, Vec::new()) }
    }

    /// Beside a limit, run by run.
    pub(super) fn limited(mut self, what: &'static str, asked_ratio: f64, limits: Vec<f64>) -> Self {
        let ratios: Vec<f64> = self.runs.iter().zip(&limits).map(|(run, limit)| run / limit).collect();
        let (median, ratio) = (median(&limits), median(&ratios));
        self.limit = Some(Limit { what, runs: limits, median, ratio, asked_ratio });
        self
    }

    /// With a figure that explains it.
    pub(super) fn beside(mut self, name: &'static str, runs: &[f64]) -> Self {
        self.beside.insert(name, median(runs));
        self
    }

    /// True if it is as asked; `None` if it was not measured.
    pub fn reached(&self) -> Option<bool> {
        let itself = match self.asked {
            Asked::AtLeast(least) => self.median >= least,
            Asked::AtMost(most) => self.median <= most,
        };
        let ratio = self.limit.as_ref().is_none_or(|limit| limit.ratio >= limit.asked_ratio);
        self.not_run.is_none().then_some(itself && ratio)
    }
}

impl Report {
    /// The report as a table in Markdown, with what explains the figures below it.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            format!("Measured on: {}. {}.", self.machine.line(), self.plan.line()),
            String::new(),
            "| what | median | lowest to highest | limit beside it | ratio | asked | reached |".to_owned(),
            "|---|---:|---:|---:|---:|---:|---|".to_owned(),
        ];
        lines.extend(self.rows.iter().map(table_row));
        lines.push(String::new());
        lines.extend(self.rows.iter().filter(|row| !row.beside.is_empty()).map(beside));
        lines
    }
}

fn table_row(row: &Row) -> String {
    let (sign, asked) = match row.asked {
        Asked::AtLeast(least) => ("≥", least),
        Asked::AtMost(most) => ("≤", most),
    };
    let unit = row.unit;
    let mut asked = format!("{sign} {} {unit}", shown(asked));
    if let Some(limit) = &row.limit {
        asked = format!("{asked}, ≥ {:.1}", limit.asked_ratio);
    }
    if let Some(why) = row.not_run {
        return format!("| {} | not run: {why} | | | | {asked} | |", row.what);
    }
    let lowest = row.runs.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = row.runs.iter().copied().fold(0.0, f64::max);
    let (limit, ratio) = row.limit.as_ref().map_or_else(Default::default, |limit| {
        (format!("{} {unit}, {}", shown(limit.median), limit.what), format!("{:.2}", limit.ratio))
    });
    let reached = if row.reached() == Some(true) { "yes" } else { "no" };
    format!(
        "| {} | {} {unit} | {} to {} | {limit} | {ratio} | {asked} | {reached} |",
        row.what,
        shown(row.median),
        shown(lowest),
        shown(highest)
    )
}

fn beside(row: &Row) -> String {
    let figures: Vec<String> =
        row.beside.iter().map(|(name, value)| format!("{name} {}", shown(*value))).collect();
    format!("- {}: {}", row.what, figures.join(", "))
}

/// With as many digits as matter.
fn shown(value: f64) -> String {
    let digits = match value {
        v if v >= 100.0 || v.fract().abs() < f64::EPSILON => 0,
        v if v >= 10.0 => 1,
        _ => 2,
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(asked: Asked, runs: &[f64]) -> Row {
        Row::of("a", "A thing", "things/s", asked, runs.to_vec())
    }

    #[test]
    fn a_row_is_reached_when_figure_and_ratio_are() {
        let right = row(Asked::AtLeast(10.0), &[9.0, 11.0, 12.0]);
        assert_eq!(right.reached(), Some(true));
        assert_eq!(row(Asked::AtLeast(11.5), &[9.0, 11.0, 12.0]).reached(), Some(false));
        assert_eq!(row(Asked::AtMost(10.0), &[9.0, 11.0, 12.0]).reached(), Some(false));
        assert_eq!(right.clone().limited("bare", 0.7, vec![10.0, 15.0, 20.0]).reached(), Some(true));
        assert_eq!(right.limited("bare", 0.7, vec![20.0, 20.0, 20.0]).reached(), Some(false));
        assert_eq!(Row::not_run("a", "A thing", "", Asked::AtMost(1.0), "no disk").reached(), None);
    }

    #[test]
    fn the_ratio_is_the_median_of_the_runs_own() {
        let limited =
            row(Asked::AtLeast(0.0), &[1.0, 10.0, 100.0]).limited("bare", 0.7, vec![2.0, 10.0, 1000.0]);
        assert!((limited.limit.unwrap().ratio - 0.5).abs() < 1e-9);
    }

    #[test]
    fn a_row_of_the_table_says_all() {
        let full =
            row(Asked::AtLeast(3500.0), &[3600.4, 3500.0, 12.25]).limited("bare", 0.7, vec![5000.0; 3]);
        assert_eq!(
            table_row(&full),
            "| A thing | 3500 things/s | 12.2 to 3600 | 5000 things/s, bare | 0.70 | ≥ 3500 things/s, ≥ 0.7 | yes |"
        );
        let absent = Row::not_run("a", "A thing", "s", Asked::AtMost(0.3), "no disk");
        assert_eq!(table_row(&absent), "| A thing | not run: no disk | | | | ≤ 0.30 s | |");
        assert_eq!(
            beside(&row(Asked::AtMost(1.0), &[1.0]).beside("p99_ms", &[1.234])),
            "- A thing: p99_ms 1.23"
        );
    }
}
