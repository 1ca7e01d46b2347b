//! `kaidian doctor`.

use anyhow::Result;
use clap::Args;
use std::{io, process::ExitCode};

use super::{Settings, block_on, tell};
use crate::{
    config::Layers,
    doctor::{drain, examine},
};

/// Check every invariant of the database; exit 1 for a violation, 2 for a backlog
#[derive(Debug, Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    settings: Settings,
    /// Work off what is due first
    #[arg(long)]
    drain: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn doctor(args: &Doctor) -> Result<ExitCode> {
    let config = args.settings.load(Layers::default())?;
    let diagnosis = block_on(async {
        let (store, _services) = crate::open_store(&config).await?;
        if args.drain {
            drain(&store).await?;
        }
        examine(&store).await
    })?;
    let mut out = io::stdout();
    if args.json {
        tell(&mut out, &serde_json::to_string(&diagnosis)?);
    } else {
        for line in diagnosis.lines() {
            tell(&mut out, &line);
        }
    }
    Ok(ExitCode::from(diagnosis.exit_code()))
}
