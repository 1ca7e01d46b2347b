//! A lot from its first statement to its commit.

use deadpool_postgres::Pool;
use kernel::{Ctx, IdGen};
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use super::{
    desk::{Asked, Desk, LotTx},
    round,
};
use crate::{
    Batch, Command, Error, Store, Tx,
    command::{Attempt, Ran},
    pg::{self, PgTx},
    run::ctx_of,
    store::effects_of,
    tx::Engine,
};

/// A command of a lot that came to its end, with its transaction.
struct Ended<C: Command> {
    tx: Tx,
    ctx: Ctx,
    ran: Result<Ran<C::Out>, C::Err>,
}

/// What each command of the lot came to, in their order; `wakes` if somebody should look for work.
pub(crate) struct Done<C: Command> {
    pub(crate) results: Vec<Result<C::Out, C::Err>>,
    pub(crate) wakes: bool,
}

/// Runs the commands in one transaction. An error says that nothing was done, and none of them is answered.
pub(crate) async fn lot_once<C: Command>(
    pool: &Pool,
    store: &Store,
    attempts: &[Attempt<C>],
    ids: &Arc<IdGen>,
) -> Result<Done<C>, Error> {
    let mut pg = PgTx::new(pool.get().await?, pg::BEGIN_LOT);
    match ended_and_committed(&mut pg, store, attempts, ids).await {
        Ok(done) => Ok(done),
        Err(e) => {
            pg.rollback().await;
            Err(e)
        }
    }
}

async fn ended_and_committed<C: Command>(
    pg: &mut PgTx,
    store: &Store,
    attempts: &[Attempt<C>],
    ids: &Arc<IdGen>,
) -> Result<Done<C>, Error> {
    let all = side_by_side(pg, store, attempts, ids).await?;
    let mut lists = Vec::with_capacity(all.len());
    let mut wakes = false;
    for (attempt, ended) in attempts.iter().zip(&all) {
        let batch = last_statements(store, attempt, ended)?;
        wakes |= ended.ran.is_ok() && ended.tx.effects.wakes();
        lists.push(batch.0.into_iter().map(|(sql, params)| Asked::new(sql, params, false)).collect());
    }
    let (_, executed) = round::execute(pg, lists).await?;
    store.count(executed);
    pg.commit_with(&[]).await?;
    Ok(Done { results: all.into_iter().map(|ended| ended.ran.map(|ran| ran.out)).collect(), wakes })
}

/// What is written at the end of a command: what it leaves behind, or nothing of it.
fn last_statements<'a, C: Command>(
    store: &Store,
    attempt: &'a Attempt<C>,
    ended: &'a Ended<C>,
) -> Result<Batch<'a>, Error> {
    let Engine::Lot(lot) = &ended.tx.engine else { return Err(Error::internal("not of a lot")) };
    match &ended.ran {
        Ok(ran) => {
            let mut batch = effects_of(&ended.tx.effects, &store.0.registry);
            attempt.keep_answer(ran, &ended.ctx, &mut batch);
            Ok(batch)
        }
        Err(_) if lot.changed() == 0 => Ok(Batch::new()),
        Err(_) if attempt.only_took_key(lot.changed()) => {
            let mut batch = Batch::new();
            attempt.give_key_back(&ended.ctx, &mut batch);
            Ok(batch)
        }
        Err(_) => Err(Error::unavailable("a command of a lot failed half-way")),
    }
}

/// Runs every command up to its next statement, answers them all, and so on until all have ended.
async fn side_by_side<C: Command>(
    pg: &mut PgTx,
    store: &Store,
    attempts: &[Attempt<C>],
    ids: &Arc<IdGen>,
) -> Result<Vec<Ended<C>>, Error> {
    let desk = Desk::default();
    let mut running: Vec<_> =
        attempts.iter().map(|one| Box::pin(to_its_end(store, one, &desk, ids))).collect();
    let mut ended: Vec<Option<Ended<C>>> = attempts.iter().map(|_| None).collect();
    loop {
        for (one, end) in running.iter_mut().zip(&mut ended) {
            if end.is_none() {
                *end = poll(one.as_mut());
            }
        }
        let slips = desk.take();
        if slips.is_empty() {
            let all: Option<Vec<_>> = ended.into_iter().collect();
            return all.ok_or_else(|| Error::internal(format!("{} waited for more than its lot", C::NAME)));
        }
        store.count(round::answer(pg, slips).await?);
    }
}

async fn to_its_end<C: Command>(
    store: &Store,
    attempt: &Attempt<C>,
    desk: &Desk,
    ids: &Arc<IdGen>,
) -> Ended<C> {
    let mut tx = Tx::new(Engine::Lot(LotTx::new(desk.clone())), Arc::clone(&store.0.registry));
    let ctx = ctx_of(store, &attempt.caller, Arc::clone(ids));
    let ran = attempt.run(&mut tx, &ctx).await;
    // The command made light of a failure.
    let ran = match tx.failed.take() {
        Some(failed) if ran.is_ok() => Err(failed.into()),
        _ => ran,
    };
    Ended { tx, ctx, ran }
}

/// A command waits for nothing but its statements: it is looked at when they are answered, and need wake nobody.
fn poll<T>(future: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(out) => Some(out),
        Poll::Pending => None,
    }
}
