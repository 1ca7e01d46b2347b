//! The sources of all crates, for tests that hold pages of the book against them.

use std::{
    fs,
    path::{Path, PathBuf},
};
use syn::Attribute;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every source but those of tests: its path from the root, and its syntax.
pub(crate) fn all() -> Vec<(String, syn::File)> {
    let mut files = Vec::new();
    for parent in ["crates", "crates/rooms"] {
        for krate in fs::read_dir(root().join(parent)).unwrap() {
            collect(&krate.unwrap().path().join("src"), &mut files);
        }
    }
    assert!(files.len() > 300, "the sources are there");
    let read = |path: PathBuf| {
        let syntax = syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap();
        let path = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        (path, syntax)
    };
    files.into_iter().map(read).collect()
}

fn collect(of: &Path, files: &mut Vec<PathBuf>) {
    for path in fs::read_dir(of).into_iter().flatten().map(|entry| entry.unwrap().path()) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if ["tests", "testing", "testkit"].contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            files.push(path);
        }
    }
}

/// True for what only tests compile.
pub(crate) fn of_tests(attributes: &[Attribute]) -> bool {
    attributes
        .iter()
        .any(|a| a.path().is_ident("cfg") && a.parse_args::<syn::Ident>().is_ok_and(|i| i == "test"))
}
