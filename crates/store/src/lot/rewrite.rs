//! A statement of one row, rewritten to a statement of many: the text alone.
//!
//! The parameters of all rows come as one array a column, joined back to rows by `unnest`. Each row has a number, so
//! that an answer finds the one who asked.

/// What a rewritten statement answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Many {
    /// An insert: how many rows it touched in all; each of its rows puts in so many.
    Inserts { sql: String, each: u64 },
    /// Rows; the last column is the number, from 1, of the row of parameters that each belongs to.
    Numbered(String),
}

/// The form of `sql` for many rows of parameters of these array types; `None` where it has none.
pub(super) fn for_many(sql: &str, types: &[&str]) -> Option<Many> {
    let sql = sql.trim();
    if types.is_empty() {
        return None;
    }
    match sql.split_ascii_whitespace().next()? {
        "INSERT" => insert(sql, types),
        "SELECT" => Some(select(sql, types)),
        "UPDATE" => change(sql, types, "FROM"),
        "DELETE" => change(sql, types, "USING"),
        _ => None,
    }
}

/// The text of the form for many, for a test to prepare.
pub(crate) fn many_text(sql: &str, types: &[&str]) -> Option<String> {
    for_many(sql, types).map(|many| match many {
        Many::Inserts { sql, .. } | Many::Numbered(sql) => sql,
    })
}

/// The form for many of an insert. `None` for an upsert: one statement must not touch a row twice, as two of its rows may.
pub(crate) fn inserts_text(sql: &str, types: &[&str]) -> Option<String> {
    match for_many(sql, types)? {
        Many::Inserts { sql: many, .. } if !sql.contains("DO UPDATE") => Some(many),
        _ => None,
    }
}

/// `VALUES (…), (…)` becomes a selection from the rows of parameters.
fn insert(sql: &str, types: &[&str]) -> Option<Many> {
    let start = word_outside(sql, "VALUES")?;
    let (end, each) = end_of_values(sql, start + "VALUES".len())?;
    let tail = &sql[end..];
    if word_outside(tail, "RETURNING").is_some() || tail.contains('$') {
        return None; // a row put in can't tell its number, and an upsert sees no row of parameters
    }
    let values = joined(&sql[start..end]);
    let sql = format!(
        "{}SELECT v_.* FROM {} CROSS JOIN LATERAL ({values}) AS v_{}",
        &sql[..start],
        rows(types),
        &sql[end..]
    );
    Some(Many::Inserts { sql, each })
}

fn select(sql: &str, types: &[&str]) -> Many {
    Many::Numbered(format!(
        "SELECT q_.*, k_.n_ FROM {} CROSS JOIN LATERAL ({}) AS q_",
        rows(types),
        joined(sql)
    ))
}

/// An update or a delete: the rows of parameters are joined before the condition.
fn change(sql: &str, types: &[&str], join: &str) -> Option<Many> {
    let condition = word_outside(sql, "WHERE")?;
    if word_outside(&sql[..condition], join).is_some() {
        return None; // joins something already
    }
    let body = joined(&sql[condition..]);
    let returning = match word_outside(&body, "RETURNING") {
        Some(_) => format!("{body}, k_.n_"),
        None => format!("{body} RETURNING k_.n_"),
    };
    Some(Many::Numbered(format!("{}{join} {} {returning}", joined(&sql[..condition]), rows(types))))
}

/// The rows of parameters, numbered.
fn rows(types: &[&str]) -> String {
    let arrays: Vec<String> = types.iter().enumerate().map(|(i, t)| format!("${}::{t}[]", i + 1)).collect();
    let names: Vec<String> = (1..=types.len()).map(|i| format!("a{i}_")).collect();
    format!("unnest({}) WITH ORDINALITY AS k_({}, n_)", arrays.join(", "), names.join(", "))
}

/// `$n` becomes the column of the rows of parameters.
fn joined(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() * 2);
    let mut quoted = false;
    let mut chars = sql.chars().peekable();
    while let Some(c) = chars.next() {
        quoted ^= c == '\'';
        if c != '$' || quoted || !chars.peek().is_some_and(char::is_ascii_digit) {
            out.push(c);
            continue;
        }
        out.push_str("k_.a");
        while let Some(digit) = chars.next_if(char::is_ascii_digit) {
            out.push(digit);
        }
        out.push('_');
    }
    out
}

/// Where `word` stands outside of parentheses and quotes.
fn word_outside(sql: &str, word: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut before) = (0_u32, false, ' ');
    for (at, c) in sql.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        let begins = depth == 0 && !quoted && !before.is_alphanumeric() && before != '_';
        if begins && sql[at..].starts_with(word) {
            let after = sql[at + word.len()..].chars().next();
            if after.is_none_or(|c| c.is_whitespace() || c == '(') {
                return Some(at);
            }
        }
        before = c;
    }
    None
}

