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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_translated_and_quoted_text_is_not() {
        assert_eq!(for_sqlite("a = $2 AND b = '$1' AND c = $13"), "a = ?2 AND b = '$1' AND c = ?13");
    }
}
