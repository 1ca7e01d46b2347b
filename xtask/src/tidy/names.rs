//! No junk drawers: a name says what is inside.

use super::Finding;
use super::tokens::follows;
use super::tree::{SourceFile, Tree};

const RULE: &str = "names";
const REFUSED: [&str; 9] =
    ["utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "types"];
/// Also refused behind another word, as in `order_utils`.
const REFUSED_ENDINGS: [&str; 6] = ["_utils", "_util", "_helpers", "_helper", "_misc", "_manager"];

/// Files, folders, modules and crates with a name that says nothing.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let files = tree.rust().flat_map(|file| file_name(file).into_iter().chain(modules(file)));
    let crates = tree.packages.iter().filter(|package| is_refused(&package.name));
    let crates =
        crates.map(|package| Finding::new(&package.manifest, 1, RULE, message("crate", &package.name)));
    files.chain(crates).collect()
}

fn file_name(file: &SourceFile) -> Option<Finding> {
    let refused = file.path.trim_end_matches(".rs").split('/').find(|part| is_refused(part))?;
    Some(Finding::new(&file.path, 1, RULE, message("file", refused)))
}

fn modules(file: &SourceFile) -> Vec<Finding> {
    let mut found = Vec::new();
    for (i, token) in file.tokens.iter().enumerate() {
        let Some(name) = file.tokens.get(i + 1) else { continue };
        let declared = token.is_ident("mod")
            && (follows(&file.tokens, i + 2, &["{"]) || follows(&file.tokens, i + 2, &[";"]));
        if declared && is_refused(&name.text) {
            found.push(Finding::new(&file.path, name.line, RULE, message("module", &name.text)));
        }
    }
    found
}

fn is_refused(name: &str) -> bool {
    REFUSED.contains(&name) || REFUSED_ENDINGS.iter().any(|end| name.ends_with(end))
}

fn message(what: &str, name: &str) -> String {
    format!("a {what} called `{name}` collects anything; name what is inside")
}

#[cfg(test)]
mod tests {
    use super::super::levels::Package;
    use super::*;

    fn rules(texts: &[(&str, &str)]) -> Vec<(String, usize)> {
        check(&Tree::fixture(texts)).into_iter().map(|f| (f.path, f.line)).collect()
    }

    #[test]
    fn junk_drawers_are_found_as_file_folder_and_module() {
        let found = rules(&[
            ("crates/face/src/utils.rs", ""),
            ("crates/face/src/types/money.rs", ""),
            ("crates/face/src/order_helpers.rs", ""),
            ("crates/face/src/lib.rs", "mod page;\nmod misc {}"),
        ]);
        let expected = [
            ("crates/face/src/utils.rs", 1),
            ("crates/face/src/types/money.rs", 1),
            ("crates/face/src/order_helpers.rs", 1),
            ("crates/face/src/lib.rs", 2),
        ];
        assert_eq!(found, expected.map(|(path, line)| (path.to_owned(), line)));
    }

    #[test]
    fn a_crate_is_found() {
        let mut tree = Tree::fixture(&[]);
        tree.packages.push(Package::fixture("common", &[]));
        assert_eq!(check(&tree).len(), 1);
    }

    #[test]
    fn names_that_say_what_is_inside_pass() {
        let found = rules(&[("crates/face/src/content_type.rs", "use std::path as util; mod commons;")]);
        assert!(found.is_empty(), "{found:?}");
    }
}
