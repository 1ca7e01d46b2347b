//! Unfinished work, ignored tests, and panics that input could reach.

use super::Finding;
use super::tokens::follows;
use super::tree::{SourceFile, Tree};

/// This folder names the marks it looks for.
const OWN: &str = "xtask/src/tidy/";
const MARKS: [&str; 2] = ["TODO", "FIXME"];
/// Also the code of no currency, so it is a mark in comments only.
const COMMENT_MARK: &str = "XXX";
const UNFINISHED: [&str; 3] = ["todo", "unimplemented", "dbg"];
const PANICS: [&[&str]; 4] =
    [&[".", "unwrap", "("], &[".", "expect", "("], &["panic", "!"], &["unreachable", "!"]];
/// A comment that starts like this, on the line of the call, allows a panic.
const ALLOWANCE: &str = "// unwrap: ";

/// What must not stand in a source.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let each = tree.rust().flat_map(|file| {
        let marks = if file.path.starts_with(OWN) { Vec::new() } else { marks(file) };
        marks.into_iter().chain(unfinished(file)).chain(ignored(file)).chain(panics(file))
    });
    each.collect()
}

fn marks(file: &SourceFile) -> Vec<Finding> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(file.text.lines()) {
        let comment = line.split_once("//").map_or("", |(_, comment)| comment);
        let marked = MARKS.iter().find(|mark| has_word(line, mark));
        if let Some(mark) = marked.or(Some(&COMMENT_MARK).filter(|mark| has_word(comment, mark))) {
            let message =
                format!("{mark}: finish it, or write down what is missing where readers look for it");
            found.push(Finding::new(&file.path, number, "unfinished", message));
        }
    }
    found
}

fn has_word(text: &str, word: &str) -> bool {
    text.contains(word) && text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == word)
}

fn unfinished(file: &SourceFile) -> Vec<Finding> {
    let mut found = Vec::new();
    for (i, token) in file.tokens.iter().enumerate() {
        if UNFINISHED.iter().any(|name| follows(&file.tokens, i, &[name, "!"])) {
            let message = format!("{}! marks unfinished work", token.text);
            found.push(Finding::new(&file.path, token.line, "unfinished", message));
        }
    }
    found
}

fn ignored(file: &SourceFile) -> Vec<Finding> {
    let at = (0..file.tokens.len()).filter(|i| follows(&file.tokens, *i, &["#", "[", "ignore"]));
    let finding = |i: usize| {
        Finding::new(&file.path, file.tokens[i].line, "ignored test", "a test runs, or it is removed")
    };
    at.map(finding).collect()
}

fn panics(file: &SourceFile) -> Vec<Finding> {
    let mut found = Vec::new();
    if !file.path.contains("/src/") {
        return found;
    }
    for (i, token) in file.tokens.iter().enumerate() {
        let Some(panic) = PANICS.iter().find(|panic| follows(&file.tokens, i, panic)) else { continue };
        // The name's own line: a chain may break before the dot.
        let line = file.tokens.get(i + panic.len() - 2).map_or(token.line, |name| name.line);
        if !token.test && !is_allowed(file.line(line)) {
            let message = format!(
                "{} ends the process; return an error, or say on the same line why it cannot happen: `{ALLOWANCE}…`",
                panic.concat()
            );
            found.push(Finding::new(&file.path, line, "panic", message));
        }
    }
    found
}

fn is_allowed(line: &str) -> bool {
    line.split_once(ALLOWANCE).is_some_and(|(_, reason)| !reason.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(usize, &'static str)> {
        check(&Tree::fixture(&[(path, text)])).into_iter().map(|f| (f.line, f.rule)).collect()
    }

    #[test]
    fn marks_of_unfinished_work_are_found_in_comments_and_code() {
        let text = "// TODO later\nfn a() {\n  todo!()\n}\nfn b() { dbg!(1); unimplemented!() }\n/// FIXME\nfn c() {}";
        let rule = "unfinished";
        assert_eq!(
            found("crates/kernel/src/lib.rs", text),
            [(1, rule), (6, rule), (3, rule), (5, rule), (5, rule)]
        );
        assert!(found("crates/kernel/src/lib.rs", "fn todos(a: u8) { \"XXX\" }").is_empty());
        assert_eq!(found("crates/kernel/src/lib.rs", "fn a() {} // XXX"), [(1, rule)]);
    }

    #[test]
    fn an_ignored_test_is_found() {
        let text = "#[test]\n#[ignore = \"slow\"]\nfn a() {}";
        assert_eq!(found("crates/server/tests/e2e/main.rs", text), [(2, "ignored test")]);
    }

    #[test]
    fn panics_are_found_outside_tests() {
        let text = "fn a() { b()\n  .unwrap(); c.expect(\"d\");\n panic!(); unreachable!(\"e\") }";
        assert_eq!(found("crates/kernel/src/lib.rs", text), [2, 2, 3, 3].map(|line| (line, "panic")));
    }

    #[test]
    fn panics_pass_in_tests_and_with_a_reason_on_their_line() {
        let text = "fn a() { b.unwrap(); } // unwrap: b was built from digits\n\
                    #[cfg(test)] mod tests { fn a() { b.unwrap() } }\nfn c() { d.unwrap_or(1); }";
        assert!(found("crates/kernel/src/lib.rs", text).is_empty());
        assert!(found("crates/kernel/tests/a.rs", "fn a() { b.unwrap() }").is_empty());
        assert_eq!(found("crates/kernel/src/lib.rs", "fn a() { b.unwrap(); } // unwrap: "), [(1, "panic")]);
    }
}
