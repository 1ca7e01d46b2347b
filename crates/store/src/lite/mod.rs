//! SQLite, embedded: one writer thread with group commit, a pool of readers, checkpoints in the background.

mod readers;
mod writer;

pub(crate) use readers::{Readers, Return};
pub(crate) use writer::{Checkpoints, Work, Writer};

use rusqlite::{Connection, OpenFlags, config::DbConfig};
use std::{path::Path, time::Duration};

use crate::{Error, Params, Row, sql::Translations};

/// A connection while a transaction runs on it. Everything here is done at once: its futures are never pending.
pub(crate) struct LiteTx {
    conn: Connection,
    sql: Translations,
}

impl LiteTx {
    pub(crate) fn new(conn: Connection) -> Self {
        Self { conn, sql: Translations::default() }
    }

    pub(crate) fn exec(&mut self, sql: &'static str, params: &Params<'_>) -> Result<u64, Error> {
        let mut statement = self.conn.prepare_cached(self.sql.of(sql))?;
        if statement.column_count() > 0 {
            let mut rows = statement.query(rusqlite::params_from_iter(params))?;
            let mut n = 0;
            while rows.next()?.is_some() {
                n += 1;
            }
            return Ok(n);
        }
        Ok(statement.execute(rusqlite::params_from_iter(params))? as u64)
    }

    pub(crate) fn opt<T>(
        &mut self,
        sql: &'static str,
        params: &Params<'_>,
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut statement = self.conn.prepare_cached(self.sql.of(sql))?;
        let mut rows = statement.query(rusqlite::params_from_iter(params))?;
        match rows.next()? {
            Some(row) => map(&Row::Lite(row)).map(Some),
            None => Ok(None),
        }
    }

    pub(crate) fn all<T>(
        &mut self,
        sql: &'static str,
        params: &Params<'_>,
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut statement = self.conn.prepare_cached(self.sql.of(sql))?;
        let mut rows = statement.query(rusqlite::params_from_iter(params))?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            out.push(map(&Row::Lite(row))?);
        }
        Ok(out)
    }

    pub(crate) fn all_dynamic<T>(
        &mut self,
        sql: &str,
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut statement = self.conn.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            out.push(map(&Row::Lite(row))?);
        }
        Ok(out)
    }

    pub(crate) fn script(&mut self, sql: &str) -> Result<(), Error> {
        Ok(self.conn.execute_batch(sql)?)
    }

    pub(crate) fn prepare(&mut self, sql: &'static str) -> Result<(), Error> {
        self.conn.prepare_cached(self.sql.of(sql))?;
        Ok(())
    }

    /// One of the few statements around a transaction (`BEGIN`, `SAVEPOINT`, …), prepared once.
    pub(crate) fn control(&mut self, sql: &'static str) -> Result<(), Error> {
        self.conn.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    /// True while a transaction is open; SQLite ends one by itself on some errors, such as a full disk.
    pub(crate) fn in_transaction(&self) -> bool {
        !self.conn.is_autocommit()
    }

    /// Writes the log back into the database file as far as no reader needs it; how many pages the log holds.
    pub(crate) fn write_log_back(&self) -> Result<i64, Error> {
        Ok(self.conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |r| r.get(1))?)
    }

    /// Writes the whole log back and empties its file; false if a reader that still needs it stood in the way.
    pub(crate) fn cut_log(&self) -> Result<bool, Error> {
        // Everybody who writes waits for this: a reader that takes its time must not hold them up.
        self.conn.busy_timeout(CUT_LOG_WITHIN)?;
        let cut = self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| r.get::<_, i64>(0));
        self.conn.busy_timeout(WAIT_FOR_LOCK)?;
        Ok(cut? == 0)
    }
}

/// How long to wait for another process that writes to the same file.
const WAIT_FOR_LOCK: Duration = Duration::from_secs(10);
const CUT_LOG_WITHIN: Duration = Duration::from_millis(50);

/// The writer may grow the log to this many pages (256 MB) before it must write it back itself; the background
/// checkpointer keeps it far below.
const WRITER_CHECKPOINT_PAGES: i64 = 64_000;

fn open(path: &Path, writes: bool, max_pages: Option<i64>) -> Result<Connection, Error> {
    let conn = if writes {
        Connection::open(path)?
    } else {
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?
    };
    conn.set_prepared_statement_cache_capacity(1024);
    // Otherwise each new value of a parameter has a statement prepared anew, in case another plan fits it better: a
    // third of the writer's time.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.busy_timeout(WAIT_FOR_LOCK)?;
    if writes {
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update(None, "foreign_keys", "ON")?;
        conn.pragma_update(None, "wal_autocheckpoint", WRITER_CHECKPOINT_PAGES)?;
        conn.pragma_update(None, "cache_size", -32_000)?;
        if let Some(pages) = max_pages {
            conn.pragma_update(None, "max_page_count", pages)?;
        }
    } else {
        conn.pragma_update(None, "cache_size", -4_000)?;
    }
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(conn)
}
