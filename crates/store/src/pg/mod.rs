//! PostgreSQL: a pool of connections; statements that need no answer in between share a round trip.

mod arrays;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use futures::future::{join, maybe_done};
use std::{
    future::{Future, poll_fn},
    task::{Poll, ready},
    time::Duration,
};
use tokio_postgres::{NoTls, Statement, types::ToSql};

use crate::{Error, Params, Row};

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
    over: bool,
}

impl PgTx {
    pub(crate) const fn new(client: Object, begin: &'static str) -> Self {
        Self { client: Some(client), begin: Some(begin), over: false }
    }

    fn client(&self) -> Result<&Object, Error> {
        self.client.as_ref().ok_or_else(|| Error::internal("the transaction is over"))
    }

    async fn statement(&self, sql: &str) -> Result<Statement, Error> {
        Ok(self.client()?.prepare_cached(sql).await?)
    }

    pub(crate) async fn prepare(&self, sql: &'static str) -> Result<(), Error> {
        self.statement(sql).await.map(drop)
    }

    /// The connection, with the transaction begun.
    async fn begun(&mut self) -> Result<&Object, Error> {
        let begin = self.begin.take();
        let client = self.client()?;
        start(client, begin).await?;
        Ok(client)
    }

    pub(crate) async fn all_dynamic<T>(
        &mut self,
        sql: &str,
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let rows = self.begun().await?.query(sql, &[]).await?;
        rows.iter().map(|row| map(&Row::Pg(row))).collect()
    }

    pub(crate) async fn script(&mut self, sql: &str) -> Result<(), Error> {
        Ok(self.begun().await?.batch_execute(sql).await?)
    }

    pub(crate) async fn exec(&mut self, sql: &'static str, params: &Params<'_>) -> Result<u64, Error> {
        let statement = self.statement(sql).await?;
        let begin = self.begin.take();
        let client = self.client()?;
        let (begun, done) = join(start(client, begin), client.execute_raw(&statement, params)).await;
        begun?;
        Ok(done?)
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
        let work = in_order(
            statements
                .iter()
                .zip(batch)
                .map(|(statement, (_, params))| client.execute_raw(statement, params)),
        );
        let (begun, (done, ended)) = join(start(client, begin), join(work, start(client, last))).await;
        begun?;
        let counts = done.into_iter().collect::<Result<_, _>>()?;
        ended?;
        Ok(counts)
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
        let answers = self.rows_of_each(sql, keys.iter()).await?;
        answers.iter().map(|rows| rows.first().map(|row| map(&Row::Pg(row))).transpose()).collect()
    }

    /// The rows of the same read for each of several keys, in one round trip.
    pub(crate) async fn rows_of_each<'p>(
        &mut self,
        sql: &str,
        keys: impl ExactSizeIterator<Item = &'p Params<'p>>,
    ) -> Result<Vec<Vec<tokio_postgres::Row>>, Error> {
        if keys.len() == 0 {
            return Ok(Vec::new());
        }
        let statement = self.statement(sql).await?;
        let begin = self.begin.take();
        let client = self.client()?;
        let work = in_order(keys.map(|key| rows_of(client, &statement, key)));
        let (begun, answers) = join(start(client, begin), work).await;
        begun?;
        Ok(answers.into_iter().collect::<Result<_, _>>()?)
    }

    /// Executes the same statement for each of several rows, in one round trip; how many rows each touched.
    pub(crate) async fn exec_each<'p>(
        &mut self,
        sql: &str,
        rows: impl ExactSizeIterator<Item = &'p Params<'p>>,
    ) -> Result<Vec<u64>, Error> {
        if rows.len() == 0 {
            return Ok(Vec::new());
        }
        let statement = self.statement(sql).await?;
        let begin = self.begin.take();
        let client = self.client()?;
        let work = in_order(rows.map(|params| client.execute_raw(&statement, params)));
        let (begun, done) = join(start(client, begin), work).await;
        begun?;
        Ok(done.into_iter().collect::<Result<_, _>>()?)
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
        begun?;
        Ok(rows?)
    }

    /// Sends the last statements and the COMMIT in one round trip. On failure nothing was changed, unless the
    /// connection broke just then: then nobody can know, and the caller's idempotency key decides.
    pub(crate) async fn commit_with(&mut self, batch: &[(&'static str, Params<'_>)]) -> Result<(), Error> {
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

/// Starts every future, in this order, when it is first polled itself; then gathers what they come to, in this
/// order. The order of starting is the order on the wire. (`join_all` would not do: with many futures it may
/// return to its caller half-way through the first round, and a COMMIT that is joined behind it would overtake.)
async fn in_order<F: Future>(work: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut work: Vec<_> = work.map(|f| Box::pin(maybe_done(f))).collect();
    let (mut started, mut answered) = (false, 0);
    poll_fn(|cx| {
        if !std::mem::replace(&mut started, true) {
            for one in &mut work {
                let _ = one.as_mut().poll(cx);
            }
        }
        // A connection answers in the order of the questions: only the next answer need be waited for.
        while let Some(next) = work.get_mut(answered) {
            ready!(next.as_mut().poll(cx));
            answered += 1;
        }
        Poll::Ready(())
    })
    .await;
    work.iter_mut().filter_map(|one| one.as_mut().take_output()).collect()
}

async fn rows_of<P: ToSql + Sync>(
    client: &Object,
    statement: &Statement,
    params: &[P],
) -> Result<Vec<tokio_postgres::Row>, tokio_postgres::Error> {
    use futures::TryStreamExt;
    client.query_raw(statement, params.iter()).await?.try_collect().await
}

/// Read committed: correctness comes from conditional updates, compare-and-swap and constraints.
pub(crate) const BEGIN_WRITE: &str = "BEGIN";
/// The same for a lot: each of its statements names rows by their keys, and is planned so also on a table that grew
/// faster than its statistics, where it would walk through the table for each lot.
pub(crate) const BEGIN_LOT: &str = "\
BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";
/// One snapshot for all reads.
pub(crate) const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::RefCell, task::Context};

    #[test]
    fn futures_start_in_their_order_before_anything_behind_them_also_when_they_wake_themselves() {
        let started = RefCell::new(Vec::new());
        let one = |i: usize| {
            let (started, mut polls) = (&started, 0);
            poll_fn(move |cx: &mut Context<'_>| {
                polls += 1;
                if polls == 1 {
                    started.borrow_mut().push(i);
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Poll::Ready(i)
            })
        };
        let last = async { started.borrow_mut().push(100) };
        let (done, ()) = futures::executor::block_on(join(in_order((0..100).map(one)), last));
        assert_eq!(done, (0..100).collect::<Vec<_>>());
        assert_eq!(*started.borrow(), (0..=100).collect::<Vec<_>>());
    }
}
