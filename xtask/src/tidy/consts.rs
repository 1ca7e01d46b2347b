//! The constants of a Rust source.

use std::ops::Range;

use super::sql;
use super::tokens::{Kind, Token, follows};

/// `const NAME: type = value;` or the same with `static`.
pub(crate) struct Const<'a> {
    pub(crate) name: &'a str,
    pub(crate) line: usize,
    pub(crate) test: bool,
    /// Whether its type is a string slice.
    pub(crate) is_text: bool,
    pub(crate) value: &'a [Token],
    /// The places of all its tokens.
    pub(crate) range: Range<usize>,
}

impl Const<'_> {
    /// Its string literals, one after the other.
    pub(crate) fn text(&self) -> String {
        let texts = self.value.iter().filter(|token| token.kind == Kind::Text);
        texts.map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Whether it holds a statement: one that starts as such, or one put together from pieces.
    pub(crate) fn is_statement(&self) -> bool {
        let joined = self.value.first().is_some_and(|token| token.is_ident("concat"));
        self.is_text && (joined || sql::is_statement(&self.text()))
    }
}

/// All constants, those inside modules and functions too.
pub(crate) fn of(tokens: &[Token]) -> Vec<Const<'_>> {
    (0..tokens.len()).filter_map(|at| read(tokens, at)).collect()
}

fn read(tokens: &[Token], at: usize) -> Option<Const<'_>> {
    let starts = tokens[at].is_ident("const") || tokens[at].is_ident("static");
    if !starts || !follows(tokens, at + 2, &[":"]) {
        return None;
    }
    let depth = tokens[at].depth;
    let find = |from: usize, text: &str| {
        let found = tokens[from..].iter().position(|token| token.is_punct(text) && token.depth == depth);
        found.map(|index| from + index)
    };
    let end = find(at, ";")?;
    let equals = find(at, "=").filter(|equals| *equals < end)?;
    let kind = &tokens[at + 3..equals];
    let is_text =
        kind.iter().any(|token| token.is_ident("str")) && !kind.iter().any(|token| token.is_punct("["));
    Some(Const {
        name: &tokens[at + 1].text,
        line: tokens[at + 1].line,
        test: tokens[at].test,
        is_text,
        value: &tokens[equals + 1..end],
        range: at..end + 1,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tokens;
    use super::*;

    #[test]
    fn constants_are_read_with_type_and_value() {
        let text = "pub(crate) const A: &str = \"SELECT 1\";\nconst N: [u8; 2] = [1, 2];\n\
                    static B: &'static str = concat!(a!(), \" WHERE x\");\nfn f<const M: usize>() {}";
        let tokens = tokens::read(text, false).unwrap();
        let found: Vec<_> =
            of(&tokens).iter().map(|c| (c.name.to_owned(), c.line, c.is_statement())).collect();
        assert_eq!(
            found,
            [("A", 1, true), ("N", 2, false), ("B", 3, true)].map(|(n, l, s)| (n.to_owned(), l, s))
        );
    }
}
