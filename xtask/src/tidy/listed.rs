//! Every statement is used, and every statement is prepared on both engines by a test.
//!
//! Each statement of a room is a constant, the constants are listed in `ALL` (one list, or one a file), and a test of
//! the room hands `ALL` to the store's test kit.

use super::Finding;
use super::consts::{self, Const};
use super::sql;
use super::tokens::{Kind, Token, follows};
use super::tree::{SourceFile, Tree};

/// The list of a room's statements.
const LIST: &str = "ALL";
const PREPARE: &str = "prepare_all";

/// Statements that are no constant of their own and therefore in no list.
pub(crate) fn constants(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.rust().filter(|file| file.is_room_sql()) {
        let consts = consts::of(&file.tokens);
        let macros = macro_ranges(&file.tokens);
        for (i, token) in file.tokens.iter().enumerate() {
            let is_statement = token.kind == Kind::Text && !token.test && sql::is_statement(&token.text);
            let placed = consts.iter().any(|one| one.is_text && one.range.contains(&i))
                || macros.iter().any(|range| range.contains(&i));
            if is_statement && !placed {
                let message = format!("a statement is a constant of its own, so that `{LIST}` can list it");
                found.push(Finding::new(&file.path, token.line, "sql constants", message));
            }
        }
    }
    found
}

/// Statements that nothing in their room uses.
pub(crate) fn used(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for room in tree.rooms() {
        let used: Vec<&str> = tree.sources_of(room).flat_map(uses).collect();
        for (file, statement) in statements(tree, room) {
            if !used.contains(&statement.name) {
                let message = format!("nothing in the room uses {}: remove it", statement.name);
                found.push(Finding::new(&file.path, statement.line, "sql used", message));
            }
        }
    }
    found
}

/// Statements that the list misses, names in the list that are no statement, and rooms without the test.
pub(crate) fn prepared(tree: &Tree) -> Vec<Finding> {
    tree.rooms().iter().flat_map(|room| prepared_in(tree, room)).collect()
}

fn prepared_in(tree: &Tree, room: &str) -> Vec<Finding> {
    let rule = "sql prepared";
    let statements = statements(tree, room);
    let mut listed = listed(tree, room);
    let mut found = Vec::new();
    for (file, statement) in &statements {
        if let Some(at) = listed.iter().position(|(_, token)| token.text == statement.name) {
            listed.swap_remove(at);
        } else {
            let message =
                format!("`{LIST}` does not list {}, so no test prepares it on both engines", statement.name);
            found.push(Finding::new(&file.path, statement.line, rule, message));
        }
    }
    for (file, token) in listed {
        let message = format!("`{LIST}` lists {}, which is no statement or is listed twice", token.text);
        found.push(Finding::new(&file.path, token.line, rule, message));
    }
    let tested = tree.rust().any(|file| file.room() == Some(room) && has_test(&file.tokens));
    if let (Some((file, statement)), false) = (statements.first(), tested) {
        let message = format!("no test of the room calls store::testkit::{PREPARE} with sql::{LIST}");
        found.push(Finding::new(&file.path, statement.line, rule, message));
    }
    found
}

/// The room's statements.
fn statements<'a>(tree: &'a Tree, room: &'a str) -> Vec<(&'a SourceFile, Const<'a>)> {
    let files = tree.sources_of(room).filter(|file| file.is_room_sql());
    let consts = files.flat_map(|file| consts::of(&file.tokens).into_iter().map(move |one| (file, one)));
    consts.filter(|(_, one)| !one.test && one.is_statement()).collect()
}

/// The constants' names in the room's lists; a list of lists adds nothing.
fn listed<'a>(tree: &'a Tree, room: &'a str) -> Vec<(&'a SourceFile, &'a Token)> {
    let mut found = Vec::new();
    for file in tree.sources_of(room).filter(|file| file.is_room_sql()) {
        for list in consts::of(&file.tokens).iter().filter(|one| one.name == LIST) {
            found.extend(list.value.iter().filter(|token| is_const_name(token)).map(|token| (file, token)));
        }
    }
    found
}

fn is_const_name(token: &Token) -> bool {
    let upper = token.text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    token.kind == Kind::Ident && upper && token.text != LIST
}

/// The names used in a file outside tests, apart from definitions of constants and lists.
fn uses(file: &SourceFile) -> Vec<&str> {
    let lists: Vec<_> = consts::of(&file.tokens).into_iter().filter(|one| one.name == LIST).collect();
    let mut uses = Vec::new();
    for (i, token) in file.tokens.iter().enumerate() {
        let defines =
            i > 0 && (file.tokens[i - 1].is_ident("const") || file.tokens[i - 1].is_ident("static"));
        let in_list = lists.iter().any(|list| list.range.contains(&i));
        if is_const_name(token) && !token.test && !defines && !in_list {
            uses.push(token.text.as_str());
        }
    }
    uses
}

