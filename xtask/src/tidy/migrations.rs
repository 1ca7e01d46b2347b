//! Migrations: the same text on both engines, the room's own names, and keys that begin with the tenant.

use super::Finding;
use super::levels::{LEVELS, Level, level_of};
use super::sql::{self, Word, closing};
use super::tables;
use super::tree::{SourceFile, Tree};

const TYPES: [&str; 4] = ["TEXT", "BIGINT", "BYTEA", "DOUBLE PRECISION"];
const TENANT_KEYS: [&str; 4] = ["shop_id", "shopper_id", "scope", "scope_id"];
/// What may come after a column's type.
const AFTER_TYPE: [&str; 9] =
    ["NOT", "NULL", "PRIMARY", "UNIQUE", "CHECK", "DEFAULT", "REFERENCES", "COLLATE", "CONSTRAINT"];
const TABLE_CONSTRAINTS: [&str; 5] = ["PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "CONSTRAINT"];
/// The comment above a table that belongs to no tenant.
const PLATFORM_WIDE: &str = "-- platform-wide: ";

/// What breaks the rules in `migrations/*.sql` of the rooms and the store.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in &tree.files {
        let Some(owner) = owner(&file.path) else { continue };
        let words = sql::read(&file.text);
        let mut migration = Migration { file, owner, found: Vec::new() };
        for statement in sql::statements(&words) {
            migration.statement(statement);
        }
        found.append(&mut migration.found);
    }
    found
}

/// The crate that a migration belongs to.
fn owner(path: &str) -> Option<&str> {
    let (folder, file) = path.strip_prefix("crates/")?.rsplit_once("/migrations/")?;
    file.strip_suffix(".sql").and(folder.rsplit('/').next())
}

struct Migration<'a> {
    file: &'a SourceFile,
    owner: &'a str,
    found: Vec<Finding>,
}

