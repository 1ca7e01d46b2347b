//! What a store executes, written down: the bench lets a bare connection do the same, for a limit to measure against.

use parking_lot::Mutex;
use std::{borrow::Cow, sync::Arc};

use crate::{Params, Val};

/// Writes down every statement of the store whose registry knows it. One command at a time, or they mix.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<Vec<Vec<Executed>>>>);

/// A statement as it was executed.
#[derive(Debug, Clone)]
pub struct Executed {
    /// Its text, with `$1` parameters.
    pub sql: &'static str,
    /// The parameters: one set, or several where one statement was executed for many rows.
    pub params: Vec<Params<'static>>,
    /// How many rows it touched or gave; `None` where that was not looked at.
    pub rows: Option<u64>,
}

impl Executed {
    /// True unless it only reads.
    pub fn writes(&self) -> bool {
        !self.sql.trim_start().starts_with("SELECT")
    }
}

/// What a lot sends to PostgreSQL instead of `sql` for each of its commands: the same over arrays, one a parameter,
/// whose elements have these types. `None` where there is no such form.
pub fn array_form(sql: &str, types: &[&str]) -> Option<String> {
    crate::lot::many_text(sql, types)
}

impl Recorder {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was executed since the last call, command by command; empty ones are left out.
    pub fn take(&self) -> Vec<Vec<Executed>> {
        let mut commands = std::mem::take(&mut *self.0.lock());
        commands.retain(|command| !command.is_empty());
        commands
    }

    pub(crate) fn next_command(&self) {
        self.0.lock().push(Vec::new());
    }

    pub(crate) fn note(&self, sql: &'static str, params: &[Params<'_>], rows: Option<u64>) {
        let params = params.iter().map(|row| row.iter().map(owned).collect()).collect();
        if let Some(command) = self.0.lock().last_mut() {
            command.push(Executed { sql, params, rows });
        }
    }

    /// Statements that went out together; `rows` as far as they are known.
    pub(crate) fn note_all(&self, batch: &[(&'static str, Params<'_>)], rows: &[u64]) {
        for (n, (sql, params)) in batch.iter().enumerate() {
            self.note(sql, std::slice::from_ref(params), rows.get(n).copied());
        }
    }
}

fn owned(value: &Val<'_>) -> Val<'static> {
    match value {
        Val::Null => Val::Null,
        Val::Int(n) => Val::Int(*n),
        Val::Real(x) => Val::Real(*x),
        Val::Text(s) => Val::Text(Cow::Owned(s.clone().into_owned())),
        Val::Bytes(b) => Val::Bytes(Cow::Owned(b.clone().into_owned())),
    }
}
