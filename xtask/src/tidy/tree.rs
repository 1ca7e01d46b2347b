//! The sources that the rules look at.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Finding;
use super::levels::Package;
use super::tokens::{self, Token, follows};

/// Folders of the workspace that hold the house's own sources.
const ROOTS: [&str; 2] = ["crates", "xtask"];
const SKIPPED: [&str; 3] = ["target", "node_modules", ".git"];
/// Files outside those folders that a rule reads.
const SINGLE: [&str; 1] = ["ARCHITECTURE.md"];

/// Every file a rule may look at, and the crates as cargo sees them.
pub(crate) struct Tree {
    pub(crate) files: Vec<SourceFile>,
    pub(crate) packages: Vec<Package>,
}

/// One text file.
pub(crate) struct SourceFile {
    /// From the workspace's folder, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
    /// For Rust files; empty when the file is not Rust after all (a finding of its own).
    pub(crate) tokens: Vec<Token>,
    broken: Option<(usize, String)>,
}

impl Tree {
    /// Reads the workspace.
    pub(crate) fn load(root: &Path) -> Result<Self> {
        let mut texts = Vec::new();
        for folder in ROOTS {
            collect(root, &root.join(folder), &mut texts)?;
        }
        for name in SINGLE {
            if let Ok(text) = fs::read_to_string(root.join(name)) {
                texts.push((name.to_owned(), text));
            }
        }
        texts.sort();
        Ok(Self::new(texts, Package::load(root)?))
    }

    fn new(texts: Vec<(String, String)>, packages: Vec<Package>) -> Self {
        let mut files: Vec<SourceFile> =
            texts.into_iter().map(|(path, text)| SourceFile::new(path, text)).collect();
        mark_test_modules(&mut files);
        Self { files, packages }
    }

    /// A tree of the given files, for the tests of rules.
    #[cfg(test)]
    pub(crate) fn fixture(texts: &[(&str, &str)]) -> Self {
        Self::new(texts.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect(), Vec::new())
    }

    /// The Rust files.
    pub(crate) fn rust(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(|file| file.is_rust())
    }

    /// The file at this path.
    pub(crate) fn file(&self, path: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The names of the rooms' folders, in order.
    pub(crate) fn rooms(&self) -> Vec<&str> {
        let mut rooms: Vec<&str> = self.files.iter().filter_map(SourceFile::room).collect();
        rooms.dedup();
        rooms
    }

    /// The files under a room's `src`.
    pub(crate) fn sources_of<'a>(&'a self, room: &'a str) -> impl Iterator<Item = &'a SourceFile> {
        self.rust().filter(move |file| file.room() == Some(room) && file.path.contains("/src/"))
    }
}

impl SourceFile {
    fn new(path: String, text: String) -> Self {
        let mut file = Self { path, text, tokens: Vec::new(), broken: None };
        if file.is_rust() {
            let test = ["/tests/", "/benches/", "/examples/"].iter().any(|folder| file.path.contains(folder));
            match tokens::read(&file.text, test) {
                Ok(tokens) => file.tokens = tokens,
                Err(broken) => file.broken = Some(broken),
            }
        }
        file
    }

    fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|end| end == "rs")
    }

    /// The room whose folder holds this file.
    pub(crate) fn room(&self) -> Option<&str> {
        self.path.strip_prefix("crates/rooms/")?.split_once('/').map(|(room, _)| room)
    }

    /// Whether this is where a room keeps its statements: `sql.rs` or a file of the folder `sql`.
    pub(crate) fn is_room_sql(&self) -> bool {
        let inside =
            self.room().and_then(|room| self.path.strip_prefix(&format!("crates/rooms/{room}/src/")));
        inside.is_some_and(|path| path == "sql.rs" || path.starts_with("sql/"))
    }

    /// The text of a line, counted from 1.
    pub(crate) fn line(&self, number: usize) -> &str {
        self.text.lines().nth(number.saturating_sub(1)).unwrap_or_default()
    }
}

/// The rule that every Rust file can be read.
pub(crate) fn parse(tree: &Tree) -> Vec<Finding> {
    let broken = tree.files.iter().filter_map(|file| file.broken.as_ref().map(|broken| (file, broken)));
    broken.map(|(file, (line, error))| Finding::new(&file.path, *line, "parse", error.clone())).collect()
}

fn collect(root: &Path, folder: &Path, texts: &mut Vec<(String, String)>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !SKIPPED.contains(&name.as_str()) {
                collect(root, &path, texts)?;
            }
            continue;
        }
        let wanted = [".rs", ".sql", ".toml", "README.md", ".txt"].iter().any(|end| name.ends_with(end));
        if wanted {
            let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            texts.push((path.strip_prefix(root)?.to_string_lossy().replace('\\', "/"), text));
        }
    }
    Ok(())
}

/// Marks files that a parent declares as `#[cfg(test)] mod name;`, with everything below them; and `…_tests.rs`, which
/// a parent declares by `#[path]`.
fn mark_test_modules(files: &mut [SourceFile]) {
    let mut stems: HashSet<String> = HashSet::new();
    for file in files.iter() {
        let declared =
            file.tokens.iter().enumerate().filter(|(i, token)| {
                token.test && token.is_ident("mod") && follows(&file.tokens, i + 2, &[";"])
            });
        let folder = module_folder(&file.path);
        stems
            .extend(declared.filter_map(|(i, _)| Some(format!("{folder}/{}", file.tokens.get(i + 1)?.text))));
    }
    for file in files.iter_mut() {
        let below = stems.iter().any(|stem| {
            file.path.strip_prefix(stem.as_str()).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        });
        if below || file.path.ends_with("_tests.rs") {
            file.tokens.iter_mut().for_each(|token| token.test = true);
        }
    }
}

/// Where the modules that a file declares are looked for.
fn module_folder(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        _ => path.trim_end_matches(".rs").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_declared_for_tests_is_test_code_with_its_folder() {
        let tree = Tree::fixture(&[
            ("crates/rooms/gift/src/lib.rs", "mod sql;\n#[cfg(test)]\nmod sql_tests;"),
            ("crates/rooms/gift/src/sql_tests.rs", "mod deep; fn a() {}"),
            ("crates/rooms/gift/src/sql_tests/deep.rs", "fn b() {}"),
            ("crates/rooms/gift/src/sql.rs", "fn c() {}"),
        ]);
        let is_test = |file: &SourceFile| file.tokens.iter().all(|token| token.test);
        let test: Vec<bool> = tree.files.iter().map(is_test).collect();
        assert_eq!(test, [false, true, true, false]);
    }

    #[test]
    fn statements_live_in_one_file_or_one_folder() {
        let tree = Tree::fixture(&[
            ("crates/rooms/gift/src/sql.rs", ""),
            ("crates/rooms/gift/src/sql/order.rs", ""),
            ("crates/rooms/gift/src/mysql.rs", ""),
        ]);
        let sql: Vec<bool> = tree.files.iter().map(SourceFile::is_room_sql).collect();
        assert_eq!(sql, [true, true, false]);
    }

    #[test]
    fn a_file_that_is_not_rust_is_found() {
        let found = parse(&Tree::fixture(&[("crates/kernel/src/lib.rs", "fn a() {\n")]));
        assert_eq!(found[0].rule, "parse");
    }
}
