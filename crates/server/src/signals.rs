//! Signals to stop.

use anyhow::Result;

/// Waits for SIGTERM or SIGINT.
#[cfg(unix)]
pub(crate) async fn told_to_stop() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub(crate) async fn told_to_stop() -> Result<()> {
    Ok(tokio::signal::ctrl_c().await?)
}
