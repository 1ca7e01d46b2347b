//! Dependencies: licences, bans, sources and known vulnerabilities, by `deny.toml`.
//!
//! The advisory database comes over the network. A machine closed to it still checks everything else, and says so.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};

use crate::{run, setup};

/// What is said when the advisory database cannot be had.
pub(crate) const NO_ADVISORIES: &str = "advisories (their database cannot be fetched from this machine)";

/// What a check found.
pub(crate) struct Checked {
    /// Nothing that was checked is forbidden.
    pub(crate) passed: bool,
    /// Advisories were among what was checked.
    pub(crate) advisories: bool,
}

/// `cargo xtask deny`.
pub(crate) fn run(root: &Path) -> Result<ExitCode> {
    install()?;
    let checked = check(root)?;
    if !checked.advisories {
        println!("not run: {NO_ADVISORIES}");
    }
    Ok(if checked.passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Checks with a `cargo deny` that is installed.
pub(crate) fn check(root: &Path) -> Result<Checked> {
    let passed = passes(root, &["check", "licenses", "bans", "sources"])?;
    let advisories = fetched(root)?;
    let clean = !advisories || passes(root, &["check", "--disable-fetch", "advisories"])?;
    Ok(Checked { passed: passed && clean, advisories })
}

/// Whether `cargo deny` can run without being installed first.
pub(crate) fn installed() -> bool {
    setup::cargo_knows("deny")
}

fn install() -> Result<()> {
    if installed() {
        return Ok(());
    }
    println!("deny: installing cargo-deny, which takes some minutes");
    let status = run::cargo().args(["install", "cargo-deny", "--locked"]).status()?;
    if !status.success() {
        bail!("cargo-deny is missing and could not be installed: cargo install cargo-deny --locked");
    }
    Ok(())
}

fn passes(root: &Path, arguments: &[&str]) -> Result<bool> {
    let status = deny(root).args(arguments).status().context("running cargo deny")?;
    Ok(status.success())
}

fn fetched(root: &Path) -> Result<bool> {
    let mut fetch = deny(root);
    let status = fetch.args(["fetch", "db"]).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    Ok(status.success())
}

fn deny(root: &Path) -> Command {
    let mut command = run::cargo();
    command.arg("deny").current_dir(root);
    command
}
