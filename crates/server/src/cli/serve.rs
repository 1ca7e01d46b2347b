//! `serve`, `demo` and `migrate`.

use anyhow::Result;
use clap::Args;
use std::io;

use super::{
    Settings, block_on,
    greeting::{greet, introduce},
    tell,
};
use crate::{
    assemble::open_store,
    config::{Config, Layers},
    observe::start_logs,
    serve::{Running, start},
    signals::Signals,
};

/// The flags of `serve`.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Fill an empty database with a small platform, and open the sandbox
    #[arg(long)]
    demo: bool,
    #[command(flatten)]
    settings: Settings,
}

pub(super) fn serve(args: &Serve) -> Result<()> {
    let config = args.settings.load_with(Layers::default(), |layers| {
        if args.demo {
            layers.set("demo.enabled", "true", "from the flag --demo");
        }
    })?;
    run(&config)
}

/// The demo keeps its data apart from those of a server in the same folder.
const DEMO_DATA: &str = "./data/demo";

pub(super) fn demo(settings: &Settings) -> Result<()> {
    let mut base = Layers::default();
    base.set("data", DEMO_DATA, "the default of the demo");
    let config =
        settings.load_with(base, |layers| layers.set("demo.enabled", "true", "from the command demo"))?;
    run(&config)
}

pub(super) fn migrate(config: &Config) -> Result<()> {
    start_logs(&config.log);
    block_on(async {
        let (store, _) = open_store(config).await?;
        store.close().await;
        tell(&mut io::stdout(), "the database is up to date");
        Ok(())
    })
}

fn run(config: &Config) -> Result<()> {
    start_logs(&config.log);
    for variable in &config.strange_variables {
        tracing::warn!(variable, "this variable is no setting");
    }
    block_on(async {
        let mut signals = Signals::listen()?;
        let running = start(config).await?;
        welcome(config, &running);
        signals.come().await?;
        // Whoever asks twice does not want to wait.
        tokio::select! {
            stopped = running.stop() => stopped,
            again = signals.come() => { again?; anyhow::bail!("stopped at once, as told twice") }
        }
    })
}

/// Says where the server is, and in the demo how to come in.
fn welcome(config: &Config, running: &Running) {
    let base = match &config.node.public_url {
        Some(url) => url.0.clone(),
        None => format!("{}://{}", config.scheme(), running.address),
    };
    tracing::info!(address = %running.address, "ready");
    let out = &mut io::stdout();
    greet(out, &base);
    if config.demo.enabled {
        introduce(out, &config.node.data);
    }
}
