//! SQL stands where readers look for it: in a room's `sql.rs`, in migrations, and in the store.

use super::Finding;
use super::sql;
use super::tokens::Kind;
use super::tree::{SourceFile, Tree};

/// Statements elsewhere, tests excepted.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let elsewhere = tree.rust().filter(|file| !may_hold_sql(file));
    let mut found = Vec::new();
    for file in elsewhere {
        let texts = file.tokens.iter().filter(|token| token.kind == Kind::Text && !token.test);
        for token in texts.filter(|token| sql::is_statement(&token.text)) {
            let message = "a statement outside its room's sql.rs: move it there and call it by name";
            found.push(Finding::new(&file.path, token.line, "sql place", message));
        }
    }
    found
}

fn may_hold_sql(file: &SourceFile) -> bool {
    // The sandbox keeps tables as a room does; the bench measures SQLite itself.
    let own = ["crates/store/", "crates/sandbox/src/sql.rs", "crates/server/src/bench/", "xtask/"];
    file.is_room_sql() || own.iter().any(|place| file.path.starts_with(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_outside_the_rooms_sql_is_found() {
        let text = "fn a() { run(\"ok\",\n \"SELECT id FROM gift_box\") }";
        let found = check(&Tree::fixture(&[
            ("crates/rooms/gift/src/send.rs", text),
            ("crates/server/src/doctor.rs", text),
            ("crates/rooms/gift/src/sql.rs", text),
            ("crates/store/src/jobs.rs", text),
        ]));
        let places: Vec<(&str, usize)> = found.iter().map(|f| (f.path.as_str(), f.line)).collect();
        assert_eq!(places, [("crates/rooms/gift/src/send.rs", 2), ("crates/server/src/doctor.rs", 2)]);
    }

    #[test]
    fn tests_and_english_pass() {
        let text = "#[cfg(test)] mod tests { fn a() { run(\"SELECT 1\") } }\nconst A: &str = \"DELETE /a\";";
        assert!(check(&Tree::fixture(&[("crates/rooms/gift/src/send.rs", text)])).is_empty());
    }
}
