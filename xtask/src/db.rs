//! A throw-away PostgreSQL: a private cluster in a temporary folder, on a free loopback port, gone afterwards.
//!
//! Durability stays on (`fsync`), so that tests meet the same waits and the same commit order as production. The
//! server refuses to run as root; started by root it therefore runs as an unprivileged system user.
//!
//! Whoever starts a cluster holds a lock on a file in its folder. A process that was killed could not clean up, but
//! its lock is gone: the next start sweeps what such processes left.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::{pg, run};

/// The variable in which tests find the cluster's address.
pub(crate) const VARIABLE: &str = "KAIDIAN_TEST_PG";

const PREFIX: &str = "kaidian-pg-";
const LOCK: &str = "owner.lock";
const DATA: &str = "data";
/// A port that was free a moment ago may be taken when the server starts.
const ATTEMPTS: u32 = 5;
const SETTINGS: &str = "\
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 256MB
fsync = on
synchronous_commit = on
timezone = 'UTC'
";

/// A running server.
pub(crate) struct Cluster {
    /// The address of the superuser's database.
    pub(crate) url: String,
    /// The server's major version.
    pub(crate) major: u32,
    _home: Home,
}

/// The cluster's folder and how to act on it; on drop the server is stopped and the folder removed.
struct Home {
    folder: PathBuf,
    binaries: pg::Binaries,
    user: Option<User>,
    _lock: File,
}

/// The unprivileged system user that root hands the server to.
#[derive(Clone, Copy, Debug, PartialEq)]
struct User {
    uid: u32,
    gid: u32,
}

impl Cluster {
    /// Creates and starts a cluster; takes a few seconds.
    pub(crate) fn start() -> Result<Self> {
        sweep();
        let home = Home::create()?;
        home.init()?;
        let mut last = None;
        for _ in 0..ATTEMPTS {
            match home.boot() {
                Ok(port) => {
                    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
                    let major = home.binaries.major;
                    return Ok(Self { url, major, _home: home });
                }
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| anyhow::anyhow!("the PostgreSQL server did not start")))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            println!("xtask: the throw-away PostgreSQL did not stop cleanly: {error:#}");
        }
    }
}

impl Home {
    fn create() -> Result<Self> {
        let binaries = pg::Binaries::find()?;
        // The folder gets its name once its lock is held: a sweep never meets it without.
        let unnamed = std::env::temp_dir().join(format!("new-{PREFIX}{}", std::process::id()));
        fs::DirBuilder::new().mode(0o755).create(&unnamed).with_context(|| creating(&unnamed))?;
        let lock = File::create(unnamed.join(LOCK))?;
        lock.lock()?;
        let folder = std::env::temp_dir().join(format!("{PREFIX}{}", std::process::id()));
        fs::rename(&unnamed, &folder).with_context(|| creating(&folder))?;
        let user = if folder.metadata()?.uid() == 0 { Some(unprivileged()?) } else { None };
        if let Some(user) = user {
            chown(&folder, Some(user.uid), Some(user.gid))?;
        }
        Ok(Self { folder, binaries, user, _lock: lock })
    }

    fn init(&self) -> Result<()> {
        let mut initdb = self.command("initdb");
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        checked(initdb.arg("--pgdata").arg(self.folder.join(DATA)))
            .with_context(|| format!("the server's user needs to enter {}", self.folder.display()))
    }

