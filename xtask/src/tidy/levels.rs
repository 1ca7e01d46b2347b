//! The levels of the house: a crate depends on strictly lower levels, never sideways, never upward.
//!
//! [`LEVELS`] is the only list. It is compared with what cargo sees, and the diagram in `ARCHITECTURE.md` is this
//! list, printed.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::Finding;
use super::tree::Tree;
use crate::run;

const RULE: &str = "levels";

/// One level: crates that do not know each other.
pub(crate) struct Level {
    name: &'static str,
    crates: &'static [&'static str],
}

impl Level {
    /// The names of its crates.
    pub(crate) fn crates(&self) -> &'static [&'static str] {
        self.crates
    }
}

/// All levels, the lowest first. The numbered ones are the rooms.
pub(crate) const LEVELS: [Level; 13] = [
    Level { name: "words", crates: &["kernel"] },
    Level { name: "data", crates: &["store"] },
    Level { name: "http", crates: &["face"] },
    Level { name: "0", crates: &["identity", "ledger", "media", "push"] },
    Level { name: "1", crates: &["shop", "catalog"] },
    Level { name: "2", crates: &["stock", "promo", "logistics"] },
    Level { name: "3", crates: &["pay"] },
    Level { name: "4", crates: &["trade"] },
    Level { name: "5", crates: &["settle"] },
    Level { name: "flows", crates: &["flows"] },
    Level { name: "views", crates: &["views"] },
    Level { name: "outside", crates: &["gateways", "sandbox"] },
    Level { name: "binary", crates: &["server"] },
];

/// Stands beside the house: no crate may use it, and it uses no crate of the house.
const CHORES: &str = "xtask";
/// Crates for tests alone: they know nothing of the house, and any crate's tests may use them.
const TEST_SUPPORT: [&str; 1] = ["wirecheck"];
/// The crates that speak to outside services, real or simulated …
const OUTSIDE: [&str; 2] = ["gateways", "sandbox"];
/// … know of the rooms only those that declare the traits they implement.
const TRAIT_ROOMS: [&str; 4] = ["pay", "logistics", "push", "media"];

const DIAGRAM: &str = "ARCHITECTURE.md";
const FENCE: &str = "```text levels";

/// A crate of the workspace, as `cargo metadata` describes it.
#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    #[serde(rename = "manifest_path")]
    pub(crate) manifest: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `dev` and `build`; absent for an ordinary one.
    kind: Option<String>,
    /// Present for crates of the workspace.
    path: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