impl Migration<'_> {
    fn statement(&mut self, words: &[Word]) {
        let starts = |keywords: &[&str]| {
            words.len() >= keywords.len()
                && words.iter().zip(keywords).all(|(word, keyword)| word.is(keyword))
        };
        self.references(words);
        if starts(&["CREATE", "TABLE"]) {
            self.create_table(after_exists(&words[2..]));
        } else if starts(&["CREATE", "INDEX"]) {
            self.create_index(after_exists(&words[2..]));
        } else if starts(&["CREATE", "UNIQUE", "INDEX"]) {
            self.create_index(after_exists(&words[3..]));
        } else if starts(&["ALTER", "TABLE"]) {
            self.alter_table(after_exists(&words[2..]));
        } else if starts(&["DROP", "TABLE"]) || starts(&["DROP", "INDEX"]) {
            self.own_name(after_exists(&words[2..]).first());
        } else if words[0].is_any(&["INSERT", "UPDATE", "DELETE", "WITH", "SELECT"]) {
            for name in tables::foreign(words, self.owner) {
                self.say(&words[0], "migration names", tables::refusal(self.owner, &name));
            }
        } else {
            let said: Vec<&str> = words.iter().take(2).map(|word| word.text.as_str()).collect();
            self.say(
                &words[0],
                "migration types",
                format!("{} is not known to run on both engines", said.join(" ")),
            );
        }
    }

    fn create_table(&mut self, words: &[Word]) {
        self.own_name(words.first());
        let (Some(name), Some(end)) = (words.first(), closing(words, 1)) else { return };
        let parts = parts(&words[2..end]);
        for column in parts.iter().filter(|part| !part[0].is_any(&TABLE_CONSTRAINTS)) {
            self.column(column);
        }
        self.tenant_key(name, &parts);
        if let Some(option) = words.get(end + 1) {
            self.say(option, "migration types", format!("the table option {} is of one engine", option.text));
        }
    }

    fn alter_table(&mut self, words: &[Word]) {
        self.own_name(words.first());
        for part in parts(words.get(1..).unwrap_or_default()) {
            let column = part.iter().position(|word| !word.is_any(&["ADD", "COLUMN"])).unwrap_or_default();
            let constrains = part.get(column).is_some_and(|word| word.is_any(&TABLE_CONSTRAINTS));
            if part[0].is("ADD") && !constrains {
                self.column(after_exists(&part[column..]));
            }
        }
    }

    fn create_index(&mut self, words: &[Word]) {
        self.own_name(words.first());
        if words.get(1).is_some_and(|word| word.is("ON")) {
            self.own_name(words.get(2));
        }
    }

    /// Checks a column: its name, its type, its constraints.
    fn column(&mut self, words: &[Word]) {
        let Some((name, rest)) = words.split_first() else { return };
        let kind: Vec<String> = rest
            .iter()
            .take_while(|word| !word.is_any(&AFTER_TYPE))
            .map(|word| word.text.to_uppercase())
            .collect();
        let kind = kind.join(" ");
        if !TYPES.contains(&kind.as_str()) {
            let message =
                format!("the column {} is {kind}; both engines agree on {}", name.text, TYPES.join(", "));
            self.say(name, "migration types", message);
        }
    }

    /// The primary key of a tenant's table begins with the tenant.
    fn tenant_key(&mut self, name: &Word, parts: &[&[Word]]) {
        let key = parts.iter().find_map(|part| primary_key(part));
        let message = match key {
            Some(first) if TENANT_KEYS.contains(&first.text.as_str()) => return,
            _ if self.is_platform_wide(name) => return,
            Some(first) => format!("the primary key of {} begins with {}", name.text, first.text),
            None => format!("{} has no primary key", name.text),
        };
        let wanted = TENANT_KEYS.join(", ");
        let message = format!(
            "{message}; it begins with one of {wanted}, or `{PLATFORM_WIDE}…` stands above the table"
        );
        self.say(name, "migration keys", message);
    }

    /// Whether the comment right above the table gives a reason why it belongs to no tenant.
    fn is_platform_wide(&self, name: &Word) -> bool {
        let above: Vec<&str> = self.file.text.lines().take(name.line - 1).collect();
        let comment = above.iter().rev().take_while(|line| line.starts_with("--"));
        comment.filter_map(|line| line.strip_prefix(PLATFORM_WIDE)).any(|reason| !reason.trim().is_empty())
    }

    /// Foreign keys point to own tables or to those of a strictly lower level.
    fn references(&mut self, words: &[Word]) {
        for pair in words.windows(2).filter(|pair| pair[0].is("REFERENCES")) {
            let other = owner_of(&pair[1].text);
            let own = pair[1].text.starts_with(&format!("{}_", self.owner));
            let lower = other.and_then(level_of) < level_of(self.owner) && other.is_some();
            if !own && !lower {
                let message =
                    format!("a foreign key to {}: only to own tables or down the levels", pair[1].text);
                self.say(&pair[1], "migration names", message);
            }
        }
        for word in words.iter().filter(|word| word.is_any(&["AUTOINCREMENT", "GENERATED"])) {
            self.say(word, "migration types", format!("{}: ids come from the kernel", word.text));
        }
    }

    fn own_name(&mut self, name: Option<&Word>) {
        if let Some(name) = name.filter(|name| !name.text.starts_with(&format!("{}_", self.owner))) {
            let message = format!("{} does not begin with {}_", name.text, self.owner);
            self.say(name, "migration names", message);
        }
    }

    fn say(&mut self, at: &Word, rule: &'static str, message: String) {
        self.found.push(Finding::new(&self.file.path, at.line, rule, message));
    }
}

/// Skips `IF NOT EXISTS` and `IF EXISTS`.
fn after_exists(words: &[Word]) -> &[Word] {
    let skipped = words.iter().take_while(|word| word.is_any(&["IF", "NOT", "EXISTS"])).count();
    &words[skipped..]
}

/// Splits at the commas outside brackets.
fn parts(words: &[Word]) -> Vec<&[Word]> {
    let mut depth = 0_i32;
    let split = words.split(|word| {
        depth += i32::from(word.is("(")) - i32::from(word.is(")"));
        depth == 0 && word.is(",")
    });
    split.filter(|part| !part.is_empty()).collect()
}

/// The first column of the primary key that a column or a table constraint declares.
fn primary_key(part: &[Word]) -> Option<&Word> {
    let at = part.windows(2).position(|pair| pair[0].is("PRIMARY") && pair[1].is("KEY"))?;
    let is_constraint = part[0].is_any(&TABLE_CONSTRAINTS);
    if is_constraint { part.get(at + 3) } else { part.first() }
}

