//! The page of the book against the sources: every code that an answer can carry is explained, with the status that it
//! has, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};
use syn::{
    Expr, ExprCall, ExprMatch, FieldValue, ImplItem, ImplItemFn, ItemConst, ItemImpl, ItemMacro, ItemMod,
    Lit, LitStr, Member, Pat,
    visit::{self, Visit},
};

use super::book::Book;
use crate::sources::{self, of_tests};

/// What the sources say of codes.
#[derive(Default)]
struct Sources {
    /// Every code that an answer can carry.
    codes: BTreeSet<String>,
    /// The kind of those whose enum says it plainly.
    kinds: BTreeMap<String, String>,
    /// Constants of the file that is being read.
    constants: BTreeMap<String, String>,
}

impl Sources {
    fn read() -> Self {
        let mut sources = Self::default();
        for (path, syntax) in sources::all() {
            sources.constants = BTreeMap::new();
            Constants(&mut sources.constants).visit_file(&syntax);
            let all_macros = path.ends_with("/flaw.rs");
            Codes { sources: &mut sources, all_macros }.visit_file(&syntax);
        }
        sources
    }

    fn note(&mut self, code: String) {
        let is_code =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if code.split_once('.').is_some_and(|(room, what)| is_code(room) && is_code(what)) {
            self.codes.insert(code);
        }
    }

    /// The value of a literal, or of a constant of this file.
    fn text(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            Expr::Path(path) => self.constants.get(&path.path.get_ident()?.to_string()).cloned(),
            _ => None,
        }
    }
}

struct Constants<'a>(&'a mut BTreeMap<String, String>);

impl<'ast> Visit<'ast> for Constants<'_> {
    fn visit_item_const(&mut self, item: &'ast ItemConst) {
        if let Expr::Lit(literal) = &*item.expr
            && let Lit::Str(text) = &literal.lit
        {
            self.0.insert(item.ident.to_string(), text.value());
        }
    }
}

struct Codes<'a> {
    sources: &'a mut Sources,
    /// The macros of this file are tables of codes.
    all_macros: bool,
}

impl<'ast> Visit<'ast> for Codes<'_> {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !of_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        let of_fault =
            item.trait_.as_ref().is_some_and(|(path, _)| path.segments.last().unwrap().ident == "Fault");
        if of_fault {
            let arms = |name: &str| {
                let body = item.items.iter().find_map(|each| match each {
                    ImplItem::Fn(function) if function.sig.ident == name => Some(function),
                    _ => None,
                });
                body.map(arms).unwrap_or_default()
            };
            let kinds: BTreeMap<String, String> = arms("kind")
                .into_iter()
                .filter_map(|(variant, kind)| Some((variant, last_name(kind)?)))
                .collect();
            for (variant, code) in arms("code") {
                let Some(code) = self.sources.text(code) else { continue };
                if let Some(kind) = kinds.get(&variant) {
                    self.sources.kinds.insert(code, kind.clone());
                }
            }
        }
        visit::visit_item_impl(self, item);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if function.sig.ident == "code" {
            let mut texts = Texts { sources: self.sources };
            texts.visit_block(&function.block);
        }
        visit::visit_impl_item_fn(self, function);
    }

    /// `Problem::new(kind, code, detail)`
    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if let Expr::Path(function) = &*call.func {
            let names: Vec<String> = function.path.segments.iter().map(|s| s.ident.to_string()).collect();
            let code = call.args.get(1).and_then(|code| self.sources.text(code));
            if let (true, Some(code)) = (names.ends_with(&["Problem".into(), "new".into()]), code) {
                if let Some(kind) = call.args.first().and_then(last_name) {
                    self.sources.kinds.insert(code.clone(), kind);
                }
                self.sources.note(code);
            }
        }
        visit::visit_expr_call(self, call);
    }

    /// `Refusal { code: "…", … }`
    fn visit_field_value(&mut self, field: &'ast FieldValue) {
        if matches!(&field.member, Member::Named(name) if name == "code")
            && let Some(code) = self.sources.text(&field.expr)
        {
            self.sources.note(code);
        }
        visit::visit_field_value(self, field);
    }

    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        if self.all_macros {
            let words = item.mac.tokens.to_string();
            for word in words.split('"').filter(|word| word.starts_with("catalog.")) {
                self.sources.note(word.to_owned());
            }
        }
    }
}

