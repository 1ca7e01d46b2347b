//! Databases for tests: the same test on SQLite and on PostgreSQL.
//!
//! ```
//! use store::{Registry, Room, p, testkit::prepare_all};
//!
//! const NOTES: Room =
//!     Room { name: "note", files: &[("V1__note", "CREATE TABLE note_note (id BIGINT NOT NULL PRIMARY KEY);")] };
//! const COUNT: &str = "SELECT count(*) FROM note_note";
//!
//! store::on_both! {
//!     rooms = [NOTES];
//!
//!     async fn there_is_nothing_at_first(kit) {
//!         let store = kit.store(Registry::new()).await;
//!         let mut tx = store.read().await.unwrap();
//!         assert_eq!(tx.one(COUNT, p![], |row| row.get::<i64>(0)).await.unwrap(), 0);
//!     }
//!
//!     async fn both_engines_understand_every_statement(kit) {
//!         prepare_all(&kit, &[COUNT]).await;
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! PostgreSQL is found by the variable `KAIDIAN_TEST_PG`, an address of a database whose user may create others;
//! `cargo xtask db -- COMMAND` starts a throw-away server and sets it. Without it the PostgreSQL half fails.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
};
use tokio_postgres::NoTls;

use crate::{Error, Options, Registry, Room, Store, node};

/// Which engine a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite in a temporary folder.
    Sqlite,
    /// PostgreSQL: a database of its own, made from a migrated template.
    Postgres,
}

/// The master key of test databases.
pub const TEST_KEY: [u8; 32] = [42; 32];

/// A database for one test. It goes away with the kit.
pub struct Kit {
    /// Where it lies.
    pub options: Options,
    /// The engine.
    pub engine: Engine,
    rooms: Vec<Room>,
    folder: Option<tempfile::TempDir>,
    database: Option<(String, String)>,
}

impl Kit {
    /// A migrated, empty database.
    #[expect(
        clippy::unwrap_used,
        clippy::missing_panics_doc,
        reason = "a test that has no database must fail"
    )]
    pub async fn new(engine: Engine, rooms: &[Room]) -> Self {
        let rooms = rooms.to_vec();
        match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().unwrap(); // unwrap: test kit
                let url = format!("sqlite:{}", folder.path().join("kaidian.db").display());
                Self {
                    options: Options::new(url, TEST_KEY),
                    engine,
                    rooms,
                    folder: Some(folder),
                    database: None,
                }
            }
            Engine::Postgres => {
                let (admin, name) = pg_database(&rooms).await.unwrap(); // unwrap: test kit
                let url = with_database(&admin, &name);
                Self {
                    options: Options::new(url, TEST_KEY),
                    engine,
                    rooms,
                    folder: None,
                    database: Some((admin, name)),
                }
            }
        }
    }

    /// Opens and migrates the database.
    #[expect(
        clippy::unwrap_used,
        clippy::missing_panics_doc,
        reason = "a test that has no database must fail"
    )]
    pub async fn store(&self, registry: Registry) -> Store {
        let store = Store::open(&self.options, registry).unwrap(); // unwrap: test kit
        store.migrate(&self.rooms).await.unwrap(); // unwrap: test kit
        store
    }

    /// The folder of an embedded database.
    pub fn folder(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|f| f.path().to_owned())
    }
}

impl Drop for Kit {
    fn drop(&mut self) {
        let Some((admin, name)) = self.database.take() else { return };
        // A runtime of its own: the test's may be going down.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async move {
                let (client, connection) =
                    tokio_postgres::connect(&admin, NoTls).await.map_err(std::io::Error::other)?;
                tokio::spawn(connection);
                client
                    .batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                    .await
                    .map_err(std::io::Error::other)
            })
        });
        let _ = dropped.join();
    }
}

/// Prepares every statement on the kit's engine: each must be understood by both.
#[expect(clippy::missing_panics_doc, clippy::panic, reason = "a test that finds a bad statement must fail")]
pub async fn prepare_all(kit: &Kit, statements: &[&'static str]) {
    let store = kit.store(Registry::new()).await;
    for sql in statements {
        let prepared = match store.read().await {
            Ok(mut tx) => tx.prepare_both_forms(sql).await,
            Err(e) => Err(e),
        };
        if let Err(e) = prepared {
            panic!("{:?} does not understand: {sql}\n{}", kit.engine, e.for_log()); // unwrap: test kit
        }
    }
}

/// Declares tests that run on both engines. Each becomes a module with the tests `sqlite` and `postgres`.
#[macro_export]
macro_rules! on_both {
    (rooms = $rooms:expr; $($(#[$meta:meta])* async fn $name:ident($kit:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($kit: $crate::testkit::Kit) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                body($crate::testkit::Kit::new($crate::testkit::Engine::Sqlite, &$rooms).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                body($crate::testkit::Kit::new($crate::testkit::Engine::Postgres, &$rooms).await).await;
            }
        }
    )+};
}

fn with_database(admin: &str, name: &str) -> String {
    let cut = admin.rfind('/').unwrap_or(admin.len());
    format!("{}/{name}", &admin[..cut])
}

/// A fresh database made from a template that holds the migrated, empty tables; the template is made once per set
/// of migrations.
async fn pg_database(rooms: &[Room]) -> Result<(String, String), Error> {
    let admin = std::env::var("KAIDIAN_TEST_PG").map_err(|_| {
        Error::unavailable(
            "KAIDIAN_TEST_PG is not set: run the tests by `make test` or `cargo xtask db -- …`",
        )
    })?;
    let (client, connection) = tokio_postgres::connect(&admin, NoTls).await?;
    tokio::spawn(connection);
    let mut hasher = DefaultHasher::new();
    for room in rooms.iter().chain([&crate::migrate::STORE]) {
        room.files.hash(&mut hasher);
    }
    let template = format!("kaidian_template_{:x}", hasher.finish());
    client.batch_execute("SELECT pg_advisory_lock(7304816)").await?;
    let there = client.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&template]).await?;
    if there.is_none() {
        make_template(&client, &admin, &template, rooms).await?;
    }
    let name = format!("kaidian_test_{:x}", node::new_owner());
    client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await?;
    client.batch_execute("SELECT pg_advisory_unlock(7304816)").await?;
    Ok((admin, name))
}

async fn make_template(
    client: &tokio_postgres::Client,
    admin: &str,
    template: &str,
    rooms: &[Room],
) -> Result<(), Error> {
    let making = format!("{template}_making");
    client.batch_execute(&format!("DROP DATABASE IF EXISTS {making} WITH (FORCE)")).await?;
    client
        .batch_execute(&format!(
            "CREATE DATABASE {making} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
        ))
        .await?;
    let store = Store::open(&Options::new(with_database(admin, &making), TEST_KEY), Registry::new())?;
    store.migrate(rooms).await?;
    store.close().await;
    wait_until_left(client, &making).await?;
    client.batch_execute(&format!("ALTER DATABASE {making} RENAME TO {template}")).await?;
    Ok(())
}

/// Waits until nobody is connected to the database: only then can it be renamed.
async fn wait_until_left(client: &tokio_postgres::Client, name: &str) -> Result<(), Error> {
    let mut tries = 0;
    while client.query_opt("SELECT 1 FROM pg_stat_activity WHERE datname = $1", &[&name]).await?.is_some() {
        tries += 1;
        if tries > 1000 {
            return Err(Error::unavailable("the template database is still in use"));
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    Ok(())
}
