//! `docs/states.md` against the tables of moves in the sources: each table is there, and says what the code says.

use std::collections::{BTreeMap, BTreeSet};
use syn::{
    Expr, Ident, ImplItemConst, ItemConst,
    visit::{self, Visit},
};

use crate::sources;

/// A move: from, by what where the table says it, to.
type Move = (String, Option<String>, String);
/// Tables by their file and name.
type Tables = BTreeMap<(String, String), BTreeSet<Move>>;

struct Found<'a> {
    path: &'a str,
    tables: &'a mut Tables,
}

impl Found<'_> {
    fn table(&mut self, name: &Ident, value: &Expr) {
        if name.to_string().ends_with("MOVES") {
            let moves = moves(value).unwrap_or_else(|| panic!("{name} of {} is no literal table", self.path));
            self.tables.insert((self.path.to_owned(), name.to_string()), moves);
        }
    }
}

impl<'ast> Visit<'ast> for Found<'_> {
    fn visit_item_const(&mut self, item: &'ast ItemConst) {
        self.table(&item.ident, &item.expr);
        visit::visit_item_const(self, item);
    }

    fn visit_impl_item_const(&mut self, item: &'ast ImplItemConst) {
        self.table(&item.ident, &item.expr);
        visit::visit_impl_item_const(self, item);
    }
}

/// The rows of `&[(State::A, State::B), …]`.
fn moves(value: &Expr) -> Option<BTreeSet<Move>> {
    let Expr::Reference(reference) = value else { return None };
    let Expr::Array(rows) = &*reference.expr else { return None };
    let row = |row: &Expr| {
        let Expr::Tuple(row) = row else { return None };
        let names: Option<Vec<String>> = row.elems.iter().map(name).collect();
        match names?.as_slice() {
            [from, to] => Some((from.clone(), None, to.clone())),
            [from, by, to] => Some((from.clone(), Some(by.clone()), to.clone())),
            _ => None,
        }
    };
    rows.elems.iter().map(row).collect()
}

/// `part_shipped` of `OrderState::PartShipped`.
fn name(state: &Expr) -> Option<String> {
    let Expr::Path(path) = state else { return None };
    let name = path.path.segments.last()?.ident.to_string();
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push('_');
        }
        words.extend(letter.to_lowercase());
    }
    Some(words)
}

fn in_sources() -> Tables {
    let mut tables = Tables::new();
    for (path, syntax) in sources::all() {
        Found { path: &path, tables: &mut tables }.visit_file(&syntax);
    }
    tables
}

/// The tables of the page. Each section names its table and file, and ends each row with the states that may follow.
fn on_the_page() -> Tables {
    let page = std::fs::read_to_string(sources::root().join("docs/states.md")).unwrap();
    let mut tables = Tables::new();
    for section in page.split("\n## ").skip(1) {
        let mut quoted = section.split('`').skip(1).step_by(2);
        let (Some(table), Some(path)) = (quoted.next(), quoted.next()) else { continue };
        if !table.ends_with("MOVES") {
            continue;
        }
        let rows = section.lines().filter(|line| line.starts_with('|') && line.contains("| `"));
        let moves = rows.flat_map(row).collect();
        tables.insert((path.to_owned(), table.to_owned()), moves);
    }
    tables
}

/// The moves of `| 10 | \`unpaid\` | … | to_ship, cancelled (cancel) |`.
fn row(line: &str) -> Vec<Move> {
    let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
    let from = cells.iter().find_map(|cell| cell.strip_prefix('`')?.strip_suffix('`')).unwrap();
    let follows = cells.last().unwrap().trim_end_matches('|').trim();
    let one = |to: &str| match to.split_once(" (") {
        Some((to, by)) => (from.to_owned(), Some(by.trim_end_matches(')').to_owned()), to.to_owned()),
        None => (from.to_owned(), None, to.to_owned()),
    };
    if follows == "—" { Vec::new() } else { follows.split(", ").map(one).collect() }
}

#[test]
fn the_page_of_states_has_every_table_of_moves_and_each_says_what_the_code_says() {
    let (sources, page) = (in_sources(), on_the_page());
    assert!(sources.len() >= 12, "the tables are found: {:?}", sources.keys());
    assert_eq!(
        page.keys().collect::<Vec<_>>(),
        sources.keys().collect::<Vec<_>>(),
        "docs/states.md on the left, the sources on the right"
    );
    for (table, moves) in &sources {
        assert_eq!(&page[table], moves, "docs/states.md on the left, {table:?} on the right");
    }
}
