//! Chores of the workspace, one entry point: `cargo xtask …` (the `Makefile` wraps the common ones).
//!
//! Reading order: [`ci`] is the list of steps that decides whether a change is good; [`db`] gives tests a private
//! PostgreSQL; [`setup`] installs what tests need; [`tidy`] holds the rules of `STYLE.md` that a machine can check.
#![expect(clippy::print_stdout, reason = "a command-line tool speaks on its standard output")]

mod ci;
mod db;
mod deny;
mod pg;
mod run;
mod setup;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Chores of the workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Install what the tests need (Debian, as root), or name what is missing.
    Setup,
    /// Run a command beside a throw-away PostgreSQL, its address in KAIDIAN_TEST_PG; without a command, print the
    /// address and wait for Ctrl-C.
    Db {
        /// The command and its arguments, after `--`.
        #[arg(last = true)]
        command: Vec<String>,
    },
    /// Run every check and every test; `make test` is this.
    Ci,
    /// Check the house rules that neither the compiler nor clippy knows.
    Tidy,
    /// Check licences, bans, sources and advisories of all dependencies; installs cargo-deny when it is missing.
    Deny,
}

fn main() -> ExitCode {
    match dispatch(Cli::parse().chore) {
        Ok(code) => code,
        Err(error) => {
            println!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(chore: Chore) -> Result<ExitCode> {
    let root = root();
    match chore {
        Chore::Setup => setup::run(),
        Chore::Db { command } => db::run(&command),
        Chore::Ci => ci::run(&root),
        Chore::Tidy => tidy::run(&root),
        Chore::Deny => deny::run(&root),
    }
}

/// The workspace's folder: the parent of this crate.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}
