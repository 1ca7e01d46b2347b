//! A notice in a shopper's inbox.

use kernel::{NoticeId, Timestamp};
use serde::{Deserialize, Serialize};

/// Characters of a title; longer ones are cut.
pub const TITLE_CHARS: usize = 100;
/// Characters of a text; longer ones are cut.
pub const BODY_CHARS: usize = 1000;

/// A notice to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotice {
    /// What it is about, `room.happened`.
    pub kind: &'static str,
    /// The thing it is about.
    pub subject: i64,
    /// Tells apart several notices of one kind about one thing; 0 where there can be only one. A notice of the
    /// same kind, subject and number is told once.
    pub dedupe: i64,
    /// The title.
    pub title: String,
    /// The text.
    pub body: String,
    /// The page that it leads to, within the storefront.
    pub link: Option<String>,
}

/// A notice in an inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// What it is about.
    pub kind: String,
    /// The thing it is about.
    pub subject: i64,
    /// The title.
    pub title: String,
    /// The text.
    pub body: String,
    /// The page that it leads to.
    pub link: Option<String>,
    /// When it was told, in business time.
    pub at: Timestamp,
    /// When it was read, in business time.
    pub read_at: Option<Timestamp>,
}

/// What can be seen of an inbox at a glance. It differs whenever something was told or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Glance {
    /// Notices not read yet.
    pub unread: i64,
    /// The newest notice.
    pub newest: Option<NoticeId>,
}

/// The first `most` characters of `text`, without the characters that lines in an inbox can't show.
pub(crate) fn shown(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_by_characters_and_cleared_of_controls() {
        assert_eq!(shown("开店\u{0}🎁\n送礼", 4), "开店🎁\n");
        assert_eq!(shown("短", 4), "短");
    }
}
