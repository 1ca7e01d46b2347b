//! A transaction: the only way to the database, the same for both engines.

use kernel::{Ctx, Timestamp};
use std::sync::Arc;

use crate::{
    Error, Event, Job, Params, Registry, Row, Vault,
    effect::{Effects, Said, Scheduled},
    lite::LiteTx,
    pg::PgTx,
};

/// A running transaction. Use cases take `&mut Tx` and never commit; whoever made it does.
pub struct Tx {
    pub(crate) engine: Engine,
    pub(crate) effects: Effects,
    pub(crate) registry: Arc<Registry>,
    pub(crate) statements: u64,
}

pub(crate) enum Engine {
    Lite(LiteTx),
    Pg(PgTx),
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
        Self { engine, effects: Effects::default(), registry, statements: 0 }
    }

    /// Executes a statement; how many rows it touched.
    pub async fn exec(&mut self, sql: &'static str, params: Params<'_>) -> Result<u64, Error> {
        self.statements += 1;
        match &mut self.engine {
            Engine::Lite(lite) => lite.exec(sql, &params),
            Engine::Pg(pg) => pg.exec(sql, &params).await,
        }
    }

    /// Executes statements that need no answer in between; how many rows each touched. The first failure fails
    /// all of it.
    pub async fn exec_all(&mut self, batch: Batch<'_>) -> Result<Vec<u64>, Error> {
        self.statements += batch.0.len() as u64;
        match &mut self.engine {
            Engine::Lite(lite) => batch.0.iter().map(|(sql, params)| lite.exec(sql, params)).collect(),
            Engine::Pg(pg) => pg.exec_all(&batch.0).await,
        }
    }

    /// Executes one statement for many rows; how many rows it touched in all. On PostgreSQL an
    /// `INSERT … VALUES ($1, …)` becomes a single statement over arrays, anything else is pipelined.
    pub async fn exec_many(&mut self, sql: &'static str, rows: &[Params<'_>]) -> Result<u64, Error> {
        match &mut self.engine {
            Engine::Lite(lite) => {
                self.statements += rows.len() as u64;
                rows.iter().try_fold(0, |sum, params| Ok(sum + lite.exec(sql, params)?))
            }
            Engine::Pg(pg) => {
                self.statements += 1;
                pg.exec_many(sql, rows).await
            }
        }
    }

    /// The first row, mapped; `None` if there is none.
    pub async fn opt<T: Send>(
        &mut self,
        sql: &'static str,
        params: Params<'_>,
        map: impl FnMut(&Row<'_>) -> Result<T, Error> + Send,
    ) -> Result<Option<T>, Error> {
        self.statements += 1;
        match &mut self.engine {
            Engine::Lite(lite) => lite.opt(sql, &params, map),
            Engine::Pg(pg) => pg.opt(sql, &params, map).await,
        }
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
        self.statements += 1;
        match &mut self.engine {
            Engine::Lite(lite) => lite.all(sql, &params, map),
            Engine::Pg(pg) => pg.all(sql, &params, map).await,
        }
    }

    /// The first row of the same read for each of several keys, in one round trip on PostgreSQL.
    pub async fn opt_all<T: Send>(
        &mut self,
        sql: &'static str,
        keys: Vec<Params<'_>>,
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error> + Send,
    ) -> Result<Vec<Option<T>>, Error> {
        self.statements += keys.len() as u64;
        match &mut self.engine {
            Engine::Lite(lite) => keys.iter().map(|key| lite.opt(sql, key, &mut map)).collect(),
            Engine::Pg(pg) => pg.opt_all(sql, &keys, map).await,
        }
    }

    /// Says that something happened. The event and a delivery for each subscriber are written in this
    /// transaction, when the command has succeeded.
    pub fn say<E: Event>(&mut self, ctx: &Ctx, event: &E) -> Result<(), Error> {
        self.effects.said.push(Said::new(ctx, event)?);
        Ok(())
    }

    /// Schedules `job` for the business time `due`, in the scope of `ctx`. A job of the same kind and key that is
    /// already there is replaced.
    pub fn later<J: Job>(&mut self, ctx: &Ctx, due: Timestamp, job: &J) -> Result<(), Error> {
        self.effects.scheduled.push(Scheduled::at(ctx, due, job)?);
        Ok(())
    }

    /// Takes a job back, if it is still waiting.
    pub fn cancel<J: Job>(&mut self, ctx: &Ctx, key: i64) {
        self.effects.scheduled.push(Scheduled::cancel::<J>(ctx, key));
    }

    /// Seals and opens secrets.
    pub fn vault(&self) -> &Vault {
        &self.registry.vault
    }

    /// Executes a script of several statements without parameters: migrations and tests.
    pub(crate) async fn script(&mut self, sql: &str) -> Result<(), Error> {
        match &mut self.engine {
            Engine::Lite(lite) => lite.script(sql),
            Engine::Pg(pg) => pg.script(sql).await,
        }
    }

    /// Rows of a statement made at run time: the migration history alone.
    pub(crate) async fn all_dynamic<T: Send>(
        &mut self,
        sql: &str,
        map: impl FnMut(&Row<'_>) -> Result<T, Error> + Send,
    ) -> Result<Vec<T>, Error> {
        match &mut self.engine {
            Engine::Lite(lite) => lite.all_dynamic(sql, map),
            Engine::Pg(pg) => pg.all_dynamic(sql, map).await,
        }
    }

    /// Prepares `sql` without running it: how a test sees that both engines understand a statement.
    pub async fn prepare(&mut self, sql: &'static str) -> Result<(), Error> {
        match &mut self.engine {
            Engine::Lite(lite) => lite.prepare(sql),
            Engine::Pg(pg) => pg.prepare(sql).await,
        }
    }

    /// True on PostgreSQL: for the statements of this crate alone, which lock rows there.
    pub(crate) const fn is_pg(&self) -> bool {
        matches!(self.engine, Engine::Pg(_))
    }
}
