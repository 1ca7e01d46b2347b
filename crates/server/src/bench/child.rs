//! The program itself, as a process of its own.

use anyhow::{Context, Result};
use std::{
    net::SocketAddr,
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use super::{
    connection::{Connection, get},
    ground::Ground,
};

/// Longer than any start takes.
const STARTS_WITHIN: Duration = Duration::from_mins(1);

/// A running `kaidian serve`. It is killed when it is dropped.
pub(super) struct Served {
    child: Child,
    pub(super) address: SocketAddr,
    /// From its start until it said that it was ready, in ms.
    pub(super) ready_ms: f64,
}

/// What every server is told: nobody is refused for asking often.
const SETTINGS: [&str; 4] = [
    "--listen=127.0.0.1:0",
    "--log-level=error",
    "--set=limits.ip_per_second=0",
    "--set=limits.credential_per_second=0",
];

impl Served {
    /// Starts it on an embedded database, with the sandbox open or not.
    pub(super) async fn start(ground: &Ground, sandbox: bool) -> Result<Self> {
        let program = std::env::current_exe().context("where this program lies is not known")?;
        let mut command = Command::new(program);
        command.arg("serve").args(SETTINGS).arg("--data").arg(&ground.folder);
        if sandbox {
            command.arg("--set=demo.enabled=true");
        }
        // Nobody else's settings: no variables, and no file in the folder that it works in.
        for (name, _) in std::env::vars_os().filter(|(n, _)| n.to_string_lossy().starts_with("KAIDIAN_")) {
            command.env_remove(name);
        }
        command.current_dir(&ground.folder).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let started = Instant::now();
        let mut child = command.spawn().context("the program can't be started")?;
        let address =
            timeout(STARTS_WITHIN, ready(&mut child)).await.context("the server takes too long")??;
        Ok(Self { child, address, ready_ms: started.elapsed().as_secs_f64() * 1000.0 })
    }

    /// Memory that it holds now, and the most that it ever held, in MB; `None` where the system does not tell.
    pub(super) fn memory(&self) -> Option<(f64, f64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        Some((megabytes(&status, "VmRSS:")?, megabytes(&status, "VmHWM:")?))
    }

    /// Kills it, so that what it had not acknowledged may be lost and nothing else.
    pub(super) async fn kill(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }
}

/// Where it listens, once `/readyz` answers there.
async fn ready(child: &mut Child) -> Result<SocketAddr> {
    let out = child.stdout.take().context("its output is read")?;
    let mut lines = BufReader::new(out).lines();
    let address = loop {
        let line = lines.next_line().await?.context("the server ended instead of starting")?;
        if let Some(url) = line.strip_prefix("Kaidian is at http://") {
            break url.trim().parse()?;
        }
    };
    // Whatever else it says must find a reader.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Connection::open(address).await?.ask(&get("/readyz", &[])).await?;
    Ok(address)
}

/// The kernel's kB are 1,024 bytes; these MB are a million.
fn megabytes(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? * 1024.0 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_in_megabytes() {
        let status = "Name:\tkaidian\nVmHWM:\t  250000 kB\nVmRSS:\t   62500 kB\n";
        assert_eq!(megabytes(status, "VmRSS:"), Some(64.0));
        assert_eq!(megabytes(status, "VmHWM:"), Some(256.0));
        assert_eq!(megabytes(status, "VmSwap:"), None);
    }
}
