//! The databases that are measured on: one is filled, every measurement gets a copy.

use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use store::{Options, Recorder, Registry, Store, Vault};

use super::{
    Plan,
    goods::Goods,
    pg::{self, Server},
};
use crate::{config::Config, master_key, rooms, services::Services};

/// A filled database that nobody works on: what the copies are made of.
pub(super) struct Base {
    ground: Ground,
    copies: AtomicUsize,
}

/// A filled database to work on.
pub(super) struct Ground {
    pub(super) config: Config,
    pub(super) folder: PathBuf,
    pub(super) goods: Arc<Goods>,
    /// The PostgreSQL database, by server and name.
    database: Option<(Arc<Server>, String)>,
}

impl Base {
    /// Fills a database in `folder`, or on `server`; the master key lies in the folder in either case.
    pub(super) async fn fill(folder: &Path, server: Option<Server>, plan: &Plan) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        let database = match server {
            None => None,
            Some(server) => {
                let name = server.create(None).await?;
                Some((Arc::new(server), name))
            }
        };
        let config = config(&folder, database.as_ref())?;
        let store = open(&config, None).await?;
        let goods = Arc::new(Goods::stock(&store, plan).await?);
        store.close().await;
        Ok(Self { ground: Ground { config, folder, goods, database }, copies: AtomicUsize::new(0) })
    }

    /// A copy.
    pub(super) async fn copy(&self) -> Result<Ground> {
        let from = &self.ground;
        let n = self.copies.fetch_add(1, Ordering::Relaxed);
        let folder = from.folder.with_extension(n.to_string());
        fs::create_dir_all(&folder)?;
        for entry in from.folder.read_dir()? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                fs::copy(entry.path(), folder.join(entry.file_name()))?;
            }
        }
        let database = match &from.database {
            None => None,
            Some((server, like)) => Some((Arc::clone(server), server.create(Some(like)).await?)),
        };
        let config = config(&folder, database.as_ref())?;
        Ok(Ground { config, folder, goods: Arc::clone(&from.goods), database })
    }

    /// Removes it; the copies are to be gone.
    pub(super) async fn remove(self) -> Result<()> {
        self.ground.remove().await
    }
}

impl Ground {
    /// Opens it, for work in process; `recorder` writes down what is executed.
    pub(super) async fn open(&self, recorder: Option<&Recorder>) -> Result<Store> {
        open(&self.config, recorder).await
    }

    /// The file of an embedded database.
    pub(super) fn file(&self) -> PathBuf {
        self.folder.join("kaidian.db")
    }

    /// A connection of one's own to a database on a server.
    pub(super) async fn connect(&self) -> Result<tokio_postgres::Client> {
        let (server, name) = self.database.as_ref().context("it is not on a server")?;
        pg::connect(&server.url_of(name)).await
    }

    /// Removes it. Nothing may have it open any more.
    pub(super) async fn remove(self) -> Result<()> {
        if let Some((server, name)) = &self.database {
            server.remove(name).await?;
        }
        Ok(fs::remove_dir_all(&self.folder)?)
    }
}

fn config(folder: &Path, database: Option<&(Arc<Server>, String)>) -> Result<Config> {
    let data = folder.to_str().context("the folder's name is not text")?;
    let url = database.map(|(server, name)| server.url_of(name));
    let mut pairs = vec![("data", data), ("demo.enabled", "true")];
    pairs.extend(url.as_deref().map(|url| ("db", url)));
    Ok(Config::from_pairs(pairs)?)
}

/// Opens a database with everything that listens and works in the program; the simulated payment service alone has
/// no database, since nothing in process asks it.
async fn open(config: &Config, recorder: Option<&Recorder>) -> Result<Store> {
    let key = master_key::load(config)?;
    let mut registry = Registry::new();
    Services::open(config, &Vault::new(&key), &mut registry)?;
    if let Some(recorder) = recorder {
        registry.record(recorder);
    }
    let store = Store::open(&Options::new(config.db_url(), *key), registry)?;
    store.migrate(rooms::MIGRATIONS).await?;
    Ok(store)
}
