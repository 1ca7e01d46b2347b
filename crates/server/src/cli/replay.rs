//! `kaidian replay`.

use anyhow::Result;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use std::{io, path::PathBuf, process::ExitCode};

use super::{Settings, block_on, tell};
use crate::{
    config::Layers,
    doctor::examine,
    replay::{Clients, read, replay},
};

/// Send a file of real purchases through the use cases that the API calls
#[derive(Debug, Args)]
pub(super) struct Replay {
    /// What sort of file it is
    kind: Kind,
    /// The file
    file: PathBuf,
    /// How many purchases are under way at once
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// The CDNOW master file: customer, date, pieces, dollars
    Cdnow,
}

/// Replays do not mix with a server's data unless they are told to.
const REPLAY_DATA: &str = "./data/replay";

pub(super) fn replay_file(args: &Replay) -> Result<ExitCode> {
    let Kind::Cdnow = args.kind;
    let mut base = Layers::default();
    base.set("data", REPLAY_DATA, "the default of a replay");
    let config = args.settings.load(base)?;
    let purchases = read(&args.file)?;
    let bar = bar(args.json, purchases.len());
    let (report, diagnosis) = block_on(async {
        let (store, services) = crate::open_store(&config).await?;
        let files = services.files();
        let report = replay(&store, files, &purchases, Clients(args.clients.max(1)), |done| {
            bar.set_position(done as u64);
        })
        .await?;
        bar.finish_and_clear();
        Ok((report, examine(&store).await?))
    })?;
    let mut out = io::stdout();
    if args.json {
        tell(&mut out, &serde_json::json!({ "report": report, "doctor": diagnosis }).to_string());
    } else {
        report.lines().iter().chain(&diagnosis.lines()).for_each(|line| tell(&mut out, line));
    }
    let right = report.agrees && diagnosis.exit_code() == 0;
    Ok(if right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn bar(quiet: bool, purchases: usize) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(purchases as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {per_sec} {eta}") {
        bar.set_style(style);
    }
    bar
}
