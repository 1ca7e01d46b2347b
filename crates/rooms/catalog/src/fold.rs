//! Text to be searched: folded, so that both engines compare alike.

/// The text without capitals and outer space.
pub(crate) fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

/// A pattern for `LIKE … ESCAPE '\'` that finds texts which hold `text`.
pub(crate) fn contains(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in fold(text).chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_a_pattern_are_taken_as_they_are() {
        assert_eq!(contains(" 100%_A\\ "), "%100\\%\\_a\\\\%");
        assert_eq!(contains(""), "%%");
    }
}
