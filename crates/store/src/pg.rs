//! PostgreSQL: a pool of connections; statements that need no answer in between share a round trip.

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use futures::future::{join, join_all};
use std::time::Duration;
use tokio_postgres::{NoTls, Statement, types::Type};

use crate::{Error, Params, Row, Val, sql::unnested};

/// More connections than eight a core only hurt.
const CONNECTIONS_PER_CORE: usize = 8;

pub(crate) fn pool(url: &str) -> Result<Pool, Error> {
    let config: tokio_postgres::Config =
        url.parse().map_err(|_| Error::unavailable("the database address can't be read"))?;
    let manager =
        Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    Pool::builder(manager)
        .max_size(cores * CONNECTIONS_PER_CORE)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(Duration::from_secs(10)))
        .create_timeout(Some(Duration::from_secs(5)))
        .build()
        .map_err(|e| Error::unavailable(e.to_string()))
}

/// A connection while a transaction runs on it. `BEGIN` rides with the first statement.
pub(crate) struct PgTx {
    client: Option<Object>,
    begin: Option<&'static str>,
    failed: Option<Error>,
    over: bool,
}

impl PgTx {
    pub(crate) const fn new(client: Object, begin: &'static str) -> Self {
        Self { client: Some(client), begin: Some(begin), failed: None, over: false }
    }

    fn client(&self) -> Result<&Object, Error> {
        self.client.as_ref().ok_or_else(|| Error::internal("the transaction is over"))
    }

    /// Remembers the first failure: whatever the command makes of it, this transaction can't commit any more.
    fn note<T>(&mut self, result: Result<T, tokio_postgres::Error>) -> Result<T, Error> {
        result.map_err(|e| {
            let error = Error::from(e);
            self.failed.get_or_insert_with(|| error.clone());
            error
        })
    }

    async fn statement(&mut self, sql: &'static str) -> Result<Statement, Error> {
        let prepared = self.client()?.prepare_cached(sql).await;
        self.note(prepared)
    }

    pub(crate) async fn prepare(&mut self, sql: &'static str) -> Result<(), Error> {
        self.statement(sql).await.map(drop)
    }

    pub(crate) async fn all_dynamic<T>(
        &mut self,
        sql: &str,
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let rows = self.client()?.query(sql, &[]).await;
        self.note(rows)?.iter().map(|row| map(&Row::Pg(row))).collect()
    }

    pub(crate) async fn script(&mut self, sql: &str) -> Result<(), Error> {
        let begin = self.begin.take();
        let client = self.client()?;
        if let Some(begin) = begin {
            client.batch_execute(begin).await?;
        }
        let done = client.batch_execute(sql).await;
        self.note(done)
    }

    pub(crate) async fn exec(&mut self, sql: &'static str, params: &Params<'_>) -> Result<u64, Error> {
        let statement = self.statement(sql).await?;
        let begin = self.begin.take();
        let client = self.client()?;
        let (begun, done) = join(start(client, begin), client.execute_raw(&statement, params)).await;
        self.note(begun)?;
        self.note(done)
    }

    pub(crate) async fn exec_all(&mut self, batch: &[(&'static str, Params<'_>)]) -> Result<Vec<u64>, Error> {
        self.pipeline(batch, None).await
    }

    /// Sends the statements, and `last` after them, without waiting in between. Every answer is looked at: a
    /// COMMIT after a failed statement reports success and is a rollback.
    async fn pipeline(
        &mut self,
        batch: &[(&'static str, Params<'_>)],
        last: Option<&'static str>,
    ) -> Result<Vec<u64>, Error> {
        let mut statements = Vec::with_capacity(batch.len());
        for (sql, _) in batch {
            statements.push(self.statement(sql).await?);
        }
        let begin = if batch.is_empty() { None } else { self.begin.take() };
        let client = self.client()?;
        let work = join_all(
            statements
                .iter()
                .zip(batch)
                .map(|(statement, (_, params))| client.execute_raw(statement, params)),
        );
        let (begun, (done, ended)) = join(start(client, begin), join(work, start(client, last))).await;
        self.note(begun)?;
        let mut counts = Vec::with_capacity(done.len());
        for one in done {
            counts.push(self.note(one)?);
        }
        self.note(ended)?;
        Ok(counts)
    }

