//! The names by which people are found: logins and phone numbers, made well-formed once.

use serde::{Deserialize, Serialize};
use store::{FromCol, Row, Val};

use crate::Error;

/// The name that staff and operators log in with: 3 to 64 of `a-z 0-9 . _ @ + -`, folded to lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LoginName(String);

impl LoginName {
    /// Checks and folds `raw`.
    pub fn new(raw: &str) -> Result<Self, Error> {
        let text = raw.trim().to_ascii_lowercase();
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._@+-".contains(&b);
        let fits = (3..=64).contains(&text.len()) && text.bytes().all(allowed);
        if fits { Ok(Self(text)) } else { Err(Error::LoginInvalid) }
    }

    /// The folded text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'a> From<&'a LoginName> for Val<'a> {
    fn from(login: &'a LoginName) -> Self {
        login.as_str().into()
    }
}

/// A phone number that a shopper logs in with: bare digits for mainland China, `+` and digits elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

impl Phone {
    /// Checks `raw` and removes spaces, dashes and the Chinese country code.
    pub fn new(raw: &str) -> Result<Self, Error> {
        let text: String = raw.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let chinese = |digits: &str| digits.len() == 11 && digits.starts_with('1');
        let bare = text.strip_prefix("+86").filter(|rest| chinese(rest)).unwrap_or(&text);
        let digits = bare.strip_prefix('+').unwrap_or(bare);
        let counted =
            if bare.len() == digits.len() { chinese(digits) } else { (7..=15).contains(&digits.len()) };
        let fits = counted && digits.bytes().all(|b| b.is_ascii_digit());
        if fits { Ok(Self(bare.to_owned())) } else { Err(Error::PhoneInvalid) }
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number with all but its first three and last four digits hidden, for show.
    pub fn masked(&self) -> String {
        let n = self.0.chars().count();
        let shown = |i: usize| i < 3 || i + 4 >= n;
        self.0.chars().enumerate().map(|(i, c)| if shown(i) { c } else { '*' }).collect()
    }
}

impl TryFrom<String> for Phone {
    type Error = Error;
    fn try_from(raw: String) -> Result<Self, Error> {
        Self::new(&raw)
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

impl<'a> From<&'a Phone> for Val<'a> {
    fn from(phone: &'a Phone) -> Self {
        phone.as_str().into()
    }
}

impl FromCol for Phone {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, store::Error> {
        row.get(index).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_folded_and_of_plain_characters() {
        assert_eq!(LoginName::new(" Li.Wei@Shop.cn ").unwrap().as_str(), "li.wei@shop.cn");
        for bad in ["", "ab", "li wei", "李伟伟", &"a".repeat(65), "a\u{0}bc"] {
            assert!(LoginName::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn one_phone_has_one_spelling() {
        for raw in ["13800138000", "+8613800138000", " 138-0013-8000 ", "+86 138 0013 8000"] {
            assert_eq!(Phone::new(raw).unwrap().as_str(), "13800138000");
        }
        assert_eq!(Phone::new("+1 415 555 0100").unwrap().as_str(), "+14155550100");
        for bad in [
            "",
            "+",
            "23800138000",
            "1380013800",
            "138001380000",
            "+1234",
            "1380013800x",
            "+86138001380001234",
        ] {
            assert!(Phone::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_masked_phone_shows_three_and_four_digits() {
        assert_eq!(Phone::new("13800138000").unwrap().masked(), "138****8000");
    }
}
