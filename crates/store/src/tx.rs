//! A transaction: the only way to the database, the same for both engines.

use kernel::{Ctx, Timestamp};
use std::sync::Arc;

use crate::{
    Error, Event, Job, Params, Registry, Row, Vault,
    effect::{Effects, Said, Scheduled},
    lite::LiteTx,
    lot::LotTx,
    pg::PgTx,
};

/// A running transaction. Use cases take `&mut Tx` and never commit; whoever made it does.
///
/// A statement that failed has failed the transaction, on both engines: whatever the command makes of the error,
/// further statements get the same one, and nothing is committed.
pub struct Tx {
    pub(crate) engine: Engine,
    pub(crate) effects: Effects,
    pub(crate) registry: Arc<Registry>,
    pub(crate) statements: u64,
    /// The first failure. PostgreSQL goes on in a transaction that it will roll back; SQLite goes on in one that
    /// lacks a statement, or, after a full disk, outside of any.
    pub(crate) failed: Option<Error>,
    reads_only: bool,
}

pub(crate) enum Engine {
    Lite(LiteTx),
    Pg(PgTx),
    /// One of many commands that share a transaction of PostgreSQL.
    Lot(LotTx),
}

/// Statements to be executed together: in one round trip on PostgreSQL.
#[derive(Debug, Default)]
pub struct Batch<'a>(pub(crate) Vec<(&'static str, Params<'a>)>);

impl<'a> Batch<'a> {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a statement. They run in the order of adding.
    pub fn add(&mut self, sql: &'static str, params: Params<'a>) -> &mut Self {
        self.0.push((sql, params));
        self
    }

    /// True if there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Tx {
    pub(crate) fn new(engine: Engine, registry: Arc<Registry>) -> Self {
        if let Some(recorder) = &registry.recorder {
            recorder.next_command();
        }
        Self { engine, effects: Effects::default(), registry, statements: 0, failed: None, reads_only: false }
    }

    /// The same, for a snapshot: nothing can be said or scheduled in it.
    pub(crate) fn for_reading(engine: Engine, registry: Arc<Registry>) -> Self {
        Self { reads_only: true, ..Self::new(engine, registry) }
    }

    /// Forgets the last command: the writer uses one transaction for many.
    pub(crate) fn next_command(&mut self) {
        if let Some(recorder) = &self.registry.recorder {
            recorder.next_command();
        }
        self.effects.clear();
        self.failed = None;
    }

    fn guard(&self) -> Result<(), Error> {
        self.failed.clone().map_or(Ok(()), Err)
    }

