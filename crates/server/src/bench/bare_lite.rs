//! The limit of an embedded database: SQLite alone, one thread, the same statements, as many orders in a commit.

use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, Statement, params_from_iter};
use std::{
    collections::HashMap,
    path::Path,
    sync::mpsc::{RecvTimeoutError, channel},
    time::{Duration, Instant},
};
use store::Val;

use super::{
    Plan,
    ground::Ground,
    script::{At, Round, Step, write_down},
    times::{per_second, real},
};

/// Orders a second of a bare writer that commits every `per_commit` of them. Only the time in SQLite counts: what
/// it is to execute is made ready before.
pub(super) async fn orders(ground: &Ground, plan: &Plan, per_commit: usize) -> Result<f64> {
    let rounds = plan.written_down.div_ceil(per_commit);
    let script = write_down(ground, rounds, per_commit, At::EveryShop).await?;
    let (file, time) = (ground.file(), plan.time());
    tokio::task::spawn_blocking(move || {
        let (stop, stopped) = channel::<()>();
        let log = open(&file)?;
        // As the program does it: the log goes back in the background.
        let background = std::thread::spawn(move || {
            while stopped.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
                let _ = log.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
            }
        });
        let mut bare = Bare { conn: &open(&file)?, statements: HashMap::new() };
        let (mut done, mut took, mut by) = (0, Duration::ZERO, 0);
        'over: loop {
            by += script.span;
            for round in &script.rounds {
                took += bare.commit(round, by)?;
                done += round.orders.len();
                if took >= time {
                    break 'over;
                }
            }
        }
        drop(stop);
        let _ = background.join();
        Ok(per_second(done, took))
    })
    .await?
}

/// With the settings that the program's own writer has.
fn open(file: &Path) -> Result<Connection> {
    let conn = Connection::open(file)?;
    conn.busy_timeout(Duration::from_secs(10))?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", "ON")?;
    conn.pragma_update(None, "wal_autocheckpoint", 64_000)?;
    conn.pragma_update(None, "cache_size", -32_000)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(conn)
}

struct Bare<'conn> {
    conn: &'conn Connection,
    statements: HashMap<&'static str, Statement<'conn>>,
}

impl Bare<'_> {
    /// Executes a round with ids moved by `by`, and commits it; the time that it took.
    fn commit(&mut self, round: &Round, by: i64) -> Result<Duration> {
        let steps = round.orders.iter().flatten().chain(&round.after).flatten().filter(|step| step.writes);
        let steps: Vec<&Step> = steps.filter(|step| step.rows != Some(0)).collect();
        for step in &steps {
            if !self.statements.contains_key(step.sql) {
                // What the program writes as $1 is a name to SQLite.
                let statement = self.conn.prepare(&step.sql.replace('$', "?"))?;
                self.statements.insert(step.sql, statement);
            }
        }
        let ready: Vec<(&Step, Vec<Vec<Val<'_>>>)> =
            steps.into_iter().map(|step| (step, step.moved(by).collect())).collect();
        let started = Instant::now();
        self.conn.execute_batch("BEGIN IMMEDIATE")?;
        let mut touched = Vec::with_capacity(ready.len());
        for (step, sets) in &ready {
            let statement = self.statements.get_mut(step.sql).context("it was prepared")?;
            let mut rows = 0;
            for params in sets {
                rows += execute(statement, params)?;
            }
            touched.push(rows);
        }
        self.conn.execute_batch("COMMIT")?;
        let took = started.elapsed();
        for ((step, _), rows) in ready.iter().zip(touched) {
            let same = step.rows.is_none_or(|before| before == rows);
            ensure!(same, "the bare writer touched {rows} rows, not {:?}, by {}", step.rows, step.sql);
        }
        Ok(took)
    }
}

fn execute(statement: &mut Statement<'_>, params: &[Val<'_>]) -> rusqlite::Result<u64> {
    if statement.column_count() == 0 {
        return Ok(statement.execute(params_from_iter(params))? as u64);
    }
    let mut rows = statement.query(params_from_iter(params))?;
    let mut n = 0;
    while rows.next()?.is_some() {
        n += 1;
    }
    Ok(n)
}

/// Orders in a commit, as a whole number.
pub(super) fn whole(per_commit: f64) -> usize {
    (1..=256).find(|n| real(*n) + 0.5 > per_commit).unwrap_or(256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_holds_a_whole_number_of_orders() {
        assert_eq!([0.2, 1.2, 1.6, 20.4, 1000.0].map(whole), [1, 1, 2, 20, 256]);
    }
}
