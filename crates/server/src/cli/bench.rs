//! `kaidian bench`.

use anyhow::Result;
use clap::Args;
use std::{io, path::PathBuf, process::ExitCode};

use super::{block_on, tell};
use crate::bench::{Plan, bench};

/// Measure this machine: orders, one sku, each beside a limit measured in the same run
#[derive(Debug, Args)]
pub(super) struct Bench {
    /// Runs of each measurement; the median counts
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Seconds a run
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Clients at once
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// The folder in which a folder for this process is made; its databases stay
    #[arg(long, default_value = "./data/bench")]
    data: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn measure(args: &Bench) -> Result<ExitCode> {
    let plan = Plan { runs: args.runs.max(1), seconds: args.seconds.max(1), clients: args.clients.max(1) };
    let folder = args.data.join(std::process::id().to_string());
    let report = block_on(bench(&folder, plan))?;
    let mut out = io::stdout();
    if args.json {
        tell(&mut out, &serde_json::to_string(&report)?);
    } else {
        report.lines().iter().for_each(|line| tell(&mut out, line));
    }
    Ok(ExitCode::SUCCESS)
}
