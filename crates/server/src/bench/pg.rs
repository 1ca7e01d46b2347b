//! Databases of the bench's own on a PostgreSQL server.

use anyhow::{Context, Result};
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio_postgres::{Client, NoTls};

/// A server, by the address of a database whose owner may make others.
#[derive(Debug)]
pub(super) struct Server {
    url: String,
    /// Whether to wait, before a copy is measured on, until it lies on the disk.
    settles: bool,
    made: AtomicUsize,
}

impl Server {
    pub(super) fn at(url: &str, settles: bool) -> Self {
        Self { url: url.to_owned(), settles, made: AtomicUsize::new(0) }
    }

    /// A new database, empty or a copy; its name.
    pub(super) async fn create(&self, like: Option<&str>) -> Result<String> {
        let n = self.made.fetch_add(1, Ordering::Relaxed);
        let name = format!("kaidian_bench_{}_{n}", std::process::id());
        let like = like.map(|like| format!(" TEMPLATE {like}")).unwrap_or_default();
        self.run(&format!("CREATE DATABASE {name}{like}")).await?;
        if self.settles {
            self.run("CHECKPOINT").await?;
        }
        Ok(name)
    }

    pub(super) async fn remove(&self, name: &str) -> Result<()> {
        self.run(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await
    }

    /// The address of a database.
    pub(super) fn url_of(&self, name: &str) -> String {
        let (address, options) = self.url.split_once('?').map_or((self.url.as_str(), ""), |(a, o)| (a, o));
        let server = address.rfind('/').and_then(|cut| address.get(..cut)).unwrap_or(address);
        let question = if options.is_empty() { "" } else { "?" };
        format!("{server}/{name}{question}{options}")
    }

    async fn run(&self, sql: &str) -> Result<()> {
        let client = connect(&self.url).await?;
        client.batch_execute(sql).await.with_context(|| format!("PostgreSQL refuses {sql}"))
    }
}

/// A connection of one's own. It ends with its client.
pub(super) async fn connect(url: &str) -> Result<Client> {
    let connected = tokio_postgres::connect(url, NoTls).await;
    // What it says may hold the address, and that a password.
    let (client, connection) = connected.ok().context("PostgreSQL can't be reached")?;
    tokio::spawn(connection);
    Ok(client)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_has_the_address_of_its_server() {
        let at = |url| Server::at(url, false).url_of("b");
        assert_eq!(at("postgres://u:p@h:1/a"), "postgres://u:p@h:1/b");
        assert_eq!(at("postgres://h/a?sslmode=disable"), "postgres://h/b?sslmode=disable");
    }
}