    pub(crate) async fn exec_many(&mut self, sql: &'static str, rows: &[Params<'_>]) -> Result<u64, Error> {
        if rows.is_empty() {
            return Ok(0);
        }
        let single = self.statement(sql).await?;
        let names: Option<Vec<&str>> = single.params().iter().map(array_name).collect();
        let Some(array_sql) = names.and_then(|names| unnested(sql, &names)) else {
            let begin = self.begin.take();
            let client = self.client()?;
            let work = join_all(rows.iter().map(|params| client.execute_raw(&single, params)));
            let (begun, done) = join(start(client, begin), work).await;
            self.note(begun)?;
            let mut sum = 0;
            for one in done {
                sum += self.note(one)?;
            }
            return Ok(sum);
        };
        let prepared = self.client()?.prepare_cached(&array_sql).await;
        let statement = self.note(prepared)?;
        let columns: Vec<Column<'_>> =
            single.params().iter().enumerate().map(|(i, ty)| Column { ty, index: i, rows }).collect();
        let begin = self.begin.take();
        let client = self.client()?;
        let (begun, done) = join(start(client, begin), client.execute_raw(&statement, &columns)).await;
        self.note(begun)?;
        self.note(done)
    }

    pub(crate) async fn opt<T>(
        &mut self,
        sql: &'static str,
        params: &Params<'_>,
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let rows = self.query(sql, params).await?;
        rows.first().map(|row| map(&Row::Pg(row))).transpose()
    }

    pub(crate) async fn all<T>(
        &mut self,
        sql: &'static str,
        params: &Params<'_>,
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let rows = self.query(sql, params).await?;
        rows.iter().map(|row| map(&Row::Pg(row))).collect()
    }

    pub(crate) async fn opt_all<T>(
        &mut self,
        sql: &'static str,
        keys: &[Params<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<Option<T>>, Error> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let statement = self.statement(sql).await?;
        let begin = self.begin.take();
        let client = self.client()?;
        let work = join_all(keys.iter().map(|key| rows_of(client, &statement, key)));
        let (begun, answers) = join(start(client, begin), work).await;
        self.note(begun)?;
        let mut out = Vec::with_capacity(keys.len());
        for answer in answers {
            let rows = self.note(answer)?;
            out.push(rows.first().map(|row| map(&Row::Pg(row))).transpose()?);
        }
        Ok(out)
    }

    async fn query(
        &mut self,
        sql: &'static str,
        params: &Params<'_>,
    ) -> Result<Vec<tokio_postgres::Row>, Error> {
        let statement = self.statement(sql).await?;
        let begin = self.begin.take();
        let client = self.client()?;
        let (begun, rows) = join(start(client, begin), rows_of(client, &statement, params)).await;
        self.note(begun)?;
        self.note(rows)
    }

    /// Sends the last statements and the COMMIT in one round trip. On failure nothing was changed, unless the
    /// connection broke just then: then nobody can know, and the caller's idempotency key decides.
    pub(crate) async fn commit_with(&mut self, batch: &[(&'static str, Params<'_>)]) -> Result<(), Error> {
        if let Some(failed) = &self.failed {
            return Err(failed.clone());
        }
        if batch.is_empty() && self.begin.is_some() {
            self.over = true;
            return Ok(());
        }
        self.pipeline(batch, Some("COMMIT")).await?;
        self.over = true;
        Ok(())
    }

    /// Ends the transaction without a trace. A connection that can't is thrown away.
    pub(crate) async fn rollback(mut self) {
        self.over = match &self.client {
            Some(client) if self.begin.is_none() => client.batch_execute("ROLLBACK").await.is_ok(),
            _ => true,
        };
    }

    /// The first failure, if there was one.
    pub(crate) fn failure(&self) -> Option<Error> {
        self.failed.clone()
    }
}

/// A transaction that was dropped half-way, or can't be rolled back, takes its connection with it.
impl Drop for PgTx {
    fn drop(&mut self) {
        if !self.over
            && self.begin.is_none()
            && let Some(client) = self.client.take()
        {
            drop(Object::take(client));
        }
    }
}

async fn start(client: &Object, control: Option<&'static str>) -> Result<(), tokio_postgres::Error> {
    match control {
        Some(sql) => client.batch_execute(sql).await,
        None => Ok(()),
    }
}

async fn rows_of(
    client: &Object,
    statement: &Statement,
    params: &Params<'_>,
) -> Result<Vec<tokio_postgres::Row>, tokio_postgres::Error> {
    use futures::TryStreamExt;
    client.query_raw(statement, params).await?.try_collect().await
}

fn array_name(ty: &Type) -> Option<&'static str> {
    match *ty {
        Type::INT8 => Some("bigint"),
        Type::TEXT => Some("text"),
        Type::BYTEA => Some("bytea"),
        Type::FLOAT8 => Some("double precision"),
        _ => None,
    }
}

/// One column of many rows, sent as an array.
#[derive(Debug)]
struct Column<'a> {
    ty: &'a Type,
    index: usize,
    rows: &'a [Params<'a>],
}

impl postgres_types::ToSql for Column<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut bytes::BytesMut,
    ) -> Result<postgres_types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
        let cells = self.rows.iter().map(|row| row.get(self.index).unwrap_or(&Val::Null));
        match *self.ty {
            Type::INT8 => cells
                .map(|v| if let Val::Int(n) = v { Some(*n) } else { None })
                .collect::<Vec<_>>()
                .to_sql(ty, out),
            Type::FLOAT8 => cells
                .map(|v| if let Val::Real(x) = v { Some(*x) } else { None })
                .collect::<Vec<_>>()
                .to_sql(ty, out),
            Type::TEXT => cells
                .map(|v| if let Val::Text(s) = v { Some(s.as_ref()) } else { None })
                .collect::<Vec<_>>()
                .to_sql(ty, out),
            _ => cells
                .map(|v| if let Val::Bytes(b) = v { Some(b.as_ref()) } else { None })
                .collect::<Vec<_>>()
                .to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    postgres_types::to_sql_checked!();
}

/// Read committed: correctness comes from conditional updates, compare-and-swap and constraints.
pub(crate) const BEGIN_WRITE: &str = "BEGIN";
/// One snapshot for all reads.
pub(crate) const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
