//! Every check and every test, in one command; `make test` and continuous integration run this.
//!
//! A failed step does not hide the later ones: all run, the table at the end tells which failed. What this machine
//! could not run is said plainly, never left out in silence.

use std::io::IsTerminal;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::{db, deny, run, setup, tidy};

/// What happened, for the table at the end.
struct Report {
    stop: run::Stop,
    steps: Vec<Step>,
    /// The test runner's own last lines: its summary and the names of failed tests.
    tests: Vec<String>,
    not_run: Vec<&'static str>,
}

struct Step {
    name: &'static str,
    took: Duration,
    outcome: Outcome,
}

#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Passed,
    Failed,
    /// Somebody pressed Ctrl-C: the later steps are pointless.
    Interrupted,
}

/// `cargo xtask ci`.
pub(crate) fn run(root: &Path) -> Result<ExitCode> {
    let mut report =
        Report { stop: run::Stop::listen()?, steps: Vec::new(), tests: Vec::new(), not_run: Vec::new() };
    report.step("setup", "install or find what the tests need", |_| setup::ensure().map(|()| 0));
    if report.all_passed() {
        report.checks(root);
        report.tests(root);
        report.documentation(root);
        report.dependencies(root);
    }
    report.print();
    Ok(if report.all_passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Report {
    fn checks(&mut self, root: &Path) {
        self.cargo("fmt", "cargo fmt --all --check", root);
        self.cargo("clippy", "cargo clippy --workspace --all-targets -- -D warnings", root);
        self.step("tidy", "cargo xtask tidy", |_| Ok(u8::from(!tidy::passes(root)?)));
    }

    fn tests(&mut self, root: &Path) {
        let mut kept = Vec::new();
        self.step("tests", "cargo nextest run --workspace, beside a throw-away PostgreSQL", |stop| {
            let cluster = db::Cluster::start()?;
            println!("   PostgreSQL {}", cluster.major);
            let mut nextest = cargo(root, "nextest run --workspace");
            if std::io::stderr().is_terminal() {
                nextest.arg("--color=always");
            }
            let (code, lines) = run::keeping(nextest.env(db::VARIABLE, &cluster.url), stop, is_summary)?;
            kept = lines;
            Ok(code)
        });
        self.tests = kept;
        self.cargo("doctests", "cargo test --doc --workspace", root);
    }

    fn documentation(&mut self, root: &Path) {
        self.step("doc", "cargo doc --workspace --no-deps, every warning an error", |stop| {
            let mut doc = cargo(root, "doc --workspace --no-deps");
            run::until_done(doc.env("RUSTDOCFLAGS", "-D warnings"), stop)
        });
    }

    fn dependencies(&mut self, root: &Path) {
        if !deny::installed() {
            self.not_run.push("cargo deny (not installed; make deny installs it)");
            return;
        }
        let mut advisories = true;
        self.step("deny", "cargo deny check", |_| {
            let checked = deny::check(root)?;
            advisories = checked.advisories;
            Ok(u8::from(!checked.passed))
        });
        if !advisories {
            self.not_run.push(deny::NO_ADVISORIES);
        }
    }

    /// A step that is one cargo command, shown as it is typed.
    fn cargo(&mut self, name: &'static str, typed: &'static str, root: &Path) {
        let arguments = typed.trim_start_matches("cargo ");
        self.step(name, typed, |stop| run::until_done(&mut cargo(root, arguments), stop));
    }

    fn step(&mut self, name: &'static str, says: &str, action: impl FnOnce(&run::Stop) -> Result<u8>) {
        if self.steps.iter().any(|step| step.outcome == Outcome::Interrupted) {
            return;
        }
        println!("\n== {name}: {says}");
        let start = Instant::now();
        let outcome = match action(&self.stop).with_context(|| format!("{name} could not run")) {
            Ok(0) => Outcome::Passed,
            Ok(run::INTERRUPTED) => Outcome::Interrupted,
            Ok(_) => Outcome::Failed,
            Err(error) => {
                println!("{error:#}");
                Outcome::Failed
            }
        };
        self.steps.push(Step { name, took: start.elapsed(), outcome });
    }

    fn all_passed(&self) -> bool {
        self.steps.iter().all(|step| step.outcome == Outcome::Passed)
    }

    fn print(&self) {
        println!();
        for step in &self.steps {
            println!("{:<10} {:>7.1} s  {}", step.name, step.took.as_secs_f64(), step.outcome.word());
        }
        for line in &self.not_run {
            println!("not run: {line}");
        }
        for line in &self.tests {
            println!("{line}");
        }
    }
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "FAILED",
            Self::Interrupted => "interrupted",
        }
    }
}

/// The line from which the test runner sums up.
fn is_summary(line: &str) -> bool {
    line.contains("Summary") && line.contains("tests run")
}

fn cargo(root: &Path, arguments: &str) -> Command {
    let mut command = run::cargo();
    command.args(arguments.split_whitespace()).current_dir(root);
    command
}

#[cfg(test)]
mod tests {
    use super::is_summary;

    #[test]
    fn the_test_runners_summary_is_recognised_with_and_without_colours() {
        assert!(is_summary("     Summary [   0.512s] 2 tests run: 2 passed, 0 skipped"));
        assert!(is_summary("\u{1b}[32;1m     Summary\u{1b}[0m [   0.512s] 1 tests run"));
        assert!(!is_summary("        PASS [   0.004s] kernel page::tests::summary"));
    }
}
