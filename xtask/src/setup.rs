//! Installs what the tests need, or says in one line what is missing.
//!
//! As root on Debian and its relatives the system's packages are installed with `apt-get`; anywhere else nothing of
//! the system is touched. Cargo's own additions go where cargo keeps them, whoever runs this.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Result, bail};

use crate::{pg, run};

/// Something the tests need.
struct Need {
    what: &'static str,
    found: fn() -> bool,
    from: Source,
}

/// Where a need is installed from.
enum Source {
    /// A Debian package.
    Debian(&'static str),
    /// A component of the Rust toolchain.
    Component(&'static str),
    /// A program published as a crate.
    Crate(&'static str),
}

const NEEDS: [Need; 7] = [
    Need {
        what: "PostgreSQL 13 or later",
        found: || pg::Binaries::find().is_ok(),
        from: Source::Debian("postgresql"),
    },
    Need { what: "node", found: || on_path("node"), from: Source::Debian("nodejs") },
    Need { what: "npm", found: || on_path("npm"), from: Source::Debian("npm") },
    Need { what: "a C compiler", found: || on_path("cc"), from: Source::Debian("build-essential") },
    Need { what: "rustfmt", found: || cargo_knows("fmt"), from: Source::Component("rustfmt") },
    Need { what: "clippy", found: || cargo_knows("clippy"), from: Source::Component("clippy") },
    Need { what: "cargo-nextest", found: || cargo_knows("nextest"), from: Source::Crate("cargo-nextest") },
];

/// `cargo xtask setup`.
pub(crate) fn run() -> Result<ExitCode> {
    ensure()?;
    println!("setup: everything the tests need is here");
    Ok(ExitCode::SUCCESS)
}

/// Installs what is missing and can be installed; an error names the rest.
pub(crate) fn ensure() -> Result<()> {
    let missing = missing();
    let packages: Vec<&str> = missing.iter().filter_map(|need| need.debian()).collect();
    if !packages.is_empty() && is_root() && on_path("apt-get") {
        install_packages(&packages);
    }
    for need in &missing {
        match need.from {
            Source::Component(name) if on_path("rustup") => {
                attempt(Command::new("rustup").args(["component", "add", name]));
            }
            Source::Crate(name) => attempt(run::cargo().args(["install", name, "--locked"])),
            Source::Component(_) | Source::Debian(_) => {}
        }
    }
    complain(&self::missing())
}

impl Need {
    fn debian(&self) -> Option<&'static str> {
        match self.from {
            Source::Debian(package) => Some(package),
            Source::Component(_) | Source::Crate(_) => None,
        }
    }

    fn advice(&self) -> String {
        match self.from {
            Source::Debian(package) => format!("{} (apt-get install {package})", self.what),
            Source::Component(name) => format!("{} (rustup component add {name})", self.what),
            Source::Crate(name) => format!("{} (cargo install {name} --locked)", self.what),
        }
    }
}

fn missing() -> Vec<&'static Need> {
    NEEDS.iter().filter(|need| !(need.found)()).collect()
}

fn complain(missing: &[&Need]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let advice: Vec<String> = missing.iter().map(|need| need.advice()).collect();
    bail!("missing: {}", advice.join(", "))
}

fn install_packages(packages: &[&str]) {
    // A stale list of packages is refreshed first; when that fails the install may still succeed from a cache.
    attempt(apt().args(["update", "-q"]));
    attempt(apt().args(["install", "-q", "-y", "--no-install-recommends"]).args(packages));
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// Runs an installer; whether it helped is seen by looking again, so a failure is only mentioned.
fn attempt(command: &mut Command) {
    let program = command.get_program().to_os_string();
    match command.status() {
        Ok(status) if status.success() => {}
        Ok(status) => println!("setup: {} ended with {status}", program.display()),
        Err(error) => println!("setup: {}: {error}", program.display()),
    }
}

/// Whether cargo has this subcommand.
pub(crate) fn cargo_knows(subcommand: &str) -> bool {
    run::cargo().args([subcommand, "--version"]).output().is_ok_and(|output| output.status.success())
}

fn is_root() -> bool {
    let user = Command::new("id").arg("-u").output();
    user.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder: PathBuf| folder.join(program)).any(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::{Need, Source, complain};

    #[test]
    fn what_is_missing_is_named_in_one_line_with_the_way_to_get_it() {
        let node = Need { what: "node", found: || false, from: Source::Debian("nodejs") };
        let nextest = Need { what: "nextest", found: || false, from: Source::Crate("cargo-nextest") };
        let said = complain(&[&node, &nextest]).unwrap_err().to_string();
        assert_eq!(
            said,
            "missing: node (apt-get install nodejs), nextest (cargo install cargo-nextest --locked)"
        );
    }

    #[test]
    fn nothing_missing_is_no_error() {
        complain(&[]).unwrap();
    }
}
