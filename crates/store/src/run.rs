//! How a command gets through each engine.

use deadpool_postgres::Pool;
use futures::{
    FutureExt,
    future::{BoxFuture, join_all},
};
use kernel::{Ctx, IdGen};
use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};
use tokio::sync::oneshot;

use crate::{
    Command, Error, Store, Tx,
    clock::Clock,
    command::Attempt,
    lite::Work,
    lot, pg,
    store::{Engine, effects_of},
    tx::Engine as TxEngine,
};

/// A command that keeps meeting others is given up after so many runs.
const RUNS: u32 = 10;

pub(crate) async fn run<C: Command>(store: &Store, attempt: Attempt<C>) -> Result<C::Out, C::Err> {
    let ids = store.ids().await?;
    run_with(store, attempt, ids).await
}

async fn run_with<C: Command>(store: &Store, attempt: Attempt<C>, ids: Arc<IdGen>) -> Result<C::Out, C::Err> {
    let (reply, answer) = oneshot::channel();
    let queued = Queued { attempt, store: store.clone(), ids, reply, ran: None, wakes: false };
    match &store.0.engine {
        Engine::Lite { writer, .. } => writer.send(Box::new(queued)),
        // Its own task: a caller that goes away does not leave a transaction half-way.
        Engine::Pg(pool) if C::IN_LOTS => {
            let scope = queued.attempt.caller.scope.key();
            if store.0.lots.join::<C, _>(scope, queued) {
                tokio::spawn(lots_on_pg::<C>(pool.clone(), store.clone(), scope));
            }
        }
        Engine::Pg(pool) => {
            tokio::spawn(on_pg(pool.clone(), queued));
        }
    }
    let result = answer.await.unwrap_or_else(|_| Err(Error::unavailable("the store is closed").into()));
    let outcome = if result.is_ok() { "ok" } else { "failed" };
    metrics::counter!("kaidian_commands_total", "command" => C::NAME, "outcome" => outcome).increment(1);
    result
}

/// A command on its way, with the way back to its caller.
struct Queued<C: Command> {
    attempt: Attempt<C>,
    store: Store,
    ids: Arc<IdGen>,
    reply: oneshot::Sender<Result<C::Out, C::Err>>,
    ran: Option<Result<C::Out, C::Err>>,
    wakes: bool,
}

fn panicked<C: Command>() -> C::Err {
    Error::internal(format!("{} panicked", C::NAME)).into()
}

impl<C: Command> Work for Queued<C> {
    fn run(&mut self, tx: &mut Tx) -> bool {
        let before = tx.statements;
        let ctx = ctx_of(&self.store, &self.attempt.caller, Arc::clone(&self.ids));
        let result = catch_unwind(AssertUnwindSafe(|| poll_once(lite_body(&self.attempt, tx, &ctx))));
        let result = match result {
            Ok(Some(result)) => result,
            Ok(None) => {
                Err(Error::internal(format!("{} waited for more than its transaction", C::NAME)).into())
            }
            Err(_) => Err(panicked::<C>()),
        };
        self.store.count(tx.statements - before);
        self.wakes = tx.effects.wakes();
        let keep = result.is_ok();
        self.ran = Some(result);
        keep
    }

    fn answer(self: Box<Self>, committed: Result<(), Error>) {
        if self.wakes && committed.is_ok() {
            self.store.0.wake.notify_waiters();
        }
        let result = match (self.ran, committed) {
            (Some(Err(e)), _) => Err(e),
            (Some(Ok(out)), Ok(())) => Ok(out),
            (_, Err(e)) => Err(e.into()),
            (None, Ok(())) => Err(Error::unavailable("the command did not run").into()),
        };
        let _ = self.reply.send(result);
    }
}

async fn lite_body<C: Command>(attempt: &Attempt<C>, tx: &mut Tx, ctx: &Ctx) -> Result<C::Out, C::Err> {
    let ran = attempt.run(tx, ctx).await?;
    if let Some(failed) = tx.failed.take() {
        return Err(failed.into()); // the command made light of it
    }
    let effects = std::mem::take(&mut tx.effects);
    let registry = Arc::clone(&tx.registry);
    let mut batch = effects_of(&effects, &registry);
    attempt.keep_answer(&ran, ctx, &mut batch);
    tx.exec_all(batch).await?;
    tx.effects = effects;
    Ok(ran.out)
}

/// On SQLite every future is ready when it is first asked; one that is not has waited for something else.
fn poll_once<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(out) => Some(out),
        Poll::Pending => None,
    }
}

/// Runs a command on PostgreSQL, again where that may help, and answers its caller.
async fn on_pg<C: Command>(pool: Pool, queued: Queued<C>) {
    let Queued { attempt, store, ids, reply, .. } = queued;
    let runs = async {
        let mut run = 0;
        loop {
            run += 1;
            match pg_once(&pool, &store, &attempt, &ids).await {
                Err((_, most)) if run < most => {
                    metrics::counter!("kaidian_store_reruns_total", "command" => C::NAME).increment(1);
                    tokio::time::sleep(Duration::from_millis(u64::from(run * run))).await;
                }
                Err((e, _)) => return Err(e),
                Ok(out) => return Ok(out),
            }
        }
    };
    // A panic drops the transaction on its way out, and its connection with it.
    let result = AssertUnwindSafe(runs).catch_unwind().await.unwrap_or_else(|_| Err(panicked::<C>()));
    let _ = reply.send(result);
}

