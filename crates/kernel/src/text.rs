//! Text from outside, made well-formed once at the face.

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space where something is needed.
    #[error("must not be empty")]
    Empty,
    /// More characters than the limit.
    #[error("is longer than {max} characters")]
    TooLong {
        /// The limit, in characters.
        max: usize,
    },
    /// A control character, or one that reorders or hides others.
    #[error("holds a control character")]
    Control,
}

/// A text of 1 to `MAX` characters without control characters, trimmed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// Checks `raw`.
    pub fn new(raw: &str) -> Result<Self, TextError> {
        let clean = clean_text(raw, MAX)?;
        if clean.is_empty() { Err(TextError::Empty) } else { Ok(Self(clean)) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> From<Text<MAX>> for String {
    fn from(t: Text<MAX>) -> Self {
        t.0
    }
}

/// Trims `raw` and checks it: at most `max` characters, no control characters but line breaks and tabs, and none of
/// the invisible ones that change the order of others (bidirectional overrides). May come out empty.
pub fn clean_text(raw: &str, max: usize) -> Result<String, TextError> {
    let text = raw.trim();
    if text.chars().count() > max {
        return Err(TextError::TooLong { max });
    }
    let forbidden = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if text.chars().any(forbidden) { Err(TextError::Control) } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_counted_in_characters_and_free_of_controls() {
        assert_eq!(Text::<4>::new(" 开店🎁 ").map(String::from), Ok("开店🎁".to_owned()));
        assert_eq!(Text::<2>::new("开店🎁"), Err(TextError::TooLong { max: 2 }));
        assert_eq!(Text::<9>::new("a\u{0}b"), Err(TextError::Control));
        assert_eq!(Text::<9>::new("a\u{202e}b"), Err(TextError::Control));
        assert_eq!(Text::<9>::new("  "), Err(TextError::Empty));
    }
}
