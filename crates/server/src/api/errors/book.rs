//! What every code means. The page of the book is the one place where that is written.

use std::collections::BTreeMap;

const PAGE: &str = include_str!("../../../../../docs/errors.md");

/// A code, as the book explains it. The texts are Markdown with nothing in it but `code`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The part of the program that it comes from.
    pub(super) part: &'static str,
    /// The HTTP status, and the kind where there is one.
    pub(super) status: &'static str,
    /// What it means.
    pub(super) meaning: &'static str,
    /// The members of its facts.
    pub(super) facts: &'static str,
}

/// All codes of the book.
#[derive(Debug)]
pub(super) struct Book(BTreeMap<&'static str, Entry>);

impl Book {
    /// Reads the page. What is no row of a table of codes is passed over.
    pub(super) fn read() -> Self {
        let mut part = "";
        let mut codes = BTreeMap::new();
        for line in PAGE.lines() {
            if let Some(heading) = line.strip_prefix("## ") {
                part = heading;
            }
            let Some(row) = line.strip_prefix("| `").and_then(|row| row.strip_suffix('|')) else { continue };
            let mut cells = row.split(" | ").map(str::trim);
            let (Some(code), Some(status), Some(meaning)) = (cells.next(), cells.next(), cells.next()) else {
                continue;
            };
            let facts = cells.next().unwrap_or_default().trim_matches('|').trim();
            codes.insert(code.trim_matches('`'), Entry { part, status, meaning, facts });
        }
        Self(codes)
    }

    /// What it says of a code.
    pub(super) fn get(&self, code: &str) -> Option<&Entry> {
        self.0.get(code)
    }

    /// Everything, in the order of the alphabet.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &Entry)> {
        self.0.iter().map(|(code, entry)| (*code, entry))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_code_with_its_status_its_meaning_and_its_facts() {
        let book = Book::read();
        let locked = book.get("identity.login_locked").unwrap();
        assert_eq!((locked.part, locked.status, locked.facts), ("identity", "429 too many", "`until_ms`"));
        assert!(locked.meaning.starts_with("Five wrong passwords"));
        assert_eq!(book.get("request.timed_out").unwrap().facts, "");
        for (code, entry) in book.iter() {
            let status = entry.status.split(' ').next().unwrap().parse::<u16>();
            assert!(status.is_ok_and(|status| (400..600).contains(&status)), "{code}: {}", entry.status);
            assert!(entry.meaning.ends_with('.'), "{code}: {}", entry.meaning);
        }
    }
}