    /// Starts the server on a port that is free now.
    fn boot(&self) -> Result<u16> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let settings = format!("{SETTINGS}port = {port}\n");
        fs::write(self.folder.join(DATA).join("postgresql.auto.conf"), settings)?;
        let log = self.folder.join("server.log");
        let mut start = self.command("pg_ctl");
        start.args(["start", "--wait", "--timeout=60", "--silent"]);
        start.arg("--pgdata").arg(self.folder.join(DATA)).arg("--log").arg(&log);
        let said = || fs::read_to_string(&log).unwrap_or_default();
        checked(&mut start).with_context(|| format!("the server's log:\n{}", said()))?;
        Ok(port)
    }

    fn stop(&self) -> Result<()> {
        let data = self.folder.join(DATA);
        let mut stopped = Ok(());
        if data.join("postmaster.pid").exists() {
            let mut stop = self.command("pg_ctl");
            stop.args(["stop", "--wait", "--mode=immediate", "--silent"]);
            stopped = checked(stop.arg("--pgdata").arg(data));
        }
        fs::remove_dir_all(&self.folder).with_context(|| format!("removing {}", self.folder.display()))?;
        stopped
    }

    /// One of the server's programs, as the user who may run it.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.program(program));
        command.current_dir(&self.folder).env("LC_ALL", "C");
        if let Some(user) = self.user {
            command.uid(user.uid).gid(user.gid);
        }
        command
    }
}

/// `cargo xtask db`: a command beside a cluster, or a cluster alone until Ctrl-C.
pub(crate) fn run(command: &[String]) -> Result<ExitCode> {
    let stop = run::Stop::listen()?;
    let cluster = Cluster::start()?;
    let Some((program, arguments)) = command.split_first() else {
        println!("{}", cluster.url);
        stop.wait();
        return Ok(ExitCode::SUCCESS);
    };
    let mut command = Command::new(program);
    let outcome = run::until_done(command.args(arguments).env(VARIABLE, &cluster.url), &stop)?;
    Ok(ExitCode::from(outcome))
}

/// Removes clusters whose starter was killed.
fn sweep() {
    let Ok(entries) = std::env::temp_dir().read_dir() else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) {
            // What cannot be swept belongs to another user or is in use: it does not hinder this start.
            let _ = sweep_one(&entry.path());
        }
    }
}

fn sweep_one(folder: &Path) -> Result<()> {
    let lock = File::open(folder.join(LOCK))?;
    lock.try_lock()?; // refused while its starter lives
    let binaries = pg::Binaries::find()?;
    let owner = folder.metadata()?;
    let own = fs::metadata("/proc/self")?.uid();
    if own != 0 && own != owner.uid() {
        return Ok(()); // somebody else's, theirs to sweep
    }
    let user = (own == 0).then_some(User { uid: owner.uid(), gid: owner.gid() });
    drop(Home { folder: folder.to_path_buf(), binaries, user, _lock: lock });
    Ok(())
}

/// The system user for the server when root starts it.
fn unprivileged() -> Result<User> {
    let accounts = fs::read_to_string("/etc/passwd").context("reading /etc/passwd")?;
    let found = ["postgres", "nobody"].iter().find_map(|name| account(&accounts, name));
    found.context("root may not run PostgreSQL, and there is neither a user postgres nor nobody")
}

fn account(accounts: &str, name: &str) -> Option<User> {
    let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    let uid = fields.next()?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(User { uid, gid })
}

/// Runs a program quietly; what it said is the error when it fails.
fn checked(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("starting {}", command.get_program().display()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{}: {}", command.get_program().display(), said.trim());
    }
    Ok(())
}

fn creating(folder: &Path) -> String {
    format!("creating {}", folder.display())
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::{Cluster, PREFIX, User, account};

    #[test]
    fn a_cluster_listens_and_leaves_nothing_behind() {
        let cluster = Cluster::start().unwrap();
        let address =
            cluster.url.split('@').nth(1).and_then(|rest| rest.split('/').next()).unwrap().to_owned();
        let folder = std::env::temp_dir().join(format!("{PREFIX}{}", std::process::id()));
        assert!(folder.exists());
        TcpStream::connect(&address).unwrap();
        drop(cluster);
        TcpStream::connect(&address).unwrap_err();
        assert!(!folder.exists());
    }

    #[test]
    fn accounts_are_found_by_their_whole_name() {
        let accounts =
            "postgres2:x:7:8::/:/bin/sh\npostgres:x:101:104:PostgreSQL:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(account(accounts, "postgres"), Some(User { uid: 101, gid: 104 }));
        assert_eq!(account(accounts, "nobody"), None);
    }
}