/// The crate whose tables begin like this one.
fn owner_of(table: &str) -> Option<&'static str> {
    let crates = LEVELS.iter().flat_map(Level::crates);
    let owners = crates.filter(|name| table.strip_prefix(**name).is_some_and(|rest| rest.starts_with('_')));
    owners.max_by_key(|name| name.len()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, &'static str, String)> {
        let tree = Tree::fixture(&[("crates/rooms/pay/migrations/V1__pay.sql", text)]);
        check(&tree).into_iter().map(|f| (f.line, f.rule, f.message)).collect()
    }

    fn rules(text: &str) -> Vec<(usize, &'static str)> {
        found(text).into_iter().map(|(line, rule, _)| (line, rule)).collect()
    }

    const GOOD: &str = "\
CREATE TABLE pay_bill (
    shop_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) < 9),
    face BYTEA,
    lat DOUBLE PRECISION,
    PRIMARY KEY (shop_id, id),
    FOREIGN KEY (shop_id) REFERENCES shop_shop (id)
);
CREATE UNIQUE INDEX pay_bill_note ON pay_bill (shop_id, note) WHERE note <> '';
ALTER TABLE pay_bill ADD COLUMN paid_at BIGINT;
-- Rates of the whole platform.
-- platform-wide: one row a channel
CREATE TABLE IF NOT EXISTS pay_rate (channel TEXT NOT NULL PRIMARY KEY);
INSERT INTO pay_rate (channel) VALUES ('card;');
DROP INDEX IF EXISTS pay_old;
";

    #[test]
    fn a_portable_migration_passes() {
        assert_eq!(found(GOOD), []);
    }

    #[test]
    fn types_of_one_engine_are_found() {
        for kind in
            ["BOOLEAN", "TIMESTAMP", "BIGSERIAL", "JSONB", "NUMERIC(10, 2)", "INTEGER", "VARCHAR(9)", "BLOB"]
        {
            let text = format!("CREATE TABLE pay_a (\n shop_id BIGINT PRIMARY KEY,\n b {kind} NOT NULL);");
            assert_eq!(rules(&text), [(3, "migration types")], "{kind}");
            let text = format!("ALTER TABLE pay_a\nADD b {kind}");
            assert_eq!(rules(&text), [(2, "migration types")], "{kind}");
        }
        assert_eq!(
            rules("CREATE TABLE pay_a (shop_id BIGINT PRIMARY KEY AUTOINCREMENT)"),
            [(1, "migration types")]
        );
        assert_eq!(rules("CREATE TABLE pay_a (shop_id BIGINT PRIMARY KEY) STRICT"), [(1, "migration types")]);
        assert_eq!(rules("CREATE EXTENSION pgcrypto"), [(1, "migration types")]);
    }

    #[test]
    fn keys_that_do_not_begin_with_the_tenant_are_found() {
        let text = GOOD.replace("PRIMARY KEY (shop_id, id)", "PRIMARY KEY (id, shop_id)");
        assert_eq!(rules(&text), [(1, "migration keys")]);
        assert_eq!(rules("CREATE TABLE pay_a (shop_id BIGINT)"), [(1, "migration keys")]);
        let unreasoned = GOOD.replace("platform-wide: one row a channel", "platform-wide: ");
        assert_eq!(rules(&unreasoned), [(14, "migration keys")]);
    }

    #[test]
    fn names_of_others_are_found() {
        assert_eq!(rules(&GOOD.replace("INDEX pay_bill_note", "INDEX bill_note")), [(10, "migration names")]);
        assert_eq!(
            rules(&GOOD.replace("INSERT INTO pay_rate", "INSERT INTO shop_rate")),
            [(15, "migration names")]
        );
        assert_eq!(rules("ALTER TABLE shop_shop ADD a TEXT"), [(1, "migration names")]);
        assert_eq!(rules("DROP TABLE shop_shop"), [(1, "migration names")]);
        let table = "CREATE TABLE bill (shop_id BIGINT PRIMARY KEY)";
        assert_eq!(rules(table), [(1, "migration names")]);
    }

    #[test]
    fn foreign_keys_point_down() {
        for other in ["trade_order", "pays_bill", "bill"] {
            let text = GOOD.replace("REFERENCES shop_shop", &format!("REFERENCES {other}"));
            assert_eq!(rules(&text), [(8, "migration names")], "{other}");
        }
        assert_eq!(rules(&GOOD.replace("REFERENCES shop_shop", "REFERENCES pay_rate")), []);
    }
}