/// Every text in a piece of code.
struct Texts<'a> {
    sources: &'a mut Sources,
}

impl<'ast> Visit<'ast> for Texts<'_> {
    fn visit_lit_str(&mut self, text: &'ast LitStr) {
        self.sources.note(text.value());
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        if let Some(text) =
            path.path.get_ident().and_then(|name| self.sources.constants.get(&name.to_string()))
        {
            self.sources.note(text.clone());
        }
    }
}

/// The variants that a function matches its own kind with, each with what it gives.
fn arms(function: &ImplItemFn) -> Vec<(String, &Expr)> {
    struct Arms<'ast>(Vec<(String, &'ast Expr)>);
    impl<'ast> Visit<'ast> for Arms<'ast> {
        fn visit_expr_match(&mut self, table: &'ast ExprMatch) {
            for arm in &table.arms {
                self.0.extend(variants(&arm.pat).into_iter().map(|variant| (variant, &*arm.body)));
            }
        }
    }
    let mut found = Arms(Vec::new());
    found.visit_impl_item_fn(function);
    found.0
}

fn variants(pattern: &Pat) -> Vec<String> {
    let name = |path: &syn::Path| path.segments.last().map(|s| s.ident.to_string()).into_iter().collect();
    match pattern {
        Pat::Or(any) => any.cases.iter().flat_map(variants).collect(),
        Pat::Path(path) => name(&path.path),
        Pat::Struct(one) => name(&one.path),
        Pat::TupleStruct(one) => name(&one.path),
        _ => Vec::new(),
    }
}

/// `Conflict` of `Kind::Conflict`.
fn last_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Path(path) => path.path.segments.last().map(|s| s.ident.to_string()),
        Expr::Block(block) => match block.block.stmts.as_slice() {
            [syn::Stmt::Expr(expr, None)] => last_name(expr),
            _ => None,
        },
        _ => None,
    }
}

/// How the book writes a kind.
fn status(kind: &str) -> &'static str {
    match kind {
        "Invalid" => "400 invalid",
        "Unauthenticated" => "401 unauthenticated",
        "Forbidden" => "403 forbidden",
        "NotFound" => "404 not found",
        "Conflict" => "409 conflict",
        "Gone" => "410 gone",
        "TooMany" => "429 too many",
        "Unavailable" => "503 unavailable",
        "Internal" => "500 internal",
        other => panic!("what is {other}?"),
    }
}

#[test]
fn every_code_that_an_answer_can_carry_is_in_the_book_and_nothing_else() {
    let (sources, book) = (Sources::read(), Book::read());
    let explained: BTreeSet<String> = book.iter().map(|(code, _)| code.to_owned()).collect();
    let missing: Vec<_> = sources.codes.difference(&explained).collect();
    assert!(missing.is_empty(), "docs/errors.md lacks {missing:?}");
    let stale: Vec<_> = explained.difference(&sources.codes).collect();
    assert!(stale.is_empty(), "docs/errors.md has what nobody answers: {stale:?}");
}

#[test]
fn a_code_has_the_status_that_the_book_says() {
    let (sources, book) = (Sources::read(), Book::read());
    assert!(sources.kinds.len() > 200, "only {} kinds are plain", sources.kinds.len());
    for (code, kind) in &sources.kinds {
        let Some(entry) = book.get(code) else { continue };
        assert_eq!(entry.status, status(kind), "{code}");
    }
}
