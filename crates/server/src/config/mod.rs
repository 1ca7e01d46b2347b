//! The configuration: flag over environment over file over default, checked whole before anything starts.

mod demo;
mod given;
mod limits;
mod log;
mod media;
mod metrics;
mod node;
mod push;
mod reference;
mod section;
mod setting;
mod tls;

use std::path::{Path, PathBuf};

pub use demo::Demo;
pub use given::{Layers, Reader};
pub use limits::Limits;
pub use log::{Format, Level, Log};
pub use media::{Kind as MediaStore, Media};
pub use metrics::Metrics;
pub use node::{Database, Node, Roles};
pub use push::Push;
pub use reference::reference;
pub use section::{Key, Section};
pub use setting::{HttpUrl, MasterKey, Secret, Setting, Size, Span};
pub use tls::Tls;

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Config {
    /// Keys at the top level.
    pub node: Node,
    /// `[tls]`
    pub tls: Tls,
    /// `[log]`
    pub log: Log,
    /// `[metrics]`
    pub metrics: Metrics,
    /// `[limits]`
    pub limits: Limits,
    /// `[media]`
    pub media: Media,
    /// `[push]`
    pub push: Push,
    /// `[demo]`
    pub demo: Demo,
    /// Variables that look like settings and are none; the log says so.
    pub strange_variables: Vec<String>,
}

/// Why the program does not start: a line for each wrong value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct Refused(pub Vec<String>);

/// The file that is read when none is named, if it is there.
const DEFAULT_FILE: &str = "kaidian.toml";

impl Config {
    /// Reads and checks everything. `base` holds defaults of the command that asks, `flags` what was given on the
    /// command line, `file` the file that was named.
    pub fn load(
        base: Layers,
        file: Option<PathBuf>,
        variables: impl IntoIterator<Item = (String, String)>,
        flags: impl FnOnce(&mut Layers),
    ) -> Result<Self, Refused> {
        let mut layers = base;
        let variables: Vec<(String, String)> = variables.into_iter().collect();
        let named = file.or_else(|| {
            let of_environment = variables.iter().find(|(name, _)| name == "KAIDIAN_CONFIG");
            of_environment.map(|(_, path)| PathBuf::from(path))
        });
        read_file(&mut layers, named).map_err(|problem| Refused(vec![problem]))?;
        let strange = layers.environment(variables, &Self::keys());
        flags(&mut layers);
        Self::of(layers, strange)
    }

    /// The configuration of these values alone: for tests.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Refused> {
        let mut layers = Layers::default();
        for (name, text) in pairs {
            layers.set(name, text, "given");
        }
        Self::of(layers, Vec::new())
    }

    fn of(layers: Layers, strange_variables: Vec<String>) -> Result<Self, Refused> {
        let mut reader = Reader::new(layers);
        let config = Self::read(&mut reader, strange_variables);
        if let Some(config) = &config {
            config.check_together(&mut reader);
        }
        let wrong = reader.finish();
        match config {
            Some(config) if wrong.is_empty() => Ok(config),
            _ => Err(Refused(wrong)),
        }
    }

    /// Every section is read, so that all that is wrong is found at once.
    fn read(reader: &mut Reader, strange_variables: Vec<String>) -> Option<Self> {
        let node = Node::read(reader);
        let tls = Tls::read(reader);
        let log = Log::read(reader);
        let metrics = Metrics::read(reader);
        let limits = Limits::read(reader);
        let media = Media::read(reader);
        let push = Push::read(reader);
        let demo = Demo::read(reader);
        Some(Self {
            node: node?,
            tls: tls?,
            log: log?,
            metrics: metrics?,
            limits: limits?,
            media: media?,
            push: push?,
            demo: demo?,
            strange_variables,
        })
    }

    /// What one value alone can't show.
    fn check_together(&self, reader: &mut Reader) {
        if self.tls.cert.is_some() != self.tls.key.is_some() {
            reader.refuse("tls.cert and tls.key belong together: give both or neither");
        }
        if self.media.store == MediaStore::S3 && self.media.bucket().is_none() {
            reader.refuse(
                "media.store is s3, which needs media.s3_bucket, media.s3_access_key and media.s3_secret_key",
            );
        }
    }

    /// Every key there is.
    pub fn keys() -> Vec<Key> {
        sections().into_iter().flat_map(|(_, _, keys)| keys.iter().copied()).collect()
    }

    /// The address of the database.
    pub fn db_url(&self) -> String {
        match &self.node.db {
            Some(database) => database.0.clone(),
            None => format!("sqlite:{}", self.node.data.join("kaidian.db").display()),
        }
    }

    /// What links begin with, without a slash at the end.
    pub fn public_url(&self) -> String {
        match &self.node.public_url {
            Some(url) => url.0.clone(),
            None => format!("{}://{}", self.scheme(), self.node.listen),
        }
    }

    /// How this process itself is spoken to.
    pub const fn scheme(&self) -> &'static str {
        if self.tls.cert.is_some() { "https" } else { "http" }
    }
}

/// Name, description and keys of every section, in the order of the reference.
fn sections() -> Vec<(&'static str, &'static [&'static str], &'static [Key])> {
    vec![
        ("", Node::ABOUT, Node::KEYS),
        ("tls", Tls::ABOUT, Tls::KEYS),
        ("log", Log::ABOUT, Log::KEYS),
        ("metrics", Metrics::ABOUT, Metrics::KEYS),
        ("limits", Limits::ABOUT, Limits::KEYS),
        ("media", Media::ABOUT, Media::KEYS),
        ("push", Push::ABOUT, Push::KEYS),
        ("demo", Demo::ABOUT, Demo::KEYS),
    ]
}

/// A file that was named must be there; the usual one may be absent.
fn read_file(layers: &mut Layers, named: Option<PathBuf>) -> Result<(), String> {
    let path = match named {
        Some(path) => path,
        None if Path::new(DEFAULT_FILE).exists() => PathBuf::from(DEFAULT_FILE),
        None => return Ok(()),
    };
    let text = std::fs::read_to_string(&path)
        .map_err(|e| format!("the configuration file {} can't be read: {e}", path.display()))?;
    layers.file(&path, &text)
}

#[cfg(test)]
mod tests;
