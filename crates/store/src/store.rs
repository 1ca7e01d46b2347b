//! The store: opens a database, runs commands, hands out snapshots.

use deadpool_postgres::Pool;
use kernel::{Caller, Ctx, IdGen, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    ops::{Deref, DerefMut},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::Notify;

use crate::{
    Batch, Command, Error, Key, Registry, Tx, Vault,
    clock::{self, Clock},
    command::{Attempt, Codec},
    lite::{Checkpoints, Readers, Writer},
    lot::Lots,
    node::Ids,
    pg, run,
    tx::Engine as TxEngine,
};

/// How a store is opened.
#[derive(Clone)]
pub struct Options {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// The most pages (4 KiB) that an embedded database may grow to; `None` for the disk's own limit.
    pub max_pages: Option<i64>,
    /// The key under which secrets are sealed.
    pub master_key: [u8; 32],
    /// Take ids from a counter that begins here rather than from clock and node: the demo and some tests.
    pub seed: Option<i64>,
}

impl Options {
    /// The database at `url`, without limits.
    pub fn new(url: impl Into<String>, master_key: [u8; 32]) -> Self {
        Self { url: url.into(), max_pages: None, master_key, seed: None }
    }
}

/// A database. Cheap to clone.
#[derive(Clone)]
pub struct Store(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) engine: Engine,
    pub(crate) clock: Clock,
    pub(crate) registry: Arc<Registry>,
    pub(crate) wake: Notify,
    pub(crate) lots: Lots,
    ids: Ids,
    statements: AtomicU64,
}

pub(crate) enum Engine {
    /// The readers go first, so that the writer, which may write the log back, closes the file.
    Lite {
        readers: Readers,
        writer: Writer,
    },
    Pg(Pool),
}

/// Read connections of an embedded database: a read holds one for a few microseconds.
const LITE_READERS: usize = 16;

impl Store {
    /// Opens the database. Nothing is migrated yet: see [`migrate`](Self::migrate).
    pub fn open(options: &Options, registry: Registry) -> Result<Self, Error> {
        Self::open_with(options, registry, Checkpoints::default())
    }

    pub(crate) fn open_with(
        options: &Options,
        mut registry: Registry,
        checkpoints: Checkpoints,
    ) -> Result<Self, Error> {
        registry.vault = Vault::new(&options.master_key);
        let registry = Arc::new(registry);
        let engine = if let Some(path) = options.url.strip_prefix("sqlite:") {
            let path = PathBuf::from(path);
            let writer = Writer::start(&path, options.max_pages, checkpoints, Arc::clone(&registry))?;
            Engine::Lite { readers: Readers::new(path, LITE_READERS), writer }
        } else if options.url.starts_with("postgres://") || options.url.starts_with("postgresql://") {
            Engine::Pg(pg::pool(&options.url)?)
        } else {
            return Err(Error::unavailable("a database address begins with sqlite: or postgres://"));
        };
        Ok(Self(Arc::new(Inner {
            engine,
            clock: Clock::default(),
            registry,
            wake: Notify::new(),
            lots: Lots::default(),
            ids: Ids::new(options.seed),
            statements: AtomicU64::new(0),
        })))
    }

    /// Runs a command in a transaction and answers after the commit.
    pub async fn write<C: Command>(&self, caller: &Caller, command: C) -> Result<C::Out, C::Err> {
        run::run(self, Attempt { command, caller: caller.clone(), once: None }).await
    }

    /// Runs a command at most once for `key`: a repeat with the same content gets the stored answer, with other
    /// content [`Error::KeyReused`].
    pub async fn once<C>(&self, caller: &Caller, key: Key, command: C) -> Result<C::Out, C::Err>
    where
        C: Command,
        C::Out: Serialize + DeserializeOwned,
    {
        let once = Some((key, Codec::json()));
        run::run(self, Attempt { command, caller: caller.clone(), once }).await
    }

    /// A snapshot to read from. It ends when it is dropped.
    pub async fn read(&self) -> Result<Snapshot, Error> {
        let registry = Arc::clone(&self.0.registry);
        let (engine, way_back) = match &self.0.engine {
            Engine::Lite { readers, .. } => {
                let (lite, way_back) = readers.begin().await?;
                (TxEngine::Lite(lite), Some(way_back))
            }
            Engine::Pg(pool) => (TxEngine::Pg(pg::PgTx::new(pool.get().await?, pg::BEGIN_READ)), None),
        };
        Ok(Snapshot { tx: Some(Tx::for_reading(engine, registry)), way_back, store: self.clone() })
    }

