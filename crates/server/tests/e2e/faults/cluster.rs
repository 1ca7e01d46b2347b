//! A PostgreSQL server of a test's own, which can be restarted: in a temporary folder, on a free port, under an
//! unprivileged user where root starts it.

use std::{
    net::{Ipv4Addr, TcpListener},
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Command, Output},
};
use tempfile::TempDir;

/// The oldest version whose SQL the store uses.
const OLDEST: u32 = 13;
/// Where Debian keeps the server's programs, in a folder per version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// A running server. It is stopped and removed with the test.
pub(super) struct Cluster {
    /// Its database.
    pub(super) url: String,
    programs: PathBuf,
    folder: TempDir,
    /// The user and group that run it, where root may not.
    user: Option<(u32, u32)>,
}

impl Cluster {
    /// Makes and starts one. Without PostgreSQL on this machine the test fails, and says so.
    pub(super) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let user = (folder.path().metadata().unwrap().uid() == 0).then(unprivileged);
        if let Some((uid, gid)) = user {
            std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
            chown(folder.path(), Some(uid), Some(gid)).unwrap();
        }
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        let cluster = Self { url, programs: programs(), folder, user };
        let data = cluster.data();
        let with = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"];
        done(cluster.command("initdb").args(with).arg("--pgdata").arg(&data));
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\ntimezone = 'UTC'\nport = {port}\n"
        );
        std::fs::write(data.join("postgresql.auto.conf"), settings).unwrap();
        done(cluster.control("start").arg("--log").arg(cluster.folder.path().join("server.log")));
        cluster
    }

    /// Stops and starts it; `mode` is what `pg_ctl` calls the manner of stopping.
    pub(super) async fn restart(&self, mode: &str) {
        let mut command = self.control("restart");
        command.args(["--mode", mode]).arg("--log").arg(self.folder.path().join("server.log"));
        tokio::task::spawn_blocking(move || done(&mut command)).await.unwrap();
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn control(&self, verb: &str) -> Command {
        let mut command = self.command("pg_ctl");
        command.args([verb, "--wait", "--timeout=60", "--silent", "--pgdata"]).arg(self.data());
        command
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir(self.folder.path()).env("LC_ALL", "C");
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let stopped = self.control("stop").args(["--mode", "immediate"]).output();
        if !stopped.is_ok_and(|output| output.status.success()) {
            println!("the PostgreSQL server in {} did not stop", self.folder.path().display());
        }
    }
}

fn done(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", command.get_program().display());
    output
}

/// The folder with the newest server's programs.
fn programs() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions =
        Path::new(VERSIONS).read_dir().into_iter().flatten().flatten().map(|e| e.path().join("bin"));
    let newest =
        std::env::split_paths(&path).chain(versions).filter_map(|folder| Some((version(&folder)?, folder)));
    match newest.max_by_key(|(version, _)| *version) {
        Some((version, folder)) if version >= OLDEST => folder,
        found => panic!(
            "not run: no PostgreSQL server of version {OLDEST} or later (cargo xtask setup): {found:?}"
        ),
    }
}

fn version(folder: &Path) -> Option<u32> {
    if !["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).is_file()) {
        return None;
    }
    let said = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    said.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty())?.parse().ok()
}

/// The system user that root hands the server to.
fn unprivileged() -> (u32, u32) {
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap();
    let account = |name: &str| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    let found = account("postgres").or_else(|| account("nobody"));
    found.unwrap_or_else(|| {
        panic!("root may not run PostgreSQL, and there is neither a user postgres nor nobody")
    })
}
