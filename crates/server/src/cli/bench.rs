//! `kaidian bench`.

use anyhow::{Context, Result};
use clap::Args;
use std::{fs, io, path::PathBuf, process::ExitCode};

use super::{block_on, tell};
use crate::bench::{Part, Plan, bench};

/// Measure this machine: orders, one sku, pages, start and memory, beside what bare databases do in the same run
#[derive(Debug, Args)]
pub(super) struct Bench {
    /// Runs of each measurement; the median counts [default: 3]
    #[arg(long)]
    runs: Option<usize>,
    /// Seconds a run [default: 5]
    #[arg(long)]
    seconds: Option<f64>,
    /// Clients at once [default: 64]
    #[arg(long)]
    clients: Option<usize>,
    /// Small numbers: to see that everything works, not how fast
    #[arg(long)]
    quick: bool,
    /// Measure these parts alone
    #[arg(long, value_enum, value_name = "PART,…", value_delimiter = ',')]
    only: Vec<Part>,
    /// A PostgreSQL database whose user may make others, to measure PostgreSQL too
    #[arg(long, value_name = "URL", env = "KAIDIAN_TEST_PG", hide_env_values = true)]
    pg: Option<String>,
    /// The folder in which a folder for this process is made and removed
    #[arg(long, default_value = "./data/bench")]
    data: PathBuf,
    /// Where the report is kept, as JSON
    #[arg(long, value_name = "FILE", default_value = "target/bench.json")]
    out: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Bench {
    fn plan(&self) -> Plan {
        let base = if self.quick { Plan::QUICK } else { Plan::FULL };
        Plan {
            runs: self.runs.unwrap_or(base.runs).max(1),
            seconds: self.seconds.unwrap_or(base.seconds).clamp(0.1, 3600.0),
            clients: self.clients.unwrap_or(base.clients).clamp(1, 1_000),
            only: self.only.clone(),
            ..base
        }
    }
}

pub(super) fn measure(args: &Bench) -> Result<ExitCode> {
    let folder = args.data.join(std::process::id().to_string());
    let pg = args.pg.as_deref().filter(|url| !url.is_empty());
    let report = block_on(bench(&folder, pg, args.plan()))?;
    let json = serde_json::to_string(&report)?;
    keep(&args.out, &json).with_context(|| format!("the report can't be kept in {}", args.out.display()))?;
    let mut out = io::stdout();
    if args.json {
        tell(&mut out, &json);
    } else {
        report.lines().iter().for_each(|line| tell(&mut out, line));
    }
    Ok(ExitCode::SUCCESS)
}

fn keep(file: &PathBuf, json: &str) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, format!("{json}\n"))
}
