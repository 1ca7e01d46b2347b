//! The command line.

mod bench;
mod doctor;
mod greeting;
mod operator;
mod replay;
mod serve;
mod settings;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::{
    future::Future,
    io::{self, Write},
    process::ExitCode,
};

pub use settings::Settings;

use crate::config::{Layers, Refused};

/// Kaidian: an open platform for social retail.
#[derive(Debug, Parser)]
#[command(name = "kaidian", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and do the work behind it, until told to stop
    Serve(serve::Serve),
    /// Serve a platform to try things on: embedded, filled, with the sandbox open
    Demo(Settings),
    /// Bring the database up to date, and end
    Migrate(Settings),
    /// Check every invariant of the database; exit 1 for a violation, 2 for a backlog
    Doctor(doctor::Doctor),
    /// Keep the people who run the platform
    #[command(subcommand)]
    Operator(operator::Operator),
    /// Measure this machine
    Bench(bench::Bench),
    /// Send a file of real purchases through the use cases that the API calls
    Replay(replay::Replay),
}

impl Command {
    fn run(self) -> Result<ExitCode> {
        match self {
            Self::Serve(args) => done(serve::serve(&args)),
            Self::Demo(settings) => done(serve::demo(&settings)),
            Self::Doctor(args) => doctor::doctor(&args),
            Self::Operator(command) => done(operator::run(&command)),
            Self::Bench(args) => bench::measure(&args),
            Self::Replay(args) => replay::replay_file(&args),
            Self::Migrate(settings) => done(serve::migrate(&settings.load(Layers::default())?)),
        }
    }
}

fn done(result: Result<()>) -> Result<ExitCode> {
    result.map(|()| ExitCode::SUCCESS)
}

/// The exit code of a start that was refused, as of a wrong command line.
const REFUSED: u8 = 2;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    match Cli::parse().command.run() {
        Ok(code) => code,
        Err(e) => {
            let refused = e.downcast_ref::<Refused>();
            let lines = refused.map_or_else(|| vec![format!("{e:#}")], |refused| refused.0.clone());
            for line in lines {
                tell(&mut io::stderr(), &format!("kaidian: {}", one_line(&line)));
            }
            if refused.is_some() { ExitCode::from(REFUSED) } else { ExitCode::FAILURE }
        }
    }
}

/// A fault of the database may bring a whole script with it.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Writes a line; that nobody reads it is no reason to fail.
pub(crate) fn tell(to: &mut impl Write, line: &str) {
    let _ = writeln!(to, "{line}");
}

/// Runs `work` on a runtime of its own.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }
}
