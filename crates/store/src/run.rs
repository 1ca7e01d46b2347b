//! How a command gets through each engine.

use futures::future::BoxFuture;
use kernel::Ctx;
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
    pg,
    store::{Engine, effects_of},
    tx::Engine as TxEngine,
};

/// A command that keeps meeting others is given up after so many runs.
const RUNS: u32 = 10;

pub(crate) async fn run<C: Command>(store: &Store, attempt: Attempt<C>) -> Result<C::Out, C::Err> {
    let ids = store.ids().await?;
    let answered = match &store.0.engine {
        Engine::Lite { writer, .. } => {
            let (reply, answer) = oneshot::channel();
            writer.send(Box::new(Queued {
                attempt: Arc::new(attempt),
                store: store.clone(),
                ids,
                reply,
                ran: None,
                wakes: false,
            }));
            answer.await
        }
        Engine::Pg(_) => {
            // Its own task: a caller that goes away does not leave a transaction half-way.
            let store = store.clone();
            let (reply, answer) = oneshot::channel();
            tokio::spawn(async move {
                let _ = reply.send(on_pg(&store, &attempt).await);
            });
            answer.await
        }
    };
    let result = answered.unwrap_or_else(|_| Err(Error::unavailable("the store is closed").into()));
    let outcome = if result.is_ok() { "ok" } else { "failed" };
    metrics::counter!("kaidian_commands_total", "command" => C::NAME, "outcome" => outcome).increment(1);
    result
}

/// A command in the writer's queue.
struct Queued<C: Command> {
    attempt: Arc<Attempt<C>>,
    store: Store,
    ids: Arc<kernel::IdGen>,
    reply: oneshot::Sender<Result<C::Out, C::Err>>,
    ran: Option<Result<C::Out, C::Err>>,
    wakes: bool,
}

impl<C: Command> Work for Queued<C> {
    fn run(&mut self, tx: &mut Tx) -> bool {
        let before = tx.statements;
        let attempt = Arc::clone(&self.attempt);
        let ctx = ctx_of(&self.store, &attempt.caller, Arc::clone(&self.ids));
        let result = catch_unwind(AssertUnwindSafe(|| poll_once(lite_body(&attempt, tx, &ctx))));
        let result = match result {
            Ok(Some(result)) => result,
            Ok(None) => {
                Err(Error::internal(format!("{} waited for more than its transaction", C::NAME)).into())
            }
            Err(_) => Err(Error::internal(format!("{} panicked", C::NAME)).into()),
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
    let effects = std::mem::take(&mut tx.effects);
    let registry = Arc::clone(&tx.registry);
    let mut batch = effects_of(&effects, &registry);
    attempt.record(&ran, ctx, &mut batch);
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

async fn on_pg<C: Command>(store: &Store, attempt: &Attempt<C>) -> Result<C::Out, C::Err> {
    let mut run = 0;
    loop {
        run += 1;
        match pg_once(store, attempt).await {
            Err((_, true)) if run < RUNS => {
                metrics::counter!("kaidian_store_reruns_total", "command" => C::NAME).increment(1);
                tokio::time::sleep(Duration::from_millis(u64::from(run * run))).await;
            }
            Err((e, _)) => return Err(e),
            Ok(out) => return Ok(out),
        }
    }
}

/// One run on PostgreSQL; with a failure, whether another run may succeed.
async fn pg_once<C: Command>(store: &Store, attempt: &Attempt<C>) -> Result<C::Out, (C::Err, bool)> {
    let Engine::Pg(pool) = &store.0.engine else {
        return Err((Error::internal("not PostgreSQL").into(), false));
    };
    let ids = store.ids().await.map_err(|e| (e.into(), false))?;
    let client = pool.get().await.map_err(|e| (Error::from(e).into(), false))?;
    let mut tx = Tx::new(TxEngine::Pg(pg::PgTx::new(client, pg::BEGIN_WRITE)), Arc::clone(&store.0.registry));
    let ctx = ctx_of(store, &attempt.caller, ids);
    let ran = attempt.run(&mut tx, &ctx).await;
    let effects = std::mem::take(&mut tx.effects);
    let statements = tx.statements;
    let TxEngine::Pg(mut pg) = tx.engine else {
        return Err((Error::internal("not PostgreSQL").into(), false));
    };
    let ended = match ran {
        Err(e) => {
            let transient = matches!(pg.failure(), Some(Error::Transient(_)));
            pg.rollback().await;
            Err((e, transient))
        }
        Ok(ran) => {
            let mut batch = effects_of(&effects, &store.0.registry);
            attempt.record(&ran, &ctx, &mut batch);
            store.count(batch.0.len() as u64);
            match pg.commit_with(&batch.0).await {
                Ok(()) => Ok(ran.out),
                Err(e) => {
                    // A constraint here means that the same key or version came first: the next run sees it.
                    let again = matches!(e, Error::Transient(_) | Error::Constraint(_));
                    pg.rollback().await;
                    Err((e.into(), again))
                }
            }
        }
    };
    store.count(statements);
    if ended.is_ok() && effects.wakes() {
        store.0.wake.notify_waiters();
    }
    ended
}

fn ctx_of(store: &Store, caller: &kernel::Caller, ids: Arc<kernel::IdGen>) -> Ctx {
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
    let ids = store.ids_now().unwrap_or_else(|| Arc::new(kernel::IdGen::seeded(1)));
    let command = Internal { f, _out: std::marker::PhantomData };
    let caller = kernel::Caller::system(kernel::Scope::Platform);
    match &store.0.engine {
        Engine::Lite { writer, .. } => {
            let (reply, answer) = oneshot::channel();
            let attempt = Arc::new(Attempt { command, caller, once: None });
            writer.send(Box::new(Queued {
                attempt,
                store: store.clone(),
                ids,
                reply,
                ran: None,
                wakes: false,
            }));
            answer.await.unwrap_or_else(|_| Err(Error::unavailable("the store is closed")))
        }
        Engine::Pg(pool) => {
            let mut run = 0;
            loop {
                run += 1;
                let pg = pg::PgTx::new(pool.get().await?, pg::BEGIN_WRITE);
                let mut tx = Tx::new(TxEngine::Pg(pg), Arc::clone(&store.0.registry));
                let out = (command.f)(&mut tx).await;
                let TxEngine::Pg(mut pg) = tx.engine else { return Err(Error::internal("not PostgreSQL")) };
                let ended = match out {
                    Ok(out) => pg.commit_with(&[]).await.map(|()| out),
                    Err(e) => Err(e),
                };
                if ended.is_err() {
                    pg.rollback().await;
                }
                match ended {
                    Err(Error::Transient(_)) if run < RUNS => {}
                    other => return other,
                }
            }
        }
    }
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
