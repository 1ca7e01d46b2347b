//! As much of SQL as the rules need: words with their lines, statements, and the tables they name.

/// Keywords after a table that are no alias of it.
const AFTER_TABLE: [&str; 12] = [
    "WHERE",
    "ORDER",
    "GROUP",
    "HAVING",
    "LIMIT",
    "RETURNING",
    "SET",
    "ON",
    "JOIN",
    "VALUES",
    "SELECT",
    "UNION",
];

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// A name or keyword; quotes around it are dropped.
    Name,
    /// A string, a number or a parameter.
    Value,
    /// One character.
    Punct,
}

/// One word of SQL.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    kind: Kind,
    pub(crate) text: String,
    pub(crate) line: usize,
}

impl Word {
    /// Whether this is the keyword, in any case.
    pub(crate) fn is(&self, keyword: &str) -> bool {
        self.kind != Kind::Value && self.text.eq_ignore_ascii_case(keyword)
    }

    /// Whether this is one of the keywords.
    pub(crate) fn is_any(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is(keyword))
    }

    /// Whether this is a name or a keyword.
    pub(crate) fn is_name(&self) -> bool {
        self.kind == Kind::Name
    }
}

/// Whether a text is a statement: its first word, and the word without which that is English.
pub(crate) fn is_statement(text: &str) -> bool {
    let text = text.trim_start();
    let (first, rest) = text.split_once([' ', '\n']).unwrap_or((text, ""));
    let rest = rest.trim_start();
    match first {
        "SELECT" => !rest.is_empty(),
        "INSERT" => rest.starts_with("INTO") || rest.starts_with("OR "),
        "DELETE" => rest.starts_with("FROM"),
        "UPDATE" => rest.contains("SET"),
        "WITH" => rest.contains("AS"),
        _ => false,
    }
}

/// The words of a text; comments are dropped.
pub(crate) fn read(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = match first {
            '-' if rest.starts_with("--") => (None, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => (None, rest.find("*/").map_or(rest.len(), |end| end + 2)),
            c if c.is_whitespace() => (None, c.len_utf8()),
            '\'' => (Some(Kind::Value), quoted(rest, '\'')),
            '"' => (Some(Kind::Name), quoted(rest, '"')),
            c if c.is_ascii_digit() || c == '$' => (Some(Kind::Value), 1 + run(&rest[1..])),
            c if is_name(c) => (Some(Kind::Name), run(rest)),
            c => (Some(Kind::Punct), c.len_utf8()),
        };
        let (word, after) = rest.split_at(length);
        if let Some(kind) = kind {
            words.push(Word { kind, text: word.trim_matches('"').to_owned(), line });
        }
        line += word.matches('\n').count();
        rest = after;
    }
    words
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The bytes of a name at the start.
fn run(text: &str) -> usize {
    text.find(|c: char| !is_name(c)).unwrap_or(text.len())
}

/// The bytes of a quoted text at the start, doubled quotes included.
fn quoted(text: &str, quote: char) -> usize {
    let mut end = 1;
    while let Some(next) = text[end..].find(quote) {
        end += next + 1;
        if !text[end..].starts_with(quote) {
            return end;
        }
        end += 1;
    }
    text.len()
}

/// The statements of a script.
pub(crate) fn statements(words: &[Word]) -> impl Iterator<Item = &[Word]> {
    words.split(|word| word.is(";")).filter(|statement| !statement.is_empty())
}

/// The tables that a statement names, without the names it defines itself with WITH.
///
/// A `{` stands for a table that is named at run time.
pub(crate) fn tables(words: &[Word]) -> Vec<&Word> {
    let mut found = Vec::new();
    for i in 0..words.len() {
        if names_table(words, i) {
            found.extend(listed_tables(words, i + 1));
        }
    }
    let defined = defined(words);
    found.retain(|word| !defined.iter().any(|name| word.is(name)));
    found
}

/// Whether a table's name comes after this word.
fn names_table(words: &[Word], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| &words[before]);
    let follows = |keywords: &[&str]| before.is_some_and(|word| word.is_any(keywords));
    match &words[at] {
        word if word.is("FROM") => !follows(&["DISTINCT"]),
        word if word.is("UPDATE") => !follows(&["DO", "FOR", "ON"]),
        word => word.is_any(&["JOIN", "INTO"]),
    }
}

/// The names in `a, b AS c, d`; sub-selects and functions are passed over.
fn listed_tables(words: &[Word], mut at: usize) -> Vec<&Word> {
    let mut found = Vec::new();
    loop {
        while words.get(at).is_some_and(|word| word.is_any(&["ONLY", "LATERAL"])) {
            at += 1;
        }
        let Some(word) = words.get(at) else { return found };
        let is_call = words.get(at + 1).is_some_and(|next| next.is("(")) && !word.is("(");
        let before_columns = at.checked_sub(1).is_some_and(|before| words[before].is("INTO"));
        if word.is("{") || word.is_name() && (!is_call || before_columns) {
            found.push(word);
        }
        match after_alias(words, at) {
            Some(next) => at = next,
            None => return found,
        }
    }
}