/// Runs whoever waits for this scope, lot after lot, until nobody does.
async fn lots_on_pg<C: Command>(pool: Pool, store: Store, scope: i64) {
    loop {
        let mut waiting = store.0.lots.next::<C, Queued<C>>(scope);
        match waiting.len() {
            0 => return,
            1 => {
                if let Some(one) = waiting.pop() {
                    on_pg(pool.clone(), one).await;
                }
            }
            _ => lot_on_pg(&pool, &store, waiting).await,
        }
    }
}

async fn lot_on_pg<C: Command>(pool: &Pool, store: &Store, waiting: Vec<Queued<C>>) {
    let (mut attempts, mut replies) = (Vec::with_capacity(waiting.len()), Vec::with_capacity(waiting.len()));
    let Some(ids) = waiting.first().map(|one| Arc::clone(&one.ids)) else { return };
    for Queued { attempt, reply, .. } in waiting {
        attempts.push(attempt);
        replies.push(reply);
    }
    metrics::histogram!("kaidian_store_commands_per_commit")
        .record(u32::try_from(attempts.len()).unwrap_or(0));
    let ran = AssertUnwindSafe(lot::lot_once(pool, store, &attempts, &ids)).catch_unwind().await;
    match ran {
        Ok(Ok(done)) => {
            if done.wakes {
                store.0.wake.notify_waiters();
            }
            for (reply, result) in replies.into_iter().zip(done.results) {
                let _ = reply.send(result);
            }
        }
        undone => {
            if let Ok(Err(e)) = undone {
                tracing::debug!(command = C::NAME, error = %e.for_log(), "a lot was undone");
            }
            metrics::counter!("kaidian_store_lots_undone_total", "command" => C::NAME).increment(1);
            let alone = attempts.into_iter().zip(replies).map(|(attempt, reply)| {
                let (store, ids) = (store.clone(), Arc::clone(&ids));
                on_pg(pool.clone(), Queued { attempt, store, ids, reply, ran: None, wakes: false })
            });
            join_all(alone).await;
        }
    }
}

/// One run on PostgreSQL; with a failure, how many runs there may be.
async fn pg_once<C: Command>(
    pool: &Pool,
    store: &Store,
    attempt: &Attempt<C>,
    ids: &Arc<IdGen>,
) -> Result<C::Out, (C::Err, u32)> {
    let client = pool.get().await.map_err(|e| (Error::from(e).into(), 1))?;
    let mut tx = Tx::new(TxEngine::Pg(pg::PgTx::new(client, pg::BEGIN_WRITE)), Arc::clone(&store.0.registry));
    let ctx = ctx_of(store, &attempt.caller, Arc::clone(ids));
    let ran = attempt.run(&mut tx, &ctx).await;
    let Tx { engine, effects, statements, failed, .. } = tx;
    store.count(statements);
    let TxEngine::Pg(mut pg) = engine else {
        return Err((Error::internal("not PostgreSQL").into(), 1));
    };
    let runs = failed.as_ref().map_or(1, runs_after);
    let ran = match (ran, failed) {
        (Ok(ran), None) => ran,
        (Ok(_), Some(failed)) => {
            pg.rollback().await;
            return Err((failed.into(), runs)); // the command made light of it
        }
        (Err(e), _) => {
            pg.rollback().await;
            return Err((e, runs));
        }
    };
    let mut batch = effects_of(&effects, &store.0.registry);
    attempt.keep_answer(&ran, &ctx, &mut batch);
    store.count(batch.0.len() as u64);
    if let Some(recorder) = &store.0.registry.recorder {
        recorder.note_all(&batch.0, &[]);
    }
    if let Err(e) = pg.commit_with(&batch.0).await {
        pg.rollback().await;
        // Where the connection broke, the commit may have come through: only a key tells.
        let unclear = matches!(e, Error::Unavailable(_)) && attempt.once.is_none();
        let runs = if unclear { 1 } else { runs_after(&e) };
        return Err((e.into(), runs));
    }
    if effects.wakes() {
        store.0.wake.notify_waiters();
    }
    Ok(ran.out)
}

/// How many runs a command may have after this failure of a statement.
const fn runs_after(failure: &Error) -> u32 {
    match failure {
        Error::Transient(_) => RUNS,
        // Somebody came first with the same key or version, or the connection broke: the next run sees what is
        // there, through another connection.
        Error::Constraint(_) | Error::Unavailable(_) => 2,
        Error::Full(_) | Error::KeyReused | Error::Internal(_) => 1,
    }
}

pub(crate) fn ctx_of(store: &Store, caller: &kernel::Caller, ids: Arc<IdGen>) -> Ctx {
    let wall = Clock::wall();
    Ctx {
        scope: caller.scope,
        actor: caller.actor,
        now: store.0.clock.now(wall),
        wall,
        ids,
        request: Arc::clone(&caller.request),
    }
}

/// The store's own small writes, as commands without a name of their own. They need no ids.
pub(crate) async fn internal<T, F>(store: &Store, f: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<T, Error>> + Send + Sync + 'static,
{
    let caller = kernel::Caller::system(kernel::Scope::Platform);
    let command = Internal { f, _out: std::marker::PhantomData };
    run_with(store, Attempt { command, caller, once: None }, Arc::new(IdGen::seeded(1))).await
}

struct Internal<T, F> {
    f: F,
    _out: std::marker::PhantomData<fn() -> T>,
}

impl<T, F> Command for Internal<T, F>
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<T, Error>> + Send + Sync + 'static,
{
    type Out = T;
    type Err = Error;
    const NAME: &'static str = "store.internal";

    async fn run(&self, tx: &mut Tx, _: &Ctx) -> Result<T, Error> {
        (self.f)(tx).await
    }
}
