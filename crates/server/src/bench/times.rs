//! Medians, percentiles, rates.

use std::time::Duration;

/// How long each of many took, in µs.
#[derive(Debug, Clone, Default)]
pub(super) struct Times(Vec<u32>);

impl Times {
    pub(super) fn add(&mut self, took: Duration) {
        self.0.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// So many of a thousand took no longer, in ms; 0 of none.
    pub(super) fn ms_of_thousand(&self, most: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * most).div_ceil(1000);
        f64::from(sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)) / 1000.0
    }

    pub(super) fn p50(&self) -> f64 {
        self.ms_of_thousand(500)
    }

    pub(super) fn p99(&self) -> f64 {
        self.ms_of_thousand(990)
    }
}

/// The one in the middle; 0 of none.
pub(super) fn median(runs: &[f64]) -> f64 {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

/// A count as a real number.
pub(super) fn real(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// So many a second.
pub(super) fn per_second(n: usize, took: Duration) -> f64 {
    real(n) / took.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let mut times = Times::default();
        for ms in (1..=200).rev() {
            times.add(Duration::from_millis(ms));
        }
        assert_eq!((times.p50(), times.p99()), (100.0, 198.0));
        let mut one = Times::default();
        one.add(Duration::from_millis(7));
        assert_eq!((one.p50(), one.p99()), (7.0, 7.0));
        assert!(Times::default().p99() < 1e-9);
    }

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!(median(&[]) < 1e-9);
    }
}