/// The end of a list of tuples that begins at `from`, and how many there are.
fn end_of_values(sql: &str, from: usize) -> Option<(usize, u64)> {
    let (mut depth, mut quoted, mut tuples, mut end) = (0_u32, false, 0, None);
    for (at, c) in sql[from..].char_indices() {
        match c {
            '\'' => quoted = !quoted,
            _ if quoted => {}
            '(' => depth += 1,
            ')' if depth == 1 => {
                (depth, tuples, end) = (0, tuples + 1, Some(from + at + 1));
            }
            ')' => depth = depth.checked_sub(1)?,
            ',' | ' ' | '\n' => {}
            _ if depth == 0 => break,
            _ => {}
        }
    }
    end.map(|end| (end, tuples))
}

#[cfg(test)]
mod tests {
    use super::*;

    const K1: &str = "unnest($1::bigint[]) WITH ORDINALITY AS k_(a1_, n_)";
    const K2: &str = "unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS k_(a1_, a2_, n_)";

    #[test]
    fn an_insert_selects_its_rows_from_the_parameters() {
        let one = "INSERT INTO t (a, b, c)\nVALUES ($1, $2, 0)\nON CONFLICT DO NOTHING";
        let many = format!(
            "INSERT INTO t (a, b, c)\nSELECT v_.* FROM {K2} CROSS JOIN LATERAL (VALUES (k_.a1_, k_.a2_, 0)) AS v_\n\
             ON CONFLICT DO NOTHING"
        );
        assert_eq!(for_many(one, &["bigint", "text"]), Some(Many::Inserts { sql: many, each: 1 }));
    }

    #[test]
    fn an_insert_of_several_rows_puts_in_so_many_for_each() {
        let one = "INSERT INTO t (a, b) VALUES ($1, 'x, (y)'), ($1, lower('Z'))";
        let many = format!(
            "INSERT INTO t (a, b) SELECT v_.* FROM {K1} CROSS JOIN LATERAL \
             (VALUES (k_.a1_, 'x, (y)'), (k_.a1_, lower('Z'))) AS v_"
        );
        assert_eq!(for_many(one, &["bigint"]), Some(Many::Inserts { sql: many, each: 2 }));
    }

    #[test]
    fn an_insert_alone_is_executed_for_many_rows_of_one_command_and_no_upsert() {
        assert!(inserts_text("INSERT INTO t (a) VALUES ($1) ON CONFLICT DO NOTHING", &["bigint"]).is_some());
        let upsert = "INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET a = excluded.a";
        assert_eq!(inserts_text(upsert, &["bigint"]), None);
        assert_eq!(inserts_text("UPDATE t SET a = $1 WHERE b = 1", &["bigint"]), None);
    }

    #[test]
    fn a_read_is_joined_to_each_row_of_parameters() {
        let one = "SELECT a FROM t WHERE b = $1 AND c <> '$1' ORDER BY a LIMIT 1";
        let many = format!(
            "SELECT q_.*, k_.n_ FROM {K1} CROSS JOIN LATERAL \
             (SELECT a FROM t WHERE b = k_.a1_ AND c <> '$1' ORDER BY a LIMIT 1) AS q_"
        );
        assert_eq!(for_many(one, &["bigint"]), Some(Many::Numbered(many)));
    }

    #[test]
    fn an_update_and_a_delete_say_whose_row_they_touched() {
        let one = "UPDATE t SET a = a - $1\nWHERE b = $2 AND a >= $1 AND c IN (SELECT c FROM u WHERE d = 1)\nRETURNING a";
        let many = format!(
            "UPDATE t SET a = a - k_.a1_\nFROM {K2} WHERE b = k_.a2_ AND a >= k_.a1_ AND c IN (SELECT c FROM u WHERE d = 1)\n\
             RETURNING a, k_.n_"
        );
        assert_eq!(for_many(one, &["bigint", "text"]), Some(Many::Numbered(many)));
        let gone = format!("DELETE FROM t USING {K1} WHERE a = k_.a1_ RETURNING k_.n_");
        assert_eq!(for_many("DELETE FROM t WHERE a = $1", &["bigint"]), Some(Many::Numbered(gone)));
    }

    #[test]
    fn what_can_not_tell_whose_row_it_is_has_no_form_for_many() {
        for sql in [
            "INSERT INTO t (a) VALUES ($1) RETURNING a",
            "INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET b = 1 WHERE t.b < $1",
            "INSERT INTO t (a) SELECT a FROM u WHERE b = $1",
            "UPDATE t SET a = 1 FROM u WHERE u.a = $1",
            "UPDATE t SET a = $1",
            "WITH x AS (SELECT 1) SELECT $1",
        ] {
            assert_eq!(for_many(sql, &["bigint"]), None, "{sql}");
        }
        assert_eq!(for_many("SELECT count(*) FROM t", &[]), None, "nothing tells one from another");
    }
}
