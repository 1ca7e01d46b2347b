//! Removes what has run out: sessions, tokens, codes, counts of guesses. Nothing depends on it but the size of tables.

use kernel::{Ctx, Scope, day_ms, minute_ms};
use serde::{Deserialize, Serialize};
use store::{Batch, BoxFault, Job, Registry, Tx, p};

use crate::{Error, login, sql};

/// Rows of a table that one run removes at most.
const LOT: i64 = 1000;
/// Expired tokens and codes are kept for a day, so that they are told from unknown ones.
const KEPT_MS: i64 = day_ms(1);

/// The job that sweeps and schedules itself again.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct SweepJob {}

impl Job for SweepJob {
    const KIND: &'static str = "identity.sweep";
    fn key(&self) -> i64 {
        0
    }
}

pub(crate) fn register(registry: &mut Registry) {
    registry
        .on_job(|tx, ctx, _: SweepJob| Box::pin(async move { sweep(tx, ctx).await.map_err(BoxFault::from) }));
}

/// Starts the daily sweep; to be run when the program starts. Starting it again only brings the next one forward.
#[derive(Debug, Clone, Copy)]
pub struct StartSweep;

impl store::Command for StartSweep {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "identity.start_sweep";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        ctx.system()?;
        tx.later(&ctx.as_system(Scope::Platform), ctx.now, &SweepJob {})?;
        Ok(())
    }
}

/// Removes a lot of each; comes back in a minute where there was more, else in a day.
async fn sweep(tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
    ctx.system()?;
    let mut batch = Batch::new();
    batch.add(sql::sweep::SESSIONS, p![ctx.wall, LOT]);
    batch.add(sql::sweep::TOKENS, p![ctx.wall + -KEPT_MS, LOT]);
    batch.add(sql::sweep::JS_CODES, p![ctx.wall + -KEPT_MS, LOT]);
    batch.add(sql::sweep::ATTEMPTS, p![ctx.wall + -login::LOCKED_MS, LOT]);
    // A code's row counts the codes of a day; two days later no day needs it.
    batch.add(sql::sweep::CODES, p![ctx.wall + -day_ms(2), LOT]);
    let removed = tx.exec_all(batch).await?;
    let more = removed.iter().any(|n| i64::try_from(*n).unwrap_or(LOT) >= LOT);
    tx.later(ctx, ctx.now + if more { minute_ms(1) } else { day_ms(1) }, &SweepJob {})?;
    Ok(())
}
