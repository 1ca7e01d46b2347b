//! What a walk has found. All of it is shown, not the first fault alone.

use super::api::Operation;

pub(super) struct Report {
    about: &'static str,
    pub(super) cases: u64,
    faults: Vec<String>,
    begun: std::time::Instant,
}

impl Report {
    pub(super) fn new(about: &'static str) -> Self {
        Self { about, cases: 0, faults: Vec::new(), begun: std::time::Instant::now() }
    }

    /// Counts a case; a fault, if it does not hold.
    pub(super) fn expect(&mut self, holds: bool, operation: &Operation, otherwise: &str) {
        self.cases += 1;
        if !holds {
            self.fault(operation, otherwise);
        }
    }

    pub(super) fn fault(&mut self, operation: &Operation, what: &str) {
        self.faults.push(format!("{operation}: {}", what.chars().take(500).collect::<String>()));
    }

    /// Prints what was tried, and fails if anything was found.
    pub(super) fn close(self, asked: u64) {
        println!("{}: {} cases, {asked} requests in {:.1?}", self.about, self.cases, self.begun.elapsed());
        assert!(self.faults.is_empty(), "{} faults\n{}", self.faults.len(), self.faults.join("\n"));
    }
}
