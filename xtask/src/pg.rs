//! Finds the PostgreSQL server's programs.
//!
//! Debian keeps `initdb` and `pg_ctl` off the PATH, in a folder per version; other systems put them anywhere.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The oldest major version whose SQL the store uses.
pub(crate) const OLDEST: u32 = 13;

/// Where each version has its own `bin` folder, on Debian and on Red Hat's packages.
const VERSIONED: [&str; 2] = ["/usr/lib/postgresql", "/usr"];

/// A folder that holds `initdb`, `pg_ctl` and `postgres`.
#[derive(Debug)]
pub(crate) struct Binaries {
    folder: PathBuf,
    /// The major version.
    pub(crate) major: u32,
}

impl Binaries {
    /// The newest server on this machine that is new enough.
    pub(crate) fn find() -> Result<Self> {
        let found = folders().into_iter().filter_map(Self::open);
        match found.max_by_key(|binaries| binaries.major) {
            Some(binaries) if binaries.major >= OLDEST => Ok(binaries),
            Some(old) => bail!("PostgreSQL {} is too old, {OLDEST} or later is needed", old.major),
            None => {
                bail!("no PostgreSQL server (initdb, pg_ctl, postgres) on this machine: cargo xtask setup")
            }
        }
    }

    fn open(folder: PathBuf) -> Option<Self> {
        let complete = ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).is_file());
        if !complete {
            return None;
        }
        let said = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
        let major = major(&String::from_utf8_lossy(&said.stdout))?;
        Some(Self { folder, major })
    }

    /// The full path of one of the programs.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// The first number in what `postgres --version` says.
fn major(version: &str) -> Option<u32> {
    let digits = version.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty())?;
    digits.parse().ok()
}

/// Every folder worth looking into: the PATH, the versioned ones, and `/usr/local/bin`.
fn folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.push(PathBuf::from("/usr/local/bin"));
    for parent in VERSIONED {
        folders.extend(versioned(Path::new(parent)).unwrap_or_default());
    }
    folders
}

fn versioned(parent: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in parent.read_dir().context("reading a folder of versions")? {
        let name = entry?.file_name();
        let is_version = name.to_string_lossy().trim_start_matches("pgsql-").parse::<u32>().is_ok();
        if is_version {
            folders.push(parent.join(name).join("bin"));
        }
    }
    Ok(folders)
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn major_versions_are_read_as_distributions_print_them() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta2"), Some(18));
        assert_eq!(major("postgres"), None);
    }
}
