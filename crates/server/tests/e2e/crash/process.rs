//! The program as a process that can be killed.

use std::{fs::File, net::SocketAddr, path::Path, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::program::kaidian;

/// A running `kaidian serve`.
pub(super) struct Process {
    /// Where it is.
    pub(super) base: String,
    child: Child,
}

/// An address that nobody listens on. Every start takes the same one: links that were given stay good.
pub(super) fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

const LOG: &str = "log";

impl Process {
    /// Starts the program on the database in `folder`, and waits until it serves.
    pub(super) async fn start(folder: &Path, address: SocketAddr) -> Self {
        let mut command = kaidian(folder, &["serve", "--listen", &address.to_string()]);
        command.args(SETTINGS);
        let log = File::options().create(true).append(true).open(folder.join(LOG)).unwrap();
        let mut command = Command::from(command);
        let mut child = command.stdout(Stdio::piped()).stderr(log).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut base = None;
        // Its greeting ends with this line.
        while let Some(line) = lines.next_line().await.unwrap() {
            base = base.or_else(|| line.strip_prefix("Kaidian is at ").map(|at| at.trim().to_owned()));
            if line.contains("API for programs") {
                break;
            }
        }
        let told = || std::fs::read_to_string(folder.join(LOG)).unwrap_or_default();
        Self { base: base.unwrap_or_else(|| panic!("it doesn't start: {}", told())), child }
    }

    /// SIGKILL.
    pub(super) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to stop, and waits for that.
    pub(super) async fn end(mut self) {
        let id = self.child.id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.child.wait().await.unwrap().success());
    }
}

/// What every command is told: its folder is the current one.
const SETTINGS: &[&str] = &[
    "--data=data",
    "--log-level=warn",
    "--set=demo.enabled=true",
    "--set=limits.ip_per_second=0",
    "--set=limits.credential_per_second=0",
];

/// `kaidian doctor` finds no contradiction and nothing left to do.
pub(super) fn doctor_finds_nothing(folder: &Path) {
    let output = kaidian(folder, &["doctor", "--drain", "--json"]).args(SETTINGS).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}{}", String::from_utf8_lossy(&output.stderr));
    let diagnosis: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert!(diagnosis["checks"].as_array().unwrap().len() > 5, "{told}");
}
