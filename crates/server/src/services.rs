//! What rooms need besides the store: outside services, pictures, limits, as the configuration names them.

use anyhow::{Context, Result};
use face::{App, AppBuilder};
use std::sync::Arc;
use store::{Registry, Store, Vault};

use crate::{
    codes::NoGateway,
    config::{Config, Media, MediaStore},
    demo::Outside,
};

/// The services of a process.
pub struct Services {
    files: Arc<media::Files>,
    streams: Arc<push::Streams>,
    carriers: Arc<logistics::Carriers>,
    intake: Arc<pay::Intake>,
    limits: identity::Limits,
    outside: Option<Outside>,
}

impl Services {
    /// Opens what the configuration names, and fills in who listens to which events and who does which jobs.
    pub fn open(config: &Config, vault: &Vault, registry: &mut Registry) -> Result<Self> {
        let files =
            media::Files::open(&files_at(config)).context("the store for pictures can't be opened")?;
        let sender = push::Sender::new(targets(config))?;
        let outside = config.demo.enabled.then(|| Outside::of(config, vault));
        let carriers = Arc::new(carriers(outside.as_ref()));
        identity::register(registry, code_sender(config));
        ledger::register(registry);
        push::register(registry, &sender);
        catalog::register(registry);
        stock::register(registry);
        logistics::register(registry, &carriers);
        let channels = Arc::new(channels(config, outside.as_ref()));
        let intake = pay::register(registry, channels, Arc::new(flows::PaidFlow));
        trade::register(registry);
        settle::register(registry);
        if let Some(outside) = &outside {
            outside.register(config, registry, &intake)?;
        }
        let streams = Arc::new(push::Streams::new());
        let limits = login_limits(config);
        Ok(Self { files: Arc::new(files), streams, carriers, intake, limits, outside })
    }

    /// Gives the store to those that need it.
    pub fn connect(&self, store: &Store) {
        if let Some(outside) = &self.outside {
            outside.sandbox.open(store.clone());
        }
    }

    /// Where pictures are kept.
    pub fn files(&self) -> &media::Files {
        &self.files
    }

    /// Puts the services where handlers find them.
    pub fn provide(self, app: AppBuilder) -> AppBuilder {
        let app = identity::install(app, self.limits)
            .with(self.files)
            .with(self.streams)
            .with(self.carriers)
            .with(self.intake);
        match self.outside {
            Some(outside) => app.with(outside.sandbox),
            None => app,
        }
    }
}

fn files_at(config: &Config) -> media::Config {
    let place = match (config.media.store, config.media.bucket()) {
        (MediaStore::S3, Some(keys)) => media::Place::S3(bucket(&config.media, keys)),
        _ => media::Place::Folder(config.node.data.join("media")),
    };
    media::Config { place, public_url: config.public_url() }
}

fn bucket(media: &Media, (name, access_key, secret): (&str, &str, &str)) -> media::Bucket {
    media::Bucket {
        name: name.to_owned(),
        region: media.s3_region.clone(),
        endpoint: media.s3_endpoint.as_ref().map(|url| url.0.clone()),
        access_key_id: access_key.to_owned(),
        secret_access_key: secret.to_owned(),
    }
}

/// The carrier `TEST` belongs to the published API and is there always; its pushes are taken in the demo alone.
fn carriers(outside: Option<&Outside>) -> logistics::Carriers {
    let secret = outside.map(|outside| outside.carrier_secret.clone());
    logistics::Carriers::new().with(Arc::new(logistics::TestCarrier::new(secret)))
}

fn channels(config: &Config, outside: Option<&Outside>) -> pay::Channels {
    let channels = pay::Channels::new(config.public_url());
    match outside {
        Some(outside) => channels.with(sandbox::SandboxChannel::new(&outside.sandbox)),
        None => channels,
    }
}

/// In the demo a developer's own machine hears pushes; nobody else's inside the network does.
const fn targets(config: &Config) -> push::Targets {
    match (config.push.allow_private_targets, config.demo.enabled) {
        (true, _) => push::Targets::All,
        (false, true) => push::Targets::PublicAndLoopback,
        (false, false) => push::Targets::Public,
    }
}

/// In the demo codes are read in the demo's inbox.
fn code_sender(config: &Config) -> Arc<dyn identity::CodeSender> {
    if config.demo.enabled { Arc::new(identity::DemoSender) } else { Arc::new(NoGateway) }
}

/// In the demo everybody comes from one address, and not by https.
fn login_limits(config: &Config) -> identity::Limits {
    if config.demo.enabled {
        return identity::Limits::relaxed();
    }
    let secure_cookie = config.public_url().starts_with("https://");
    identity::Limits { secure_cookie, ..identity::Limits::default() }
}

/// Ends answers that would go on for ever: to be called before the server waits for those in flight.
pub fn end_streams(app: &App) {
    if let Ok(streams) = app.service::<push::Streams>() {
        streams.close();
    }
}

/// Lets go of what holds the store: to be called when nothing is in flight any more.
pub fn disconnect(app: &App) {
    if let Ok(sandbox) = app.service::<sandbox::Sandbox>() {
        sandbox.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use push::Targets;

    #[test]
    fn a_demo_lets_pushes_reach_this_machine_and_a_setting_everything() {
        for (settings, expected) in [
            (&[][..], Targets::Public),
            (&[("demo.enabled", "true")], Targets::PublicAndLoopback),
            (&[("push.allow_private_targets", "true")], Targets::All),
            (&[("push.allow_private_targets", "true"), ("demo.enabled", "true")], Targets::All),
        ] {
            let config = Config::from_pairs(settings.iter().copied()).unwrap();
            assert_eq!(targets(&config), expected, "{settings:?}");
        }
    }
}
