//! Short functions and files that a person reads in one sitting.
//!
//! Two lists name what may be longer. They are ratchets: an entry that is no longer needed must go.

use proc_macro2::LineColumn;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, ImplItemFn, Item, ItemFn, ItemImpl, Meta, TraitItemFn, Type};

use super::Finding;
use super::tree::{SourceFile, Tree};

const FUNCTION_LINES: usize = 70;
const FILE_LINES: usize = 400;
/// Lines `path function: reason`; a method is written `Type::name`.
const LONG_FUNCTIONS: &str = "xtask/long-functions.txt";
/// Lines `path: reason`.
const LONG_FILES: &str = "xtask/long-files.txt";

/// Functions with a longer body than they should have.
pub(crate) fn functions(tree: &Tree) -> Vec<Finding> {
    let mut long = Vec::new();
    for file in tree.rust() {
        let Ok(syntax) = syn::parse_file(&file.text) else { continue };
        let mut visitor = Functions { owner: String::new(), long: Vec::new() };
        visitor.visit_file(&syntax);
        long.extend(visitor.long.into_iter().map(|(name, line, lines)| Long {
            key: format!("{} {name}", file.path),
            path: file.path.clone(),
            line,
            message: format!("{name} has {lines} lines, more than {FUNCTION_LINES}: give its parts names"),
        }));
    }
    ratchet(tree, LONG_FUNCTIONS, "function length", long)
}

/// Files with more lines than they should have, tests at their end not counted.
pub(crate) fn files(tree: &Tree) -> Vec<Finding> {
    let sources = tree.rust().filter(|file| file.path.contains("/src/"));
    let long = sources.filter_map(|file| {
        let lines = lines_before_tests(file);
        (lines > FILE_LINES).then(|| Long {
            key: file.path.clone(),
            path: file.path.clone(),
            line: FILE_LINES + 1,
            message: format!(
                "{lines} lines before its tests, more than {FILE_LINES}: split it by what it does"
            ),
        })
    });
    ratchet(tree, LONG_FILES, "file length", long.collect())
}

/// Something too long.
struct Long {
    /// How the list names it.
    key: String,
    path: String,
    line: usize,
    message: String,
}

/// What is too long and not listed, and what is listed and not too long.
fn ratchet(tree: &Tree, list: &str, rule: &'static str, long: Vec<Long>) -> Vec<Finding> {
    let text = tree.file(list).map_or("", |file| &file.text);
    let mut found = Vec::new();
    let mut allowed = Vec::new();
    for (number, line) in
        (1..).zip(text.lines()).filter(|(_, line)| !line.starts_with('#') && !line.is_empty())
    {
        let (key, reason) = line.split_once(": ").unwrap_or((line, ""));
        if reason.trim().is_empty() {
            found.push(Finding::new(list, number, rule, format!("`{key}` needs a reason: `{key}: …`")));
        }
        if long.iter().all(|one| one.key != key) {
            found.push(Finding::new(
                list,
                number,
                rule,
                format!("`{key}` is not too long any more: remove it"),
            ));
        }
        allowed.push(key);
    }
    let unlisted = long.into_iter().filter(|one| !allowed.contains(&one.key.as_str()));
    found.extend(unlisted.map(|one| Finding::new(&one.path, one.line, rule, one.message)));
    found
}

/// Collects long functions: name, line and number of lines between the braces.
struct Functions {
    owner: String,
    long: Vec<(String, usize, usize)>,
}

