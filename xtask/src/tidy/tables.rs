//! A room's statements name the room's own tables, nobody else's.

use super::Finding;
use super::consts;
use super::sql;
use super::tokens::Kind;
use super::tree::{SourceFile, Tree};

/// Words that show a text is SQL or a piece of it.
const MARKS: [&str; 4] = ["FROM ", "JOIN ", "INTO ", "UPDATE "];

/// Tables of others in a room's `sql.rs`.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.rust().filter(|file| file.is_room_sql()) {
        let room = file.room().unwrap_or_default();
        for (line, text) in texts(file) {
            found.extend(
                foreign(&sql::read(&text), room)
                    .map(|name| Finding::new(&file.path, line, "sql tables", refusal(room, &name))),
            );
        }
    }
    found
}

/// The tables in a statement that do not belong to this room.
pub(crate) fn foreign<'a>(words: &'a [sql::Word], room: &str) -> impl Iterator<Item = String> + use<'a> {
    let own = format!("{room}_");
    sql::tables(words)
        .into_iter()
        .filter(move |word| !word.text.starts_with(&own))
        .map(|word| word.text.clone())
}

/// Why a name was refused.
pub(crate) fn refusal(room: &str, name: &str) -> String {
    match name {
        "{" => "a table named at run time; write the statement out".to_owned(),
        _ => format!(
            "the table {name} is not of this room: only {room}_…, others through their room's functions"
        ),
    }
}

/// The texts outside tests that hold SQL, each with its line; the pieces of a constant are one text.
fn texts(file: &SourceFile) -> Vec<(usize, String)> {
    let consts = consts::of(&file.tokens);
    let mut texts: Vec<(usize, String)> =
        consts.iter().filter(|one| !one.test && one.is_text).map(|one| (one.line, one.text())).collect();
    for (i, token) in file.tokens.iter().enumerate() {
        let alone = !consts.iter().any(|one| one.is_text && one.range.contains(&i));
        if alone && token.kind == Kind::Text && !token.test {
            texts.push((token.line, token.text.clone()));
        }
    }
    texts.retain(|(_, text)| MARKS.iter().any(|mark| text.replace('\n', " ").contains(mark)));
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let tree = Tree::fixture(&[("crates/rooms/gift/src/sql.rs", text)]);
        check(&tree).into_iter().map(|f| format!("{}: {}", f.line, f.message)).collect()
    }

    #[test]
    fn another_rooms_table_is_found() {
        let found = found("\nconst A: &str = \"SELECT id\nFROM trade_order\nJOIN gift_box b ON b.id = id\";");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("2: the table trade_order is not of this room: only gift_…"));
    }

    #[test]
    fn a_table_named_at_run_time_is_found() {
        let found = found("fn a(t: &str) -> String { format!(\"DELETE FROM {t}\") }");
        assert!(found[0].contains("named at run time"), "{found:?}");
    }

    #[test]
    fn pieces_of_one_constant_are_read_together() {
        let text =
            "const A: &str = concat!(\"WITH old AS (SELECT 1 FROM gift_box) \", \"SELECT 1 FROM old\");";
        assert!(found(text).is_empty());
    }

    #[test]
    fn tests_and_messages_pass() {
        let text = "const A: &str = \"gone from the shelf\";\n#[cfg(test)] const B: &str = \"SELECT 1 FROM trade_order\";";
        assert!(found(text).is_empty());
    }
}