/// Whether test code hands a list to the function or macro that prepares it.
fn has_test(tokens: &[Token]) -> bool {
    (0..tokens.len()).any(|at| {
        let open = if follows(tokens, at + 1, &["!"]) { at + 2 } else { at + 1 };
        let called = tokens[at].test && tokens[at].is_ident(PREPARE) && follows(tokens, open, &["("]);
        let arguments = || tokens[open + 1..].iter().take_while(|token| token.depth > tokens[open].depth);
        called && arguments().any(|token| token.is_ident(LIST))
    })
}

/// The places inside definitions of macros, which hold pieces of statements.
fn macro_ranges(tokens: &[Token]) -> Vec<std::ops::Range<usize>> {
    let starts = (0..tokens.len()).filter(|at| follows(tokens, *at, &["macro_rules", "!"]));
    let end = |at: usize| {
        let body = tokens[at + 4..].iter().take_while(|token| token.depth > tokens[at].depth).count();
        at..at + 4 + body
    };
    starts.filter(|at| at + 4 <= tokens.len()).map(end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQL: (&str, &str) = (
        "crates/rooms/gift/src/sql.rs",
        "const FIND: &str = \"SELECT 1 FROM gift_box\";\nconst COLUMNS: &str = \"a, b\";\n\
         #[cfg(test)]\npub(crate) const ALL: &[&str] = &[FIND];\nfn find() { run(FIND) }",
    );
    const TEST: (&str, &str) = (
        "crates/rooms/gift/src/sql_tests.rs",
        "#[cfg(test)] mod t { async fn all(kit: &Kit) { store::testkit::prepare_all(kit, crate::sql::ALL).await } }",
    );

    fn messages(rule: fn(&Tree) -> Vec<Finding>, files: &[(&str, &str)]) -> Vec<String> {
        rule(&Tree::fixture(files)).into_iter().map(|f| format!("{}: {}", f.line, f.message)).collect()
    }

    fn changed(from: &str, to: &str) -> String {
        assert!(SQL.1.contains(from));
        SQL.1.replace(from, to)
    }

    #[test]
    fn a_room_that_lists_uses_and_tests_its_statements_passes() {
        for rule in [constants, used, prepared] {
            assert!(messages(rule, &[SQL, TEST]).is_empty());
        }
    }

    #[test]
    fn a_statement_nobody_uses_is_found() {
        let dead = changed("run(FIND)", "");
        assert_eq!(messages(used, &[(SQL.0, &dead), TEST]), ["1: nothing in the room uses FIND: remove it"]);
        let elsewhere = ("crates/rooms/gift/src/send.rs", "fn a() { sql::FIND }");
        assert!(messages(used, &[(SQL.0, &dead), elsewhere]).is_empty());
    }

    #[test]
    fn a_statement_that_the_list_misses_is_found() {
        let unlisted = changed("&[FIND]", "&[]");
        let found = messages(prepared, &[(SQL.0, &unlisted), TEST]);
        assert!(found[0].starts_with("1: `ALL` does not list FIND"), "{found:?}");
    }

    #[test]
    fn a_listed_name_that_is_no_statement_is_found() {
        let extra = changed("&[FIND]", "&[FIND, COLUMNS]");
        let found = messages(prepared, &[(SQL.0, &extra), TEST]);
        assert!(found[0].starts_with("4: `ALL` lists COLUMNS"), "{found:?}");
    }

    #[test]
    fn a_room_without_the_test_is_found() {
        let untested = ("crates/rooms/gift/src/live.rs", "fn live() { prepare_all(kit, sql::ALL) }");
        let found = messages(prepared, &[SQL, untested]);
        assert!(found[0].contains("calls store::testkit::prepare_all"), "{found:?}");
        let other = "#[cfg(test)] mod t { fn a() { store::prepare_all!(kit, other); } }";
        assert_eq!(messages(prepared, &[SQL, ("crates/rooms/gift/src/t.rs", other)]).len(), 1);
        let by_macro = "#[cfg(test)] mod t { store::prepare_all!(crate::sql::ALL); }";
        assert!(messages(prepared, &[SQL, ("crates/rooms/gift/src/t.rs", by_macro)]).is_empty());
    }

    #[test]
    fn a_statement_inside_a_function_is_found_and_one_in_a_macro_is_a_piece() {
        let inline = changed("run(FIND)", "run(FIND); run(\"DELETE FROM gift_box\")");
        assert_eq!(messages(constants, &[(SQL.0, &inline)]).len(), 1);
        let piece = format!("macro_rules! find {{ () => {{ \"SELECT 1 FROM gift_box\" }} }}\n{}", SQL.1);
        assert!(messages(constants, &[(SQL.0, &piece)]).is_empty());
    }
}
