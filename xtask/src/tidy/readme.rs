//! Each room says what it owns, guarantees, must never do, and who uses it; its crate documentation is that text.

use super::Finding;
use super::tree::Tree;

const RULE: &str = "room readme";
const HEADINGS: [&str; 4] = ["Owns", "Guarantees", "Must never", "Used by"];
const INCLUDED: &str = "#![doc = include_str!(\"../README.md\")]";

/// Rooms whose README is absent, incomplete or not their documentation.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    tree.rooms().iter().flat_map(|room| check_room(tree, room)).collect()
}

fn check_room(tree: &Tree, room: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let path = format!("crates/rooms/{room}/README.md");
    let text = tree.file(&path).map_or("", |file| &file.text);
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).map(heading).collect();
    let missing = HEADINGS.iter().filter(|name| !headings.contains(name));
    let missing: Vec<String> = missing.map(|name| format!("`## {name}`")).collect();
    if !missing.is_empty() {
        found.push(Finding::new(&path, 1, RULE, format!("it lacks the headings {}", missing.join(", "))));
    }
    let lib = format!("crates/rooms/{room}/src/lib.rs");
    let included = tree.file(&lib).is_some_and(|file| file.text.lines().any(|line| line.trim() == INCLUDED));
    if !included {
        found.push(Finding::new(
            &lib,
            1,
            RULE,
            format!("the crate's documentation is its README: {INCLUDED}"),
        ));
    }
    found
}

fn heading(line: &str) -> &str {
    line.trim_start_matches('#').trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "# gift\n## Owns\n## Guarantees\n## Must never\n## Used by\n";

    #[test]
    fn a_missing_heading_and_a_missing_inclusion_are_found() {
        let incomplete = README.replace("## Must never\n", "");
        let tree = Tree::fixture(&[
            ("crates/rooms/gift/README.md", &incomplete),
            ("crates/rooms/gift/src/lib.rs", "//! Gifts."),
        ]);
        let found: Vec<String> = check(&tree).into_iter().map(|f| f.message).collect();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], "it lacks the headings `## Must never`");
    }

    #[test]
    fn a_room_without_a_readme_is_found() {
        assert_eq!(check(&Tree::fixture(&[("crates/rooms/gift/src/lib.rs", INCLUDED)])).len(), 1);
    }

    #[test]
    fn a_complete_room_passes() {
        let tree = Tree::fixture(&[
            ("crates/rooms/gift/README.md", README),
            ("crates/rooms/gift/src/lib.rs", &format!("{INCLUDED}\n")),
        ]);
        assert!(check(&tree).is_empty());
    }
}
