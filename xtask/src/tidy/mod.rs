//! The house rules that neither the compiler nor clippy knows; `STYLE.md` gives the reasons.
//!
//! Each rule is a function from the [`tree::Tree`] of sources to findings, and has tests with a fixture that makes it
//! fail: a rule nobody saw fail is not a rule. All findings are printed at once.

mod consts;
mod forbidden;
mod length;
mod levels;
mod listed;
mod migrations;
mod names;
mod place;
mod readme;
mod sql;
mod tables;
mod tokens;
mod tree;

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use tree::Tree;

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    rule: &'static str,
    message: String,
}

impl Finding {
    fn new(path: &str, line: usize, rule: &'static str, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, rule, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.message)
    }
}

/// A rule: the whole tree in, what breaks it out.
type Rule = fn(&Tree) -> Vec<Finding>;

const RULES: [Rule; 14] = [
    tree::parse,
    levels::dependencies,
    levels::diagram,
    names::check,
    length::functions,
    length::files,
    place::check,
    tables::check,
    migrations::check,
    listed::constants,
    listed::used,
    listed::prepared,
    forbidden::check,
    readme::check,
];

/// `cargo xtask tidy`.
pub(crate) fn run(root: &Path) -> Result<ExitCode> {
    Ok(if passes(root)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints what is found; true when nothing is.
pub(crate) fn passes(root: &Path) -> Result<bool> {
    let tree = Tree::load(root)?;
    let findings = findings(&tree);
    for finding in &findings {
        println!("{finding}");
    }
    println!("tidy: {} files, {} findings", tree.files.len(), findings.len());
    Ok(findings.is_empty())
}

fn findings(tree: &Tree) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(tree)).collect();
    findings.sort();
    findings.dedup();
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_keeps_the_rules() {
        let findings = findings(&Tree::load(&crate::root()).unwrap());
        let list: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(list.is_empty(), "{} findings:\n{}", list.len(), list.join("\n"));
    }

    #[test]
    fn a_finding_is_a_place_a_rule_and_a_reason() {
        let finding = Finding::new("crates/kernel/src/lib.rs", 7, "names", "say what it is");
        assert_eq!(finding.to_string(), "crates/kernel/src/lib.rs:7: names: say what it is");
    }
}
