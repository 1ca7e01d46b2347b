//! What the disk allows: durable commits of one row, by SQLite alone.

use anyhow::Result;
use rusqlite::Connection;
use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

/// One-row transactions a second with `synchronous=FULL`, from one writer.
pub(super) fn commits(folder: &Path, seconds: u64) -> Result<f64> {
    fs::create_dir_all(folder)?;
    let path = folder.join("limit.db");
    let conn = Connection::open(&path)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.execute_batch("CREATE TABLE limit_row (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")?;
    let mut insert = conn.prepare("INSERT INTO limit_row (text) VALUES (?1)")?;
    let (started, most) = (Instant::now(), Duration::from_secs(seconds));
    let mut n = 0_u32;
    while started.elapsed() < most {
        insert.execute(["a row of some length, as rows go"])?;
        n += 1;
    }
    Ok(f64::from(n) / started.elapsed().as_secs_f64())
}
