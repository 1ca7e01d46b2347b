//! Migrations: `.sql` files of each room, run in the order of levels, each room with a history table of its own.
//! A released file is frozen by its checksum.

use refinery_core::{
    AsyncMigrate, Migration, Runner, Target,
    traits::r#async::{AsyncQuery, AsyncTransaction},
};
use std::{future::Future, sync::Arc};

use crate::{Error, Row, Store, Tx, error::chain, p, pg, run, store::Engine, tx::Engine as TxEngine};

/// The migrations of one room.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// The room's name, which its tables begin with.
    pub name: &'static str,
    /// File name without ending (`V1__trade`) and text.
    pub files: &'static [(&'static str, &'static str)],
}

/// The store's own tables.
pub(crate) const STORE: Room =
    Room { name: "store", files: &[("V1__store", include_str!("../migrations/V1__store.sql"))] };

/// Lists a room's migrations by the names of its files: `store::migrations!("trade", "V1__trade")`.
#[macro_export]
macro_rules! migrations {
    ($room:literal $(, $file:literal)+ $(,)?) => {
        $crate::Room {
            name: $room,
            files: &[$(($file, include_str!(concat!("../migrations/", $file, ".sql")))),+],
        }
    };
}

impl Store {
    /// Brings the database up to date: the store's own tables first, then the rooms in the given order.
    pub async fn migrate(&self, rooms: &[Room]) -> Result<(), Error> {
        for room in std::iter::once(&STORE).chain(rooms) {
            migrate_room(self, *room).await?;
        }
        self.refresh_clock().await
    }
}

async fn migrate_room(store: &Store, room: Room) -> Result<(), Error> {
    let migrations = room
        .files
        .iter()
        .map(|(name, sql)| Migration::unapplied(name, sql))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| wrap(room, &e))?;
    match &store.0.engine {
        Engine::Lite { .. } => {
            let migrations = Arc::new(migrations);
            run::internal(store, move |tx| {
                let migrations = Arc::clone(&migrations);
                Box::pin(async move { apply(tx, room, &migrations).await })
            })
            .await
        }
        Engine::Pg(pool) => {
            let tx = pg::PgTx::new(pool.get().await?, pg::BEGIN_WRITE);
            let mut tx = Tx::new(TxEngine::Pg(tx), Arc::clone(&store.0.registry));
            // One process migrates at a time.
            tx.exec("SELECT pg_advisory_xact_lock(7304815)", p![]).await?;
            apply(&mut tx, room, &migrations).await?;
            match tx.engine {
                TxEngine::Pg(mut pg) => pg.commit_with(&[]).await,
                TxEngine::Lite(_) | TxEngine::Lot(_) => Ok(()),
            }
        }
    }
}

async fn apply(tx: &mut Tx, room: Room, migrations: &[Migration]) -> Result<(), Error> {
    let mut runner = Runner::new(migrations).set_target(Target::Latest);
    runner.set_migration_table_name(format!("{}_history", room.name));
    runner.run_async(&mut InTx(tx)).await.map(drop).map_err(|e| wrap(room, &e))
}

fn wrap(room: Room, e: &refinery_core::Error) -> Error {
    Error::internal(format!("migrations of {}: {}", room.name, chain(e)))
}

/// Lets the migration library work inside our transaction, on either engine.
struct InTx<'a>(&'a mut Tx);

impl AsyncTransaction for InTx<'_> {
    type Error = Error;

    #[expect(clippy::manual_async_fn, reason = "the trait asks for Send")]
    fn execute<'a, T: Iterator<Item = &'a str> + Send + 'a>(
        &'a mut self,
        queries: T,
    ) -> impl Future<Output = Result<usize, Error>> + Send + 'a {
        async move {
            let mut n = 0;
            for sql in queries {
                self.0.script(sql).await?;
                n += 1;
            }
            Ok(n)
        }
    }
}

impl AsyncQuery<Vec<Migration>> for InTx<'_> {
    #[expect(clippy::manual_async_fn, reason = "the trait asks for Send")]
    fn query<'a>(
        &'a mut self,
        query: &'a str,
    ) -> impl Future<Output = Result<Vec<Migration>, Error>> + Send + 'a {
        async move { self.0.all_dynamic(query, applied).await }
    }
}

fn applied(row: &Row<'_>) -> Result<Migration, Error> {
    let when: String = row.get(2)?;
    let when = time::OffsetDateTime::parse(&when, &time::format_description::well_known::Rfc3339)
        .map_err(|e| Error::internal(format!("the migration history can't be read: {e}")))?;
    let checksum: String = row.get(3)?;
    let checksum =
        checksum.parse().map_err(|_| Error::internal("the migration history can't be read: checksum"))?;
    let version = match row {
        Row::Lite(r) => r.get::<_, i32>(0)?,
        Row::Pg(r) => r.try_get::<_, i32>(0)?,
    };
    Ok(Migration::applied(version, row.get(1)?, when, checksum))
}

impl AsyncMigrate for InTx<'_> {}
