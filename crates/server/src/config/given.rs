//! The values that were given, and where each came from.

use std::{collections::BTreeMap, path::Path};
use toml::de::{DeTable, DeValue};

use super::{section::Key, setting::Setting};

/// A value, with the words for its origin.
#[derive(Debug, Clone)]
struct Given {
    text: String,
    from: String,
}

/// Values by dotted name. A layer that is laid over another hides what it names.
#[derive(Debug, Clone, Default)]
pub struct Layers(BTreeMap<String, Given>);

impl Layers {
    /// Lays one value over what is there.
    pub fn set(&mut self, name: impl Into<String>, text: impl Into<String>, from: impl Into<String>) {
        self.0.insert(name.into(), Given { text: text.into(), from: from.into() });
    }

    /// Lays the variables that belong to `keys` over what is there; gives back the names of those that look like
    /// settings and are none.
    pub(super) fn environment(
        &mut self,
        variables: impl IntoIterator<Item = (String, String)>,
        keys: &[Key],
    ) -> Vec<String> {
        let mut strange = Vec::new();
        for (variable, text) in variables {
            match keys.iter().find(|key| key.variable() == variable) {
                Some(key) => self.set(key.name, text, format!("from the variable {variable}")),
                None if is_ours(&variable) => strange.push(variable),
                None => {}
            }
        }
        strange
    }

    /// Lays a TOML file over what is there.
    pub(super) fn file(&mut self, path: &Path, text: &str) -> Result<(), String> {
        let shown = path.display();
        let table = DeTable::parse(text).map_err(|e| {
            let line = e.span().map_or(1, |span| line_of(text, span.start));
            format!("{shown}, line {line}: {}", e.message().lines().collect::<Vec<_>>().join(" "))
        })?;
        self.table("", table.get_ref(), &|at| format!("from {shown}, line {}", line_of(text, at)));
        Ok(())
    }

    fn table(&mut self, prefix: &str, table: &DeTable<'_>, from: &dyn Fn(usize) -> String) {
        for (name, value) in table {
            let name_text = format!("{prefix}{}", name.get_ref());
            match value.get_ref() {
                DeValue::Table(inner) => self.table(&format!("{name_text}."), inner, from),
                value => self.set(name_text, scalar(value), from(name.span().start)),
            }
        }
    }
}

/// A value as text; of an array, its members with commas between.
fn scalar(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(members) => members.iter().map(|m| scalar(m.get_ref())).collect::<Vec<_>>().join(","),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|b| *b == b'\n').count() + 1
}

/// Variables of ours that are no settings of the program: they steer its tests.
const NOT_SETTINGS: [&str; 4] = ["KAIDIAN_TEST", "KAIDIAN_CRASH", "KAIDIAN_BENCH", "KAIDIAN_CONFIG"];

fn is_ours(variable: &str) -> bool {
    variable.starts_with("KAIDIAN_") && !NOT_SETTINGS.iter().any(|other| variable.starts_with(other))
}

/// Hands out values, and keeps what is wrong with them.
#[derive(Debug)]
pub struct Reader {
    given: BTreeMap<String, Given>,
    wrong: Vec<String>,
}

impl Reader {
    pub(super) fn new(layers: Layers) -> Self {
        Self { given: layers.0, wrong: Vec::new() }
    }

    /// The value of `name`, or its default; `None` if what was given is wrong.
    pub fn take<T: Setting>(&mut self, name: &'static str, default: &'static str) -> Option<T> {
        let default = || Given { text: default.to_owned(), from: "the default".to_owned() };
        let given = self.given.remove(name).unwrap_or_else(default);
        match T::parse(&given.text) {
            Ok(value) => Some(value),
            Err(problem) => {
                let shown = if T::SECRET { String::new() } else { format!(" is {:?} and", given.text) };
                self.wrong.push(format!("{name}{shown} {problem} ({})", given.from));
                None
            }
        }
    }

    /// Adds a fault that lies in several values together.
    pub(super) fn refuse(&mut self, problem: impl Into<String>) {
        self.wrong.push(problem.into());
    }

    /// Everything wrong, with what nobody took.
    pub(super) fn finish(mut self) -> Vec<String> {
        for (name, given) in self.given {
            self.wrong.push(format!("{name} is no setting ({})", given.from));
        }
        self.wrong
    }
}
