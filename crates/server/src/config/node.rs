//! Keys at the top level: where this process listens and keeps its data.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use super::{
    section::section,
    setting::{HttpUrl, MasterKey, Setting, Size, Span},
};

section! {
    /// Where this process listens, where its data lie, and which work it does. These keys stand at the top of the
    /// file, before the first `[section]`.
    Node "" {
        /// The address to listen on.
        listen: SocketAddr = "127.0.0.1:8080";
        /// The address under which people and programs reach the server; links to pictures, the cashier and
        /// tracking pages begin with it. Without it: `listen`, by http or https.
        public_url: Option<HttpUrl> = "";
        /// The folder for the embedded database, pictures and the master key. It is made when absent.
        data: PathBuf = "./data";
        /// The database: `sqlite:PATH`, or `postgres://USER@HOST/NAME`. Without it: `sqlite:DATA/kaidian.db`.
        db: Option<Database> = "";
        /// The most that an embedded database may grow to. Beyond it writes are refused and nothing is lost.
        /// Without it: whatever the disk holds.
        db_max: Option<Size> = "";
        /// The key that seals secrets at rest. Without it: the file `DATA/master.key`, made with mode 0600 when
        /// absent. Whoever loses it loses every stored secret.
        master_key: Option<MasterKey> = "";
        /// The work that this process does: `api` answers requests, `worker` does jobs, `dispatcher` carries
        /// events.
        roles: Roles = "api,worker,dispatcher";
        /// How long requests in flight may take to finish after a signal to stop.
        stop_within: Span = "30 s";
    }
}

/// The address of a database.
#[derive(Clone, PartialEq, Eq)]
pub struct Database(pub String);

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address of a server may hold a password.
        f.write_str(self.0.split(':').next().unwrap_or_default())
    }
}

impl Setting for Database {
    const SHAPE: &'static str = "sqlite:PATH or postgres://…";
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        let begins = ["sqlite:", "postgres://", "postgresql://"].iter();
        let named = begins.filter_map(|scheme| text.strip_prefix(scheme)).any(|rest| !rest.is_empty());
        if !named {
            return Err(format!("must be {}", Self::SHAPE));
        }
        if asks_for_tls(text) {
            return Err("asks for an encrypted connection (sslmode), which this program can't make: leave it out, and \
                        keep the connection on a private network or in a tunnel"
                .into());
        }
        Ok(Self(text.to_owned()))
    }
}

/// Whoever asks for encryption must not get a connection without it.
fn asks_for_tls(url: &str) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let modes = query.split('&').filter_map(|pair| pair.strip_prefix("sslmode="));
    !url.starts_with("sqlite:")
        && modes.into_iter().any(|mode| !matches!(mode, "disable" | "allow" | "prefer"))
}

/// The work of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roles {
    /// Answers requests.
    pub api: bool,
    /// Does jobs.
    pub worker: bool,
    /// Carries events.
    pub dispatcher: bool,
}

impl Setting for Roles {
    const SHAPE: &'static str = "one or more of api, worker, dispatcher";

    fn parse(text: &str) -> Result<Self, String> {
        let mut roles = Self { api: false, worker: false, dispatcher: false };
        for name in Vec::<String>::parse(text)? {
            match name.as_str() {
                "api" => roles.api = true,
                "worker" => roles.worker = true,
                "dispatcher" => roles.dispatcher = true,
                _ => return Err(format!("must be {}", Self::SHAPE)),
            }
        }
        let any = roles.api || roles.worker || roles.dispatcher;
        if any { Ok(roles) } else { Err(format!("must be {}", Self::SHAPE)) }
    }
}

impl Node {
    /// How long requests in flight may take to finish.
    pub const fn stop_within(&self) -> Duration {
        self.stop_within.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_named_once_or_more() {
        let all = Roles { api: true, worker: true, dispatcher: true };
        assert_eq!(Roles::parse("api,worker,dispatcher"), Ok(all));
        assert_eq!(Roles::parse("worker"), Ok(Roles { api: false, worker: true, dispatcher: false }));
        assert!(Roles::parse("").is_err());
        assert!(Roles::parse("api,cook").is_err());
    }

    #[test]
    fn a_databases_password_is_not_shown() {
        let database = Database::parse("postgres://kaidian:hush@db/kaidian").unwrap();
        assert_eq!(format!("{database:?}"), "postgres");
        assert!(Database::parse("sqlite:").is_err());
        assert!(Database::parse("mysql://db").is_err());
    }

    #[test]
    fn whoever_asks_for_encryption_is_told_that_there_is_none() {
        for mode in ["require", "verify-ca", "verify-full", "no-such-mode"] {
            let told = Database::parse(&format!("postgres://db/kaidian?connect_timeout=3&sslmode={mode}"));
            assert!(told.is_err_and(|told| told.starts_with("asks for an encrypted connection")), "{mode}");
        }
        for plain in [
            "postgres://db/kaidian?sslmode=prefer",
            "postgres://db/sslmode=require",
            "sqlite:a?sslmode=require",
        ] {
            assert!(Database::parse(plain).is_ok(), "{plain}");
        }
    }
}
