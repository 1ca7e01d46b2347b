//! One SQL text for both engines.

use std::collections::HashMap;

/// Rewrites `$n` to `?n` for SQLite, outside quotes. To SQLite `$1` is a *name*, numbered by first appearance:
/// `… SET a = $2 WHERE b = $1` would silently swap the two values when bound by position.
pub(crate) fn for_sqlite(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut quoted = false;
    let mut chars = sql.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\'' {
            quoted = !quoted;
        }
        let is_parameter = c == '$' && !quoted && chars.peek().is_some_and(char::is_ascii_digit);
        out.push(if is_parameter { '?' } else { c });
    }
    out
}

/// Translations already made, by the statement's own text.
#[derive(Default)]
pub(crate) struct Translations(HashMap<&'static str, Box<str>>);

impl Translations {
    /// The statement as SQLite wants it.
    pub(crate) fn of(&mut self, sql: &'static str) -> &str {
        self.0.entry(sql).or_insert_with(|| for_sqlite(sql).into())
    }
}

/// The array form of `INSERT INTO t (…) VALUES ($1, …) …` for PostgreSQL, which writes any number of rows in
/// one statement: `INSERT INTO t (…) SELECT * FROM unnest($1::type[], …) …`. `None` for any other statement, and for
/// an upsert: one statement must not touch a row twice, as two of its rows may.
pub(crate) fn unnested(sql: &str, types: &[&str]) -> Option<String> {
    let start = sql.find("VALUES (")?;
    if !sql.trim_start().starts_with("INSERT") || sql.contains("DO UPDATE") {
        return None;
    }
    let inner = start + "VALUES (".len();
    let end = inner + sql[inner..].find(')')?;
    let names: Vec<&str> = sql[inner..end].split(',').map(str::trim).collect();
    let in_order = names.iter().enumerate().all(|(i, n)| *n == format!("${}", i + 1));
    if !in_order || names.len() != types.len() {
        return None;
    }
    let arrays: Vec<String> = types.iter().enumerate().map(|(i, t)| format!("${}::{t}[]", i + 1)).collect();
    Some(format!("{}SELECT * FROM unnest({}){}", &sql[..start], arrays.join(", "), &sql[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_translated_and_quoted_text_is_not() {
        assert_eq!(for_sqlite("a = $2 AND b = '$1' AND c = $13"), "a = ?2 AND b = '$1' AND c = ?13");
    }

    #[test]
    fn an_insert_of_plain_parameters_has_an_array_form_and_nothing_else_has() {
        assert_eq!(
            unnested("INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT DO NOTHING", &["bigint", "text"])
                .as_deref(),
            Some(
                "INSERT INTO t (a, b) SELECT * FROM unnest($1::bigint[], $2::text[]) ON CONFLICT DO NOTHING"
            )
        );
        assert_eq!(unnested("INSERT INTO t (a, b) VALUES ($2, $1)", &["bigint", "text"]), None);
        assert_eq!(unnested("INSERT INTO t (a, b) VALUES ($1, 0)", &["bigint"]), None);
        assert_eq!(unnested("UPDATE t SET a = $1", &["bigint"]), None);
        let upsert = "INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET a = excluded.a";
        assert_eq!(unnested(upsert, &["bigint"]), None);
    }
}
