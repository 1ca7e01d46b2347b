//! The program as a process that can be killed.

use std::{fs::File, net::SocketAddr, path::Path, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::program::kaidian;

/// A running `kaidian serve`.
pub(crate) struct Process {
    /// Where it is.
    pub(crate) base: String,
    child: Child,
}

/// An address that nobody listens on. Every start takes the same one: links that were given stay good.
pub(crate) fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

const LOG: &str = "log";

/// How the program is started.
pub(crate) struct Launch<'a> {
    /// Its data, its log, and the current folder.
    pub(crate) folder: &'a Path,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Its database; none for the embedded one.
    pub(crate) db: Option<&'a str>,
    /// Settings besides, `name=value`.
    pub(crate) settings: &'a [String],
    /// No file may grow beyond so many bytes.
    pub(crate) most_bytes: Option<u64>,
}

impl<'a> Launch<'a> {
    /// Without limits.
    pub(crate) fn new(folder: &'a Path, address: SocketAddr, db: Option<&'a str>) -> Self {
        Self { folder, address, db, settings: &[], most_bytes: None }
    }

    fn command(&self) -> Command {
        let mut command = kaidian(self.folder, &["serve", "--listen", &self.address.to_string()]);
        command.args(SETTINGS).args(db_flag(self.db));
        command.args(self.settings.iter().flat_map(|setting| ["--set", setting]));
        Command::from(match self.most_bytes {
            None => command,
            Some(bytes) => limited(&command, bytes),
        })
    }
}

/// The same command by a shell that limits the size of its files; beyond it a write fails rather than kills.
fn limited(command: &std::process::Command, bytes: u64) -> std::process::Command {
    const BLOCK: u64 = 512;
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", bytes / BLOCK);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &script]).arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        shell.current_dir(folder);
    }
    for (name, _) in command.get_envs() {
        shell.env_remove(name);
    }
    shell
}

fn db_flag(db: Option<&str>) -> Option<String> {
    db.map(|url| format!("--db={url}"))
}

impl Process {
    /// Starts the program, and waits until it serves.
    pub(crate) async fn start(launch: &Launch<'_>) -> Self {
        let folder = launch.folder;
        let log = File::options().create(true).append(true).open(folder.join(LOG)).unwrap();
        let mut command = launch.command();
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
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to stop, and waits for that.
    pub(crate) async fn end(mut self) {
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
pub(crate) fn doctor_finds_nothing(folder: &Path, db: Option<&str>) {
    let mut command = kaidian(folder, &["doctor", "--drain", "--json"]);
    let output = command.args(SETTINGS).args(db_flag(db)).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}{}", String::from_utf8_lossy(&output.stderr));
    let diagnosis: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert!(diagnosis["checks"].as_array().unwrap().len() > 5, "{told}");
}
