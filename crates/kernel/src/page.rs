//! Keyset pages.

use serde::{Deserialize, Serialize};

/// How many rows a page may hold: 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(i64);

impl PageSize {
    /// The largest page.
    pub const MAX: i64 = 100;

    /// `n`, or `None` when it is not within 1 to 100.
    pub fn new(n: i64) -> Option<Self> {
        (1..=Self::MAX).contains(&n).then_some(Self(n))
    }

    /// The number of rows.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self(20)
    }
}

/// Where the next page begins: the sort key and the id of the last row seen. Text form `key_id`, opaque to callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The sort key of the last row, such as its time in ms.
    pub key: i64,
    /// The id of the last row, which makes the key unique.
    pub id: i64,
}

impl Cursor {
    /// Before everything, when rows go down from the newest.
    pub const NEWEST: Self = Self { key: i64::MAX, id: i64::MAX };
    /// Before everything, when rows go up from the oldest.
    pub const OLDEST: Self = Self { key: i64::MIN, id: i64::MIN };

    /// Reads the text form.
    pub fn parse(text: &str) -> Option<Self> {
        let (key, id) = text.split_once('_')?;
        Some(Self { key: key.parse().ok()?, id: id.parse().ok()? })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}_{}", self.key, self.id)
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins; `None` when this is the last.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page from up to `size + 1` rows: the one too many only shows that there is more.
    pub fn of(mut rows: Vec<T>, size: PageSize, cursor: impl Fn(&T) -> Cursor) -> Self {
        let size = usize::try_from(size.get()).unwrap_or(0);
        let more = rows.len() > size;
        rows.truncate(size);
        let next = if more { rows.last().map(|r| cursor(r).to_string()) } else { None };
        Self { items: rows, next }
    }

    /// The same page of other rows.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_too_many_becomes_a_cursor_and_is_not_shown() {
        let size = PageSize::new(2).unwrap();
        let page = Page::of(vec![3, 2, 1], size, |n| Cursor { key: *n, id: *n });
        assert_eq!(page, Page { items: vec![3, 2], next: Some("2_2".into()) });
        assert_eq!(Page::of(vec![3, 2], size, |n| Cursor { key: *n, id: *n }).next, None);
        assert_eq!(Cursor::parse("2_2"), Some(Cursor { key: 2, id: 2 }));
        assert_eq!(Cursor::parse("2"), None);
    }
}
