//! A Rust source as a flat list of tokens that know their line and whether they are test code.
//!
//! Tokens, unlike a syntax tree, also show what stands inside macro calls. Comments and doc comments are absent.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};
use syn::Lit;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// A name or a keyword.
    Ident,
    /// One character of punctuation, brackets included.
    Punct,
    /// A string literal; its text is the value.
    Text,
    /// Any other literal.
    Literal,
}

/// One token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) text: String,
    pub(crate) line: usize,
    /// Inside an item that only tests compile.
    pub(crate) test: bool,
    /// How many brackets are open around it.
    pub(crate) depth: usize,
}

impl Token {
    /// Whether this is the name or keyword.
    pub(crate) fn is_ident(&self, name: &str) -> bool {
        self.kind == Kind::Ident && self.text == name
    }

    /// Whether this is the punctuation character or bracket.
    pub(crate) fn is_punct(&self, text: &str) -> bool {
        self.kind == Kind::Punct && self.text == text
    }
}

/// Whether the tokens at this place are these names and characters.
pub(crate) fn follows(tokens: &[Token], at: usize, expected: &[&str]) -> bool {
    let code = |token: &Token| matches!(token.kind, Kind::Ident | Kind::Punct);
    expected
        .iter()
        .enumerate()
        .all(|(i, text)| tokens.get(at + i).is_some_and(|token| code(token) && token.text == *text))
}

/// The tokens of a source; an error when it is not Rust.
pub(crate) fn read(text: &str, test: bool) -> Result<Vec<Token>, (usize, String)> {
    let stream: TokenStream = text.parse().map_err(|error: proc_macro2::LexError| {
        let line = error.span().start().line;
        (line, error.to_string())
    })?;
    let mut reader = Reader { tokens: Vec::new(), depth: 0 };
    reader.stream(stream, test);
    Ok(reader.tokens)
}

struct Reader {
    tokens: Vec<Token>,
    depth: usize,
}

impl Reader {
    /// Reads one level. After an attribute that only tests compile, everything to the end of the item is test code.
    fn stream(&mut self, stream: TokenStream, test: bool) {
        let mut item_is_test = false;
        let mut after_hash = false;
        for tree in stream {
            match tree {
                TokenTree::Group(group) if after_hash => {
                    item_is_test |= is_test_attribute(&group);
                    if !is_doc(&group) {
                        self.group(&group, test || item_is_test);
                    }
                    after_hash = false;
                }
                TokenTree::Group(group) => {
                    self.group(&group, test || item_is_test);
                    item_is_test &= group.delimiter() != Delimiter::Brace;
                }
                TokenTree::Punct(punct) => {
                    let c = punct.as_char();
                    let inner = c == '!' && after_hash && punct.spacing() == Spacing::Alone;
                    after_hash = c == '#' || inner;
                    self.push(Kind::Punct, c.to_string(), punct.span().start().line, test || item_is_test);
                    item_is_test &= c != ';';
                }
                TokenTree::Ident(ident) => {
                    after_hash = false;
                    self.push(
                        Kind::Ident,
                        ident.to_string(),
                        ident.span().start().line,
                        test || item_is_test,
                    );
                }
                TokenTree::Literal(literal) => {
                    after_hash = false;
                    let line = literal.span().start().line;
                    let (kind, text) = match Lit::new(literal.clone()) {
                        Lit::Str(text) => (Kind::Text, text.value()),
                        _ => (Kind::Literal, literal.to_string()),
                    };
                    self.push(kind, text, line, test || item_is_test);
                }
            }
        }
    }

    fn group(&mut self, group: &Group, test: bool) {
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Brace => ("{", "}"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::None => ("", ""),
        };
        self.push(Kind::Punct, open.to_owned(), group.span_open().start().line, test);
        self.depth += 1;
        self.stream(group.stream(), test);
        self.depth -= 1;
        self.push(Kind::Punct, close.to_owned(), group.span_close().start().line, test);
    }

    fn push(&mut self, kind: Kind, text: String, line: usize, test: bool) {
        self.tokens.push(Token { kind, text, line, test, depth: self.depth });
    }
}

fn is_doc(attribute: &Group) -> bool {
    let mut trees = attribute.stream().into_iter();
    let is_doc = matches!(trees.next(), Some(TokenTree::Ident(name)) if name == "doc");
    is_doc && !attribute.to_string().contains("include_str")
}

/// `#[test]`, `#[tokio::test]`, `#[cfg(test)]`, or a `cfg` on the feature that carries test kits.
fn is_test_attribute(attribute: &Group) -> bool {
    let text: String = attribute.stream().to_string().split_whitespace().collect();
    if text.starts_with("cfg(") {
        return has_word(&text, "test") && !text.contains("not(") || text.contains("\"testkit\"");
    }
    let path = text.split('(').next().unwrap_or_default();
    path == "test" || path.ends_with("::test")
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test_idents(text: &str) -> Vec<String> {
        let tokens = read(text, false).unwrap();
        tokens.into_iter().filter(|t| t.test && t.kind == Kind::Ident).map(|t| t.text).collect()
    }

    #[test]
    fn an_item_behind_a_test_attribute_is_test_code_to_its_end() {
        let found =
            test_idents("#[cfg(test)]\nmod a { fn b() {} }\nfn c() {}\n#[tokio::test] async fn d() {}");
        assert_eq!(found, ["cfg", "test", "mod", "a", "fn", "b", "tokio", "test", "async", "fn", "d"]);
        assert_eq!(
            test_idents("#[cfg(any(test, feature = \"testkit\"))]\npub mod kit;\nmod x;").last().unwrap(),
            "kit"
        );
        assert_eq!(test_idents("#[cfg(feature = \"testkit\")] mod kit;").last().unwrap(), "kit");
        assert!(test_idents("#[cfg(not(test))] mod live;").is_empty());
    }

    #[test]
    fn doc_comments_are_absent_and_strings_have_their_value() {
        let tokens = read("/// SELECT nothing\nconst A: &str = \"SELECT \\\n  1\";", false).unwrap();
        let texts: Vec<&Token> = tokens.iter().filter(|t| t.kind == Kind::Text).collect();
        assert_eq!(texts.len(), 1);
        assert_eq!((texts[0].text.as_str(), texts[0].line), ("SELECT 1", 2));
    }

    #[test]
    fn what_is_not_rust_is_an_error_with_its_line() {
        assert_eq!(read("fn a() {\n  (\n}", false).unwrap_err().0, 3);
    }
}