/// The place behind the comma that follows a table and its alias.
fn after_alias(words: &[Word], table: usize) -> Option<usize> {
    let mut at = if words.get(table)?.is("(") { table } else { table + 1 };
    if words.get(at)?.is("(") {
        at = closing(words, at)? + 1;
    }
    let alias = match words.get(at)? {
        word if !word.is_name() || word.is_any(&AFTER_TABLE) => 0,
        word if word.is("AS") => 2,
        _ => 1,
    };
    words.get(at + alias)?.is(",").then_some(at + alias + 1)
}

/// The place of the bracket that closes the one at this place.
pub(crate) fn closing(words: &[Word], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (i, word) in words.iter().enumerate().skip(open) {
        if word.is("(") {
            depth += 1;
        } else if word.is(")") {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(i);
            }
        }
    }
    None
}

/// The names that WITH defines: `name AS (` and `name (columns) AS (`.
fn defined(words: &[Word]) -> Vec<&str> {
    if !words.iter().any(|word| word.is("WITH")) {
        return Vec::new();
    }
    let is_definition = |at: usize| {
        let columns = words.get(at + 1).is_some_and(|word| word.is("("));
        let after = if columns { closing(words, at + 1).map_or(at + 1, |end| end + 1) } else { at + 1 };
        let mut rest = words[after.min(words.len())..].iter();
        rest.next().is_some_and(|word| word.is("AS"))
            && rest.find(|word| !word.is_any(&["NOT", "MATERIALIZED"])).is_some_and(|word| word.is("("))
    };
    (0..words.len())
        .filter(|at| words[*at].is_name() && is_definition(*at))
        .map(|at| &*words[at].text)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        let mut names: Vec<String> = tables(&read(text)).iter().map(|word| word.text.clone()).collect();
        names.sort();
        names
    }

    #[test]
    fn statements_are_told_from_english() {
        for sql in
            ["SELECT 1", "\n  INSERT INTO a", "DELETE\nFROM a", "UPDATE a SET b = 1", "WITH a AS (SELECT 1)"]
        {
            assert!(is_statement(sql), "{sql}");
        }
        for english in ["DELETE /v3/orders", "UPDATE", "WITH love", "SELECTED", "select one", ""] {
            assert!(!is_statement(english), "{english}");
        }
    }

    #[test]
    fn tables_are_named_after_from_join_into_and_update() {
        assert_eq!(
            named("SELECT x FROM a AS q, b LEFT JOIN \"c\" ON a.id = c.id WHERE y = 'FROM d'"),
            ["a", "b", "c"]
        );
        assert_eq!(named("INSERT INTO a (x) SELECT y FROM b -- FROM c"), ["a", "b"]);
        assert_eq!(named("DELETE FROM a WHERE x IN (SELECT y FROM b)"), ["a", "b"]);
        assert_eq!(named("SELECT x FROM (SELECT 1 FROM b) q, c"), ["b", "c"]);
        assert_eq!(named("DELETE FROM a RETURNING x, y"), ["a"]);
        assert_eq!(named("SELECT x FROM {} JOIN c"), ["c", "{"]);
    }

    #[test]
    fn what_is_no_table_is_passed_over() {
        assert_eq!(
            named("INSERT INTO a (x) VALUES ($1) ON CONFLICT (x) DO UPDATE SET x = excluded.x"),
            ["a"]
        );
        assert_eq!(
            named("SELECT x FROM unnest($1, $2) q WHERE x IS NOT DISTINCT FROM $3"),
            Vec::<String>::new()
        );
        assert_eq!(named("SELECT x FROM a FOR UPDATE OF a"), ["a"]);
    }

    #[test]
    fn names_that_the_statement_defines_are_no_tables() {
        let sql = "WITH RECURSIVE up (id) AS (SELECT id FROM a UNION SELECT id FROM up), \
                   old AS MATERIALIZED (SELECT 1) SELECT x FROM up JOIN old JOIN b";
        assert_eq!(named(sql), ["a", "b"]);
    }

    #[test]
    fn words_know_their_line() {
        let words = read("-- a\nSELECT 'it''s\n' /* b\n */ FROM c");
        let lines: Vec<(&str, usize)> = words.iter().map(|word| (word.text.as_str(), word.line)).collect();
        assert_eq!(lines, [("SELECT", 2), ("'it''s\n'", 2), ("FROM", 4), ("c", 4)]);
    }
}
