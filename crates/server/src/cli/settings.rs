//! Flags that every command has: they stand for settings.

use clap::Args;
use std::path::PathBuf;

use crate::config::{Config, Layers, Refused};

/// Where settings come from on the command line.
#[derive(Debug, Clone, Default, Args)]
pub struct Settings {
    /// The configuration file [default: kaidian.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The address to listen on, such as 0.0.0.0:8080
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// The address that people and programs reach the server under
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// The database: sqlite:PATH or postgres://…
    #[arg(long, value_name = "URL")]
    pub db: Option<String>,
    /// The folder for the embedded database, pictures and the master key
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<String>,
    /// The work to do: one or more of api, worker, dispatcher
    #[arg(long = "role", value_name = "ROLE,…")]
    pub roles: Option<String>,
    /// A certificate with its chain, in PEM: serve HTTPS
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<String>,
    /// The certificate's private key, in PEM
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<String>,
    /// What to log: error, warn, info, debug or trace
    #[arg(long, value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// compact or json
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// Any setting by its name: see the reference of the configuration
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
}

impl Settings {
    /// Reads the configuration: these flags over the environment over the file over `base`.
    pub fn load(&self, base: Layers) -> Result<Config, Refused> {
        self.load_with(base, |_| ())
    }

    /// The same, with further flags of the command.
    pub(super) fn load_with(
        &self,
        base: Layers,
        further: impl FnOnce(&mut Layers),
    ) -> Result<Config, Refused> {
        let named = self.set.iter().map(|pair| pair.split_once('=').ok_or(pair));
        let wrong = named.clone().filter_map(Result::err);
        let wrong: Vec<String> =
            wrong.map(|pair| format!("--set {pair} lacks its value: --set NAME=VALUE")).collect();
        if !wrong.is_empty() {
            return Err(Refused(wrong));
        }
        // A variable that is not text is no setting of ours.
        let variables =
            std::env::vars_os().filter_map(|(n, v)| Some((n.into_string().ok()?, v.into_string().ok()?)));
        Config::load(base, self.config.clone(), variables, |layers| {
            for (name, text) in named.filter_map(Result::ok) {
                layers.set(name.trim(), text.trim(), "from the flag --set");
            }
            for (name, flag, text) in self.flags() {
                if let Some(text) = text {
                    layers.set(name, text, format!("from the flag {flag}"));
                }
            }
            further(layers);
        })
    }

    /// The flags with a name of their own.
    fn flags(&self) -> [(&'static str, &'static str, Option<&String>); 9] {
        [
            ("listen", "--listen", self.listen.as_ref()),
            ("public_url", "--public-url", self.public_url.as_ref()),
            ("db", "--db", self.db.as_ref()),
            ("data", "--data", self.data.as_ref()),
            ("roles", "--role", self.roles.as_ref()),
            ("tls.cert", "--tls-cert", self.tls_cert.as_ref()),
            ("tls.key", "--tls-key", self.tls_key.as_ref()),
            ("log.level", "--log-level", self.log_level.as_ref()),
            ("log.format", "--log-format", self.log_format.as_ref()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_flag_stands_for_a_setting() {
        let keys = Config::keys();
        for (name, flag, _) in Settings::default().flags() {
            assert!(keys.iter().any(|key| key.name == name), "{flag} stands for {name}");
        }
    }

    #[test]
    fn a_pair_without_a_value_is_refused() {
        let settings = Settings { set: vec!["limits.body".into()], ..Settings::default() };
        let told = settings.load(Layers::default()).unwrap_err().to_string();
        assert_eq!(told, "--set limits.body lacks its value: --set NAME=VALUE");
    }
}
