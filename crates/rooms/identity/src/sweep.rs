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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{code, gate, new_app, rooms, system};
    use kernel::{Caller, ShopperId};
    use store::Store;

    /// Runs a sweep as it will be `later_ms` from now.
    struct Later(i64);

    impl store::Command for Later {
        type Out = ();
        type Err = Error;
        const NAME: &'static str = "test.sweep";

        async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
            sweep(tx, &Ctx { wall: ctx.wall + self.0, ..ctx.clone() }).await
        }
    }

    async fn count(store: &Store) -> Vec<i64> {
        let mut tx = store.read().await.unwrap();
        let mut counts = Vec::new();
        for sql in [
            "SELECT count(*) FROM identity_session",
            "SELECT count(*) FROM identity_token",
            "SELECT count(*) FROM identity_js_code",
            "SELECT count(*) FROM identity_attempt",
            "SELECT count(*) FROM identity_code",
        ] {
            counts.push(tx.one(sql, vec![], |r| r.get::<i64>(0)).await.unwrap());
        }
        counts
    }

    store::on_both! {
        rooms = rooms();

        async fn what_has_run_out_is_removed_and_nothing_else(kit) {
            let (gate, store) = (gate(), kit.store(Registry::new()).await);
            let program = system(Scope::Platform);
            let phone = crate::Phone::new("13800138000").unwrap();
            let here = crate::testing::HERE;
            crate::request_code(&gate, &store, &phone, here).await.unwrap();
            let ctx = store.ctx(&program).await.unwrap();
            let digits = crate::demo_codes(&mut store.read().await.unwrap(), &ctx).await.unwrap().remove(0).code;
            crate::login_with_code(&gate, &store, &phone, &digits, here).await.unwrap();
            let mini = new_app(&store, crate::AppKind::MiniProgram).await;
            crate::issue_token(&gate, &store, &mini.appid, &mini.secret).await.unwrap();
            let who = Caller::shopper(ShopperId(1));
            store.write(&who, crate::IssueJsCode { appid: mini.appid }).await.unwrap();
            let password = crate::Password::tried("guess guess");
            let guess = crate::Login { login: "nobody".into(), password, ip: here };
            crate::login(&gate, &store, &guess).await.unwrap_err();

            store.write(&program, Later(0)).await.unwrap();
            assert_eq!(count(&store).await, [1, 1, 1, 1, 1]);
            store.write(&program, Later(login::LOCKED_MS + 60_000)).await.unwrap();
            assert_eq!(count(&store).await, [1, 1, 1, 0, 1]);
            store.write(&program, Later(day_ms(3))).await.unwrap();
            assert_eq!(count(&store).await, [1, 0, 0, 0, 0]);
            store.write(&program, Later(day_ms(31))).await.unwrap();
            assert_eq!(count(&store).await, [0, 0, 0, 0, 0]);
        }

        async fn only_the_program_starts_the_sweep(kit) {
            let store = kit.store(Registry::new()).await;
            assert_eq!(code(store.write(&Caller::shopper(ShopperId(1)), StartSweep).await), "auth.forbidden");
            store.write(&system(Scope::Platform), StartSweep).await.unwrap();
        }
    }
}