    /// Both clocks and the ids, for a use case that only reads.
    pub async fn ctx(&self, caller: &Caller) -> Result<Ctx, Error> {
        let wall = Clock::wall();
        Ok(Ctx {
            scope: caller.scope,
            actor: caller.actor,
            now: self.0.clock.now(wall),
            wall,
            ids: self.ids().await?,
            request: Arc::clone(&caller.request),
        })
    }

    /// The wall clock.
    pub fn wall(&self) -> Timestamp {
        Clock::wall()
    }

    /// Business time.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now(Clock::wall())
    }

    /// Moves business time forwards, for all processes. Work that falls due is found by the workers.
    pub async fn advance(&self, ms: i64) -> Result<Timestamp, Error> {
        let wall = Clock::wall();
        let setting = run::internal(self, move |tx| Box::pin(clock::advance(tx, ms, wall))).await?;
        self.0.clock.follow(setting);
        self.0.wake.notify_waiters();
        Ok(self.now())
    }

    /// Lets business time begin at `start` in a database that nothing has happened in yet: no event, no job, no
    /// idempotency key; false if something has.
    pub async fn begin_at(&self, start: Timestamp) -> Result<bool, Error> {
        let wall = Clock::wall();
        let setting = run::internal(self, move |tx| Box::pin(clock::begin_at(tx, start, wall))).await?;
        if let Some(setting) = setting {
            self.0.clock.follow(setting);
        }
        Ok(setting.is_some())
    }

    /// Reads the offset of business time again: another process may have moved it.
    pub(crate) async fn refresh_clock(&self) -> Result<(), Error> {
        let mut tx = self.read().await?;
        let setting = clock::setting(&mut tx).await?;
        self.0.clock.follow(setting);
        Ok(())
    }

    /// How many statements this process has executed. Tests count with it.
    pub fn statements(&self) -> u64 {
        self.0.statements.load(Ordering::Relaxed)
    }

    pub(crate) fn count(&self, statements: u64) {
        self.0.statements.fetch_add(statements, Ordering::Relaxed);
    }

    pub(crate) async fn ids(&self) -> Result<Arc<IdGen>, Error> {
        self.0.ids.get(self).await
    }

    /// Renews the lease of the node that ids are made with.
    pub(crate) async fn keep_node(&self) -> Result<(), Error> {
        self.0.ids.keep(self).await
    }

    /// As after a long sleep: the lease of the node has run out.
    #[cfg(test)]
    pub(crate) fn forget_lease(&self) {
        self.0.ids.forget_lease();
    }

    /// Seals and opens secrets.
    pub fn vault(&self) -> &Vault {
        &self.0.registry.vault
    }

    /// True for PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self.0.engine, Engine::Pg(_))
    }
}

/// A read transaction: use it as a [`Tx`].
pub struct Snapshot {
    tx: Option<Tx>,
    way_back: Option<crate::lite::Return>,
    store: Store,
}

impl Deref for Snapshot {
    type Target = Tx;
    #[expect(clippy::expect_used, reason = "only drop takes it out")]
    fn deref(&self) -> &Tx {
        self.tx.as_ref().expect("a snapshot has its transaction until it is dropped") // unwrap: see reason
    }
}

impl DerefMut for Snapshot {
    #[expect(clippy::expect_used, reason = "only drop takes it out")]
    fn deref_mut(&mut self) -> &mut Tx {
        self.tx.as_mut().expect("a snapshot has its transaction until it is dropped") // unwrap: see reason
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        let Some(tx) = self.tx.take() else { return };
        self.store.count(tx.statements);
        match (tx.engine, self.way_back.take()) {
            (TxEngine::Lite(lite), Some(way_back)) => way_back.give_back(lite),
            (TxEngine::Pg(pg), _) => {
                if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                    runtime.spawn(pg.rollback());
                }
            }
            (TxEngine::Lite(_), None) | (TxEngine::Lot(_), _) => {}
        }
    }
}

/// The statements that go with a command's success: its events, jobs and idempotency record.
pub(crate) fn effects_of<'a>(tx_effects: &'a crate::effect::Effects, registry: &Registry) -> Batch<'a> {
    let mut batch = Batch::new();
    for said in &tx_effects.said {
        said.write(registry, &mut batch);
    }
    for scheduled in &tx_effects.scheduled {
        scheduled.write(&mut batch);
    }
    batch
}

/// A command in hand is given this long to end when the store is closed.
const CLOSE_WITHIN: Duration = Duration::from_secs(10);

impl Store {
    /// Closes the connections to a server, once what is in hand has ended. An embedded database closes when the
    /// last handle goes.
    pub async fn close(self) {
        let Engine::Pg(pool) = &self.0.engine else { return };
        pool.close();
        let until = Instant::now() + CLOSE_WITHIN;
        while pool.status().size > 0 && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