impl Functions {
    fn measure(&mut self, name: &str, start: LineColumn, block: &Block) {
        let open = block.brace_token.span.open().start().line;
        let close = block.brace_token.span.close().start().line;
        let lines = (close - open).saturating_sub(1);
        if lines > FUNCTION_LINES {
            self.long.push((format!("{}{name}", self.owner), start.line, lines));
        }
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        let name = &function.sig.ident;
        self.measure(&name.to_string(), name.span().start(), &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_item_impl(&mut self, block: &'ast ItemImpl) {
        let outer = std::mem::replace(&mut self.owner, owner(&block.self_ty));
        visit::visit_item_impl(self, block);
        self.owner = outer;
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        let name = &function.sig.ident;
        self.measure(&name.to_string(), name.span().start(), &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(block) = &function.default {
            self.measure(&function.sig.ident.to_string(), function.sig.ident.span().start(), block);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

fn owner(self_type: &Type) -> String {
    match self_type {
        Type::Path(path) => path.path.segments.last().map_or_else(String::new, |s| format!("{}::", s.ident)),
        Type::Reference(reference) => owner(&reference.elem),
        _ => String::new(),
    }
}

/// The lines before the first module of tests that stands in the file itself.
fn lines_before_tests(file: &SourceFile) -> usize {
    let all = file.text.lines().count();
    if all <= FILE_LINES {
        return all;
    }
    let Ok(syntax) = syn::parse_file(&file.text) else { return all };
    let line = syntax.items.iter().find_map(|item| match item {
        Item::Mod(module) if module.content.is_some() && module.attrs.iter().any(is_cfg_test) => {
            Some(module.mod_token.span.start().line)
        }
        _ => None,
    });
    line.map_or(all, |line| line.saturating_sub(2))
}

fn is_cfg_test(attribute: &Attribute) -> bool {
    match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => list.tokens.to_string() == "test",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(lines: usize) -> String {
        "\n    a();".repeat(lines) + "\n"
    }

    fn function_findings(files: &[(&str, &str)]) -> Vec<String> {
        functions(&Tree::fixture(files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_function_of_71_lines_is_found_and_one_of_70_is_not() {
        let text = format!("fn fits() {{{}}}\n\nimpl Hub {{\nfn grows() {{{}}}\n}}", body(70), body(71));
        let found = function_findings(&[("crates/pay/src/hub.rs", &text)]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/pay/src/hub.rs:75: function length: Hub::grows has 71 lines"));
    }

    #[test]
    fn a_listed_function_passes_until_it_is_short_again() {
        let long = format!("fn grows() {{{}}}", body(71));
        let list = (LONG_FUNCTIONS, "# flat lists\ncrates/pay/src/hub.rs grows: a flat list\n");
        assert!(function_findings(&[("crates/pay/src/hub.rs", &long), list]).is_empty());
        let found = function_findings(&[("crates/pay/src/hub.rs", "fn grows() {}"), list]);
        assert!(
            found[0].contains(":2: function length: `crates/pay/src/hub.rs grows` is not too long any more")
        );
    }

    #[test]
    fn a_listed_function_needs_a_reason() {
        let long = format!("fn grows() {{{}}}", body(71));
        let list = (LONG_FUNCTIONS, "crates/pay/src/hub.rs grows\n");
        let found = function_findings(&[("crates/pay/src/hub.rs", &long), list]);
        assert!(found[0].contains("needs a reason"), "{found:?}");
    }

    #[test]
    fn a_file_of_401_lines_is_found_unless_the_rest_are_tests() {
        let long = "// a\n".repeat(401);
        let found = files(&Tree::fixture(&[("crates/pay/src/hub.rs", &long)]));
        assert_eq!((found.len(), found[0].line), (1, 401));
        let tested =
            format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", "// a\n".repeat(400), "// b\n".repeat(300));
        assert!(files(&Tree::fixture(&[("crates/pay/src/hub.rs", &tested)])).is_empty());
        assert!(files(&Tree::fixture(&[("crates/pay/tests/hub.rs", &long)])).is_empty());
    }

    #[test]
    fn a_listed_file_passes_until_it_is_short_again() {
        let list = (LONG_FILES, "crates/pay/src/hub.rs: one table\n");
        assert!(files(&Tree::fixture(&[("crates/pay/src/hub.rs", &"// a\n".repeat(401)), list])).is_empty());
        assert_eq!(files(&Tree::fixture(&[("crates/pay/src/hub.rs", "// a\n"), list])).len(), 1);
    }
}