impl Package {
    /// Asks cargo for the workspace's crates.
    pub(crate) fn load(root: &Path) -> Result<Vec<Self>> {
        let mut cargo = run::cargo();
        cargo.args(["metadata", "--no-deps", "--format-version=1"]).current_dir(root);
        let output = cargo.output().context("running cargo metadata")?;
        if !output.status.success() {
            bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let metadata: Metadata = serde_json::from_slice(&output.stdout).context("reading cargo metadata")?;
        let relative = |mut package: Self| {
            let manifest = Path::new(&package.manifest);
            let manifest = manifest.strip_prefix(root).unwrap_or(manifest);
            package.manifest = manifest.to_string_lossy().replace('\\', "/");
            package
        };
        Ok(metadata.packages.into_iter().map(relative).collect())
    }

    /// A crate that depends on the named ones (`dev:name` for tests only).
    #[cfg(test)]
    pub(crate) fn fixture(name: &str, dependencies: &[&str]) -> Self {
        let dependency = |said: &&str| Dependency {
            name: said.trim_start_matches("dev:").to_owned(),
            kind: said.starts_with("dev:").then(|| "dev".to_owned()),
            path: Some("…".to_owned()),
        };
        Self {
            name: name.to_owned(),
            manifest: format!("crates/{name}/Cargo.toml"),
            dependencies: dependencies.iter().map(dependency).collect(),
        }
    }
}

/// The level of a crate, counted from the lowest.
pub(crate) fn level_of(name: &str) -> Option<usize> {
    LEVELS.iter().position(|level| level.crates.contains(&name))
}

fn stands_beside(name: &str) -> bool {
    name == CHORES || TEST_SUPPORT.contains(&name)
}

/// Crates that the list does not know, listed crates that do not exist, and dependencies that do not point down.
pub(crate) fn dependencies(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for package in &tree.packages {
        if level_of(&package.name).is_none() && !stands_beside(&package.name) {
            let message = format!("the crate {} has no level: add it to LEVELS in xtask", package.name);
            found.push(Finding::new(&package.manifest, 1, RULE, message));
        }
        let inside = package.dependencies.iter().filter(|dependency| dependency.path.is_some());
        for dependency in inside {
            if let Some(reason) = refusal(&package.name, dependency) {
                let line = line_of(tree, &package.manifest, &dependency.name);
                found.push(Finding::new(&package.manifest, line, RULE, reason));
            }
        }
    }
    found.extend(absent(tree));
    found
}

/// Why a crate may not have this dependency.
fn refusal(name: &str, dependency: &Dependency) -> Option<String> {
    let other = dependency.name.as_str();
    if name == other && dependency.kind.as_deref() == Some("dev") {
        return None; // its own test kit, a feature
    }
    if TEST_SUPPORT.contains(&other) && dependency.kind.as_deref() != Some("dev") {
        return Some(format!("{name} depends on {other}, which is for tests: a dev-dependency"));
    }
    let (Some(own), Some(below)) = (level_of(name), level_of(other)) else {
        let beside = [name, other].into_iter().find(|one| stands_beside(one));
        let beside = beside.filter(|_| !TEST_SUPPORT.contains(&other));
        return beside.map(|one| format!("{name} depends on {other}, but {one} stands beside the house"));
    };
    if below >= own {
        let way = if below == own { "sideways" } else { "upward" };
        return Some(format!("{name} depends on {other}, which points {way}; only strictly lower levels"));
    }
    let open = ["words", "data", "http"].contains(&LEVELS[below].name) || TRAIT_ROOMS.contains(&other);
    // Tests may stand on the tables below.
    let closed = OUTSIDE.contains(&name) && !open && dependency.kind.as_deref() != Some("dev");
    closed.then(|| {
        format!("{name} depends on {other}, but implements only traits of {}", TRAIT_ROOMS.join(", "))
    })
}

fn absent(tree: &Tree) -> Vec<Finding> {
    let listed = LEVELS.iter().flat_map(Level::crates);
    let absent = listed.filter(|name| tree.packages.iter().all(|package| package.name != **name));
    let finding = |name: &&str| {
        let message = format!("LEVELS lists {name}, which is no crate of the workspace");
        Finding::new("xtask/src/tidy/levels.rs", 1, RULE, message)
    };
    // A fixture without crates is about another rule.
    absent.filter(|_| !tree.packages.is_empty()).map(finding).collect()
}

fn line_of(tree: &Tree, manifest: &str, dependency: &str) -> usize {
    let text = tree.file(manifest).map_or("", |file| &file.text);
    let names =
        |line: &str| line.strip_prefix(dependency).is_some_and(|rest| rest.starts_with(['.', ' ', '=']));
    text.lines().position(names).map_or(1, |index| index + 1)
}

/// Compares the diagram with the list.
pub(crate) fn diagram(tree: &Tree) -> Vec<Finding> {
    let Some(file) = tree.file(DIAGRAM) else { return Vec::new() };
    let Some(start) = file.text.lines().position(|line| line.trim_end() == FENCE) else {
        let message = format!("no block {FENCE} with this text:\n{}", expected());
        return vec![Finding::new(DIAGRAM, 1, RULE, message)];
    };
    let drawn = file.text.lines().skip(start + 1).take_while(|line| !line.starts_with("```"));
    let drawn: Vec<String> = drawn.map(words).filter(|line| !line.is_empty()).collect();
    let expected_lines: Vec<String> = expected().lines().map(words).collect();
    if drawn == expected_lines {
        return Vec::new();
    }
    let message = format!("the diagram differs from LEVELS in xtask; it should be:\n{}", expected());
    vec![Finding::new(DIAGRAM, start + 1, RULE, message)]
}

/// The diagram's text: the lowest level first, its name and its crates.
fn expected() -> String {
    let line = |level: &Level| format!("{:<9} {}", level.name, level.crates.join(" "));
    LEVELS.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn words(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every listed crate without dependencies, then the given ones in their place.
    fn found(packages: Vec<Package>) -> Vec<String> {
        let mut tree = Tree::fixture(&[(
            "crates/pay/Cargo.toml",
            "[dependencies]\nshop.workspace = true\n\
            trade.workspace = true\n",
        )]);
        let all = LEVELS.iter().flat_map(Level::crates).map(|name| Package::fixture(name, &[]));
        let given: Vec<String> = packages.iter().map(|package| package.name.clone()).collect();
        tree.packages = all.filter(|package| !given.contains(&package.name)).chain(packages).collect();
        dependencies(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_dependency_upward_or_sideways_is_found_at_its_line() {
        let up = found(vec![Package::fixture("pay", &["shop", "trade"])]);
        assert_eq!(up.len(), 1);
        assert!(
            up[0].starts_with("crates/pay/Cargo.toml:3: levels: pay depends on trade, which points upward")
        );
        let sideways = found(vec![Package::fixture("stock", &["dev:promo"])]);
        assert!(sideways[0].contains("points sideways"), "{sideways:?}");
    }

    #[test]
    fn a_crate_may_use_its_own_test_kit_and_lower_levels() {
        assert!(found(vec![Package::fixture("store", &["kernel", "dev:store"])]).is_empty());
        assert_eq!(found(vec![Package::fixture("store", &["store"])]).len(), 1);
    }

    #[test]
    fn unknown_and_absent_crates_are_found() {
        let unknown = found(vec![Package::fixture("gossip", &[])]);
        assert!(unknown[0].contains("gossip has no level"), "{unknown:?}");
        let mut tree = Tree::fixture(&[]);
        tree.packages.push(Package::fixture("kernel", &[]));
        assert!(dependencies(&tree).iter().any(|f| f.message.contains("LEVELS lists store")));
    }

    #[test]
    fn the_outside_knows_only_rooms_that_declare_traits() {
        assert!(found(vec![Package::fixture("gateways", &["kernel", "face", "pay", "push"])]).is_empty());
        let closed = found(vec![Package::fixture("sandbox", &["pay", "trade", "flows"])]);
        assert_eq!(closed.len(), 2, "{closed:?}");
    }

    #[test]
    fn the_chores_stand_beside_the_house() {
        assert_eq!(found(vec![Package::fixture("xtask", &["kernel"])]).len(), 1);
        assert_eq!(found(vec![Package::fixture("server", &["xtask"])]).len(), 1);
    }

    #[test]
    fn test_support_is_for_tests_and_knows_nothing_of_the_house() {
        assert!(found(vec![Package::fixture("face", &["dev:wirecheck"])]).is_empty());
        assert_eq!(found(vec![Package::fixture("face", &["wirecheck"])]).len(), 1);
        assert_eq!(found(vec![Package::fixture("wirecheck", &["kernel"])]).len(), 1);
    }

    #[test]
    fn the_diagram_is_the_list() {
        let right = format!("# House\n\n{FENCE}\n{}\n```\n", expected());
        assert!(diagram(&Tree::fixture(&[(DIAGRAM, &right)])).is_empty());
        let wrong = right.replace("shop catalog", "shop");
        assert_eq!(diagram(&Tree::fixture(&[(DIAGRAM, &wrong)]))[0].line, 3);
        assert_eq!(diagram(&Tree::fixture(&[(DIAGRAM, "# House")])).len(), 1);
        assert!(diagram(&Tree::fixture(&[])).is_empty());
    }
}
