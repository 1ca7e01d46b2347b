//! The database behind the server, looked at from a connection of its own: what has changed, and how to undo it.

use rusqlite::Connection;
use std::{
    cell::Cell,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

/// What may differ after a refusal, and why.
const MAY_DIFFER: [(&str, &str); 2] = [
    ("identity_attempt", "failed logins are counted, so that guessing ends"),
    ("identity_code", "tries of a code are counted, so that guessing ends"),
];

/// The database, and a copy of it as it was.
pub(super) struct Tables {
    db: Connection,
    /// Each table with a digest of what was kept of it.
    names: Vec<(String, u64)>,
    /// The number that goes up with each commit of another connection, when all was last as it was kept.
    seen: Cell<i64>,
}

impl Tables {
    pub(super) fn open(data: &Path) -> Self {
        let db = Connection::open(data.join("kaidian.db")).unwrap();
        db.set_prepared_statement_cache_capacity(200);
        db.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA busy_timeout = 5000;")
            .unwrap();
        let mut found =
            db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").unwrap();
        let names =
            found.query_map([], |row| Ok((row.get(0)?, 0))).unwrap().collect::<Result<_, _>>().unwrap();
        drop(found);
        Self { db, names, seen: Cell::new(-1) }
    }

    /// Runs SQL of the test itself.
    pub(super) fn run(&self, sql: &str) {
        self.db.execute_batch(sql).unwrap();
    }

    /// Rows of columns that are numbers or texts, as texts.
    pub(super) fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let mut found = self.db.prepare(sql).unwrap();
        let columns = found.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            (0..columns).map(|at| row.get::<_, rusqlite::types::Value>(at).map(text)).collect()
        };
        found.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// Keeps the present state as the one to compare with and to go back to.
    pub(super) fn keep(&mut self, copy: &Path) {
        self.run(&format!("VACUUM INTO '{0}'; ATTACH '{0}' AS kept;", copy.display()));
        let digests: Vec<u64> = self.names.iter().map(|(name, _)| self.digest(name)).collect();
        for ((_, kept), digest) in self.names.iter_mut().zip(digests) {
            *kept = digest;
        }
        self.seen.set(self.version());
    }

    /// A number that changes with any row of a table.
    fn digest(&self, name: &str) -> u64 {
        let mut all = self.db.prepare_cached(&format!("SELECT * FROM main.{name}")).unwrap();
        let columns = all.column_count();
        let mut rows = all.query([]).unwrap();
        let mut hasher = DefaultHasher::new();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                match row.get_ref(column).unwrap() {
                    rusqlite::types::ValueRef::Null => 0_u8.hash(&mut hasher),
                    rusqlite::types::ValueRef::Integer(n) => n.hash(&mut hasher),
                    rusqlite::types::ValueRef::Real(n) => n.to_bits().hash(&mut hasher),
                    rusqlite::types::ValueRef::Text(bytes) | rusqlite::types::ValueRef::Blob(bytes) => {
                        bytes.hash(&mut hasher);
                    }
                }
            }
        }
        hasher.finish()
    }

    fn version(&self) -> i64 {
        self.db.query_row("PRAGMA data_version", [], |row| row.get(0)).unwrap()
    }

    /// The tables that are not as they were kept.
    pub(super) fn changed(&self) -> Vec<String> {
        let version = self.version();
        if version == self.seen.get() {
            return Vec::new();
        }
        let differs = |(name, kept): &&(String, u64)| self.digest(name) != *kept;
        let changed: Vec<String> = self.names.iter().filter(differs).map(|(name, _)| name.clone()).collect();
        if changed.is_empty() {
            self.seen.set(version);
        }
        changed
    }

    /// The tables that a refusal may not have touched, and has.
    pub(super) fn harmed(&self) -> Vec<String> {
        let mut changed = self.changed();
        changed.retain(|name| !MAY_DIFFER.iter().any(|(may, _)| may == name));
        changed
    }

    /// What the tables hold that differs from what was kept, in short.
    pub(super) fn fingerprint(&self) -> Vec<(String, Vec<Vec<String>>)> {
        let rows = |name: String| {
            let rows = self.rows(&format!("SELECT * FROM main.{name} EXCEPT SELECT * FROM kept.{name}"));
            (name, rows)
        };
        self.changed().into_iter().map(rows).collect()
    }

    /// Back to the state that was kept.
    pub(super) fn restore(&self) {
        let changed = self.changed();
        if !changed.is_empty() {
            let each = changed.iter().map(|name| {
                format!("DELETE FROM main.{name}; INSERT INTO main.{name} SELECT * FROM kept.{name};")
            });
            self.run(&format!("BEGIN IMMEDIATE; {} COMMIT;", each.collect::<String>()));
        }
        self.seen.set(self.version());
    }

    /// Whether any number that has changed is this one, alone or within a text.
    pub(super) fn hold_number(&self, number: i64) -> bool {
        let text = number.to_string();
        let holds = |rows: &Vec<Vec<String>>| {
            rows.iter()
                .flatten()
                .any(|value| value == &text || (value.starts_with('{') && value.contains(&text)))
        };
        self.fingerprint().iter().any(|(_, rows)| holds(rows))
    }

    /// Whether any text that is kept holds this one.
    pub(super) fn hold(&self, text: &str) -> bool {
        let quoted = serde_json::to_string(text).unwrap();
        let inner = quoted.trim_matches('"').to_owned();
        let changed = self.changed();
        let holds = |name: &String| {
            let mut columns =
                self.db.prepare("SELECT name FROM pragma_table_info(?1) WHERE type = 'TEXT'").unwrap();
            let columns: Vec<String> =
                columns.query_map([name], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
            columns.iter().any(|column| {
                let sql = format!(
                    "SELECT EXISTS (SELECT 1 FROM main.{name} WHERE instr({column}, ?1) OR instr({column}, ?2))"
                );
                self.db.query_row(&sql, [text, inner.as_str()], |row| row.get::<_, bool>(0)).unwrap()
            })
        };
        changed.iter().any(holds)
    }
}

fn text(value: rusqlite::types::Value) -> String {
    match value {
        rusqlite::types::Value::Null => String::new(),
        rusqlite::types::Value::Integer(n) => n.to_string(),
        rusqlite::types::Value::Real(n) => n.to_string(),
        rusqlite::types::Value::Text(text) => text,
        rusqlite::types::Value::Blob(bytes) => hex::encode(bytes),
    }
}
