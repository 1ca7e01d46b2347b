//! Signals to stop.

use std::io;

/// Listens for SIGTERM and SIGINT; on other systems for Ctrl-C.
pub(crate) struct Signals {
    #[cfg(unix)]
    term: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    /// From now on signals are kept rather than ending the process.
    #[cfg(unix)]
    pub(crate) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { term: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// From now on signals are kept rather than ending the process.
    #[cfg(not(unix))]
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for one.
    #[cfg(unix)]
    pub(crate) async fn come(&mut self) -> io::Result<()> {
        tokio::select! {
            _ = self.term.recv() => Ok(()),
            _ = self.interrupt.recv() => Ok(()),
        }
    }

    /// Waits for one.
    #[cfg(not(unix))]
    pub(crate) async fn come(&mut self) -> io::Result<()> {
        tokio::signal::ctrl_c().await
    }
}
