//! Where the commands of a lot hand in their statements, and get the answers.

use std::{
    mem::take,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::oneshot;

use crate::{Error, Params, Row, Val};

/// One statement of one command.
pub(crate) struct Asked<'a> {
    pub(super) sql: &'static str,
    pub(super) params: Params<'a>,
    pub(super) reads: bool,
}

impl<'a> Asked<'a> {
    /// One whose rows are wanted, or the number of rows that it touches.
    pub(crate) const fn new(sql: &'static str, params: Params<'a>, reads: bool) -> Self {
        Self { sql, params, reads }
    }
}

/// What a statement came to.
pub(super) enum Answer {
    Touched(u64),
    Rows(Vec<tokio_postgres::Row>),
}

/// What one command asked at once.
pub(super) struct Slip {
    pub(super) asked: Vec<Asked<'static>>,
    pub(super) reply: oneshot::Sender<Vec<Answer>>,
}

/// The desk that the commands of one lot share.
#[derive(Clone, Default)]
pub(super) struct Desk(Arc<Mutex<Vec<Slip>>>);

impl Desk {
    pub(super) fn take(&self) -> Vec<Slip> {
        take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn hand_in(&self, slip: Slip) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(slip);
    }
}

/// The transaction of a lot as one of its commands sees it.
pub(crate) struct LotTx {
    desk: Desk,
    /// How many rows this command has changed so far.
    changed: u64,
}

impl LotTx {
    pub(super) const fn new(desk: Desk) -> Self {
        Self { desk, changed: 0 }
    }

    /// How many rows this command has changed.
    pub(super) const fn changed(&self) -> u64 {
        self.changed
    }

    async fn ask(&mut self, asked: Vec<Asked<'static>>) -> Result<Vec<Answer>, Error> {
        let (reply, answer) = oneshot::channel();
        let writes: Vec<bool> = asked.iter().map(|one| !one.sql.starts_with("SELECT")).collect();
        self.desk.hand_in(Slip { asked, reply });
        let answers = answer.await.map_err(|_| Error::unavailable("the lot was given up"))?;
        for (answer, writes) in answers.iter().zip(writes) {
            self.changed += match answer {
                _ if !writes => 0,
                Answer::Touched(n) => *n,
                Answer::Rows(rows) => rows.len() as u64,
            };
        }
        Ok(answers)
    }

    pub(crate) async fn exec_all(&mut self, batch: &[(&'static str, Params<'_>)]) -> Result<Vec<u64>, Error> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let asked = batch.iter().map(|(sql, params)| Asked::new(sql, owned(params), false)).collect();
        Ok(self.ask(asked).await?.iter().map(touched).collect())
    }

    pub(crate) async fn exec(&mut self, sql: &'static str, params: &Params<'_>) -> Result<u64, Error> {
        let answers = self.ask(vec![Asked::new(sql, owned(params), false)]).await?;
        answers.first().map(touched).ok_or_else(unanswered)
    }

    pub(crate) async fn exec_many(&mut self, sql: &'static str, rows: &[Params<'_>]) -> Result<u64, Error> {
        if rows.is_empty() {
            return Ok(0);
        }
        let asked = rows.iter().map(|row| Asked::new(sql, owned(row), false)).collect();
        Ok(self.ask(asked).await?.iter().map(touched).sum())
    }

    /// The rows of each of several reads.
    async fn rows(
        &mut self,
        sql: &'static str,
        keys: &[Params<'_>],
    ) -> Result<Vec<Vec<tokio_postgres::Row>>, Error> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let asked = keys.iter().map(|key| Asked::new(sql, owned(key), true)).collect();
        let rows = |answer| match answer {
            Answer::Rows(rows) => Ok(rows),
            Answer::Touched(_) => Err(unanswered()),
        };
        self.ask(asked).await?.into_iter().map(rows).collect()
    }

    pub(crate) async fn all<T>(
        &mut self,
        sql: &'static str,
        params: &Params<'_>,
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let rows = self.rows(sql, std::slice::from_ref(params)).await?;
        rows.iter().flatten().map(|row| map(&Row::Pg(row))).collect()
    }

    pub(crate) async fn opt_all<T>(
        &mut self,
        sql: &'static str,
        keys: &[Params<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<Option<T>>, Error> {
        let rows = self.rows(sql, keys).await?;
        rows.iter().map(|of_key| of_key.first().map(|row| map(&Row::Pg(row))).transpose()).collect()
    }

    pub(crate) async fn opt<T>(
        &mut self,
        sql: &'static str,
        params: &Params<'_>,
        map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut found = self.opt_all(sql, std::slice::from_ref(params), map).await?;
        found.pop().ok_or_else(unanswered)
    }
}

fn touched(answer: &Answer) -> u64 {
    match answer {
        Answer::Touched(n) => *n,
        Answer::Rows(rows) => rows.len() as u64,
    }
}

fn unanswered() -> Error {
    Error::internal("a statement of a lot was not answered")
}

fn owned(params: &Params<'_>) -> Params<'static> {
    params
        .iter()
        .map(|value| match value {
            Val::Null => Val::Null,
            Val::Int(n) => Val::Int(*n),
            Val::Real(x) => Val::Real(*x),
            Val::Text(s) => Val::Text(s.to_string().into()),
            Val::Bytes(b) => Val::Bytes(b.to_vec().into()),
        })
        .collect()
}