    fn note<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(e) = &result {
            self.failed.get_or_insert_with(|| e.clone());
        }
        result
    }

    /// Writes a statement down, where somebody wants to know.
    fn record(&self, sql: &'static str, params: &[Params<'_>], rows: u64) {
        if let Some(recorder) = &self.registry.recorder {
            recorder.note(sql, params, Some(rows));
        }
    }

    /// Executes a statement; how many rows it touched.
    pub async fn exec(&mut self, sql: &'static str, params: Params<'_>) -> Result<u64, Error> {
        self.guard()?;
        self.statements += 1;
        let done = match &mut self.engine {
            Engine::Lite(lite) => lite.exec(sql, &params),
            Engine::Pg(pg) => pg.exec(sql, &params).await,
            Engine::Lot(lot) => lot.exec(sql, &params).await,
        };
        self.record(sql, std::slice::from_ref(&params), *done.as_ref().unwrap_or(&0));
        self.note(done)
    }

    /// Executes statements that need no answer in between; how many rows each touched. The first failure fails
    /// all of it.
    pub async fn exec_all(&mut self, batch: Batch<'_>) -> Result<Vec<u64>, Error> {
        self.guard()?;
        self.statements += batch.0.len() as u64;
        let done: Result<Vec<u64>, Error> = match &mut self.engine {
            Engine::Lite(lite) => batch.0.iter().map(|(sql, params)| lite.exec(sql, params)).collect(),
            Engine::Pg(pg) => pg.exec_all(&batch.0).await,
            Engine::Lot(lot) => lot.exec_all(&batch.0).await,
        };
        if let (Some(recorder), Ok(rows)) = (&self.registry.recorder, &done) {
            recorder.note_all(&batch.0, rows);
        }
        self.note(done)
    }

    /// Executes one statement for many rows; how many rows it touched in all. On PostgreSQL an
    /// `INSERT … VALUES ($1, …)` becomes a single statement over arrays, anything else is pipelined.
    pub async fn exec_many(&mut self, sql: &'static str, rows: &[Params<'_>]) -> Result<u64, Error> {
        self.guard()?;
        let done = match &mut self.engine {
            Engine::Lite(lite) => {
                self.statements += rows.len() as u64;
                rows.iter().try_fold(0, |sum, params| Ok(sum + lite.exec(sql, params)?))
            }
            Engine::Pg(pg) => {
                self.statements += 1;
                pg.exec_many(sql, rows).await
            }
            Engine::Lot(lot) => {
                self.statements += 1;
                lot.exec_many(sql, rows).await
            }
        };
        self.record(sql, rows, *done.as_ref().unwrap_or(&0));
        self.note(done)
    }

    /// The first row, mapped; `None` if there is none.
    pub async fn opt<T: Send>(
        &mut self,
        sql: &'static str,
        params: Params<'_>,
        map: impl FnMut(&Row<'_>) -> Result<T, Error> + Send,
    ) -> Result<Option<T>, Error> {
        self.guard()?;
        self.statements += 1;
        let found = match &mut self.engine {
            Engine::Lite(lite) => lite.opt(sql, &params, map),
            Engine::Pg(pg) => pg.opt(sql, &params, map).await,
            Engine::Lot(lot) => lot.opt(sql, &params, map).await,
        };
        self.record(sql, std::slice::from_ref(&params), found.as_ref().is_ok_and(Option::is_some).into());
        self.note(found)
    }

    /// The one row of a statement that always has one (an aggregate); a fault of the program if it has none.
    pub async fn one<T: Send>(
        &mut self,
        sql: &'static str,
        params: Params<'_>,
        map: impl FnMut(&Row<'_>) -> Result<T, Error> + Send,
    ) -> Result<T, Error> {
        self.opt(sql, params, map).await?.ok_or_else(|| Error::internal("a statement gave no row"))
    }

    /// Every row, mapped.
    pub async fn all<T: Send>(
        &mut self,
        sql: &'static str,
        params: Params<'_>,
        map: impl FnMut(&Row<'_>) -> Result<T, Error> + Send,
    ) -> Result<Vec<T>, Error> {
        self.guard()?;
        self.statements += 1;
        let found = match &mut self.engine {
            Engine::Lite(lite) => lite.all(sql, &params, map),
            Engine::Pg(pg) => pg.all(sql, &params, map).await,
            Engine::Lot(lot) => lot.all(sql, &params, map).await,
        };
        self.record(sql, std::slice::from_ref(&params), found.as_ref().map_or(0, |rows| rows.len() as u64));
        self.note(found)
    }

    /// The first row of the same read for each of several keys, in the order of the keys, in one round trip on
    /// PostgreSQL.
    pub async fn opt_all<T: Send>(
        &mut self,
        sql: &'static str,
        keys: Vec<Params<'_>>,
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error> + Send,
    ) -> Result<Vec<Option<T>>, Error> {
        self.guard()?;
        self.statements += keys.len() as u64;
        let found: Result<Vec<Option<T>>, Error> = match &mut self.engine {
            Engine::Lite(lite) => keys.iter().map(|key| lite.opt(sql, key, &mut map)).collect(),
            Engine::Pg(pg) => pg.opt_all(sql, &keys, map).await,
            Engine::Lot(lot) => lot.opt_all(sql, &keys, map).await,
        };
        if let (Some(recorder), Ok(found)) = (&self.registry.recorder, &found) {
            for (key, row) in keys.iter().zip(found) {
                recorder.note(sql, std::slice::from_ref(key), Some(row.is_some().into()));
            }
        }
        self.note(found)
    }

    /// Says that something happened. The event and a delivery for each subscriber are written in this
    /// transaction, when the command has succeeded.
    pub fn say<E: Event>(&mut self, ctx: &Ctx, event: &E) -> Result<(), Error> {
        self.may_write()?;
        self.effects.said.push(Said::new(ctx, event)?);
        Ok(())
    }

    /// Schedules `job` for the business time `due`, in the scope of `ctx`. A job of the same kind and key that is
    /// already there is replaced.
    pub fn later<J: Job>(&mut self, ctx: &Ctx, due: Timestamp, job: &J) -> Result<(), Error> {
        self.may_write()?;
        self.effects.scheduled.push(Scheduled::at(ctx, due, job)?);
        Ok(())
    }

    /// Takes a job back, if it is still waiting. In a snapshot this does nothing.
    pub fn cancel<J: Job>(&mut self, ctx: &Ctx, key: i64) {
        self.effects.scheduled.push(Scheduled::cancel::<J>(ctx, key));
    }

    /// A snapshot is never committed: what is said in it would be lost without a word.
    fn may_write(&self) -> Result<(), Error> {
        if self.reads_only { Err(Error::internal("a snapshot neither says nor schedules")) } else { Ok(()) }
    }

    /// Seals and opens secrets.
    pub fn vault(&self) -> &Vault {
        &self.registry.vault
    }

    /// Executes a script of several statements without parameters: migrations and tests.
    pub(crate) async fn script(&mut self, sql: &str) -> Result<(), Error> {
        self.guard()?;
        let done = match &mut self.engine {
            Engine::Lite(lite) => lite.script(sql),
            Engine::Pg(pg) => pg.script(sql).await,
            Engine::Lot(_) => Err(not_in_a_lot()),
        };
        self.note(done)
    }

    /// Rows of a statement made at run time: the migration history alone.
    pub(crate) async fn all_dynamic<T: Send>(
        &mut self,
        sql: &str,
        map: impl FnMut(&Row<'_>) -> Result<T, Error> + Send,
    ) -> Result<Vec<T>, Error> {
        self.guard()?;
        let found = match &mut self.engine {
            Engine::Lite(lite) => lite.all_dynamic(sql, map),
            Engine::Pg(pg) => pg.all_dynamic(sql, map).await,
            Engine::Lot(_) => Err(not_in_a_lot()),
        };
        self.note(found)
    }

    /// Prepares `sql` without running it: how a test sees that both engines understand a statement.
    pub async fn prepare(&mut self, sql: &'static str) -> Result<(), Error> {
        self.guard()?;
        let done = match &mut self.engine {
            Engine::Lite(lite) => lite.prepare(sql),
            Engine::Pg(pg) => pg.prepare(sql).await,
            Engine::Lot(_) => Err(not_in_a_lot()),
        };
        self.note(done)
    }

    /// The same for the form that a lot sends.
    #[cfg(any(test, feature = "testkit"))]
    pub(crate) async fn prepare_both_forms(&mut self, sql: &'static str) -> Result<(), Error> {
        self.prepare(sql).await?;
        let Engine::Pg(pg) = &self.engine else { return Ok(()) };
        let many = pg.array_types(sql).await?.and_then(|types| crate::lot::many_text(sql, &types));
        match many {
            Some(many) => pg.array_types(&many).await.map(drop),
            None => Ok(()),
        }
    }

    /// True on PostgreSQL: for the statements of this crate alone, which lock rows there.
    pub(crate) const fn is_pg(&self) -> bool {
        !matches!(self.engine, Engine::Lite(_))
    }
}

fn not_in_a_lot() -> Error {
    Error::internal("a command of a lot asked for what only the store does")
}
