//! Puts the store, the rooms and what surrounds them together.

use anyhow::{Context, Result};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
};
use face::{App, assign_request_id};
use std::{fs::DirBuilder, io, path::Path};
use store::{Options, Registry, Store, Vault};

use crate::{
    api,
    config::Config,
    demo, home,
    http::{
        BodyLimits, RateLimits, Timeout, TrustedProxies, catch_panic, find_peer, limit_address, limit_body,
        limit_credential, limit_time, method_not_allowed, not_found, secure,
    },
    master_key,
    observe::{self, Health, figures, record},
    rooms,
    services::Services,
};

/// Everything but the listening socket and the workers.
pub struct Assembled {
    /// The store and the services.
    pub app: App,
    /// All routes.
    pub router: Router,
    /// What `/readyz` answers from.
    pub health: Health,
    /// The counters of requests.
    pub rates: RateLimits,
}

/// Opens and migrates the database, with every room's jobs and subscribers known.
pub async fn open_store(config: &Config) -> Result<(Store, Services)> {
    open_counting(config, None).await
}

/// The same; with `first_id`, ids are counted from there.
pub(crate) async fn open_counting(config: &Config, first_id: Option<i64>) -> Result<(Store, Services)> {
    let data = &config.node.data;
    make_private(data).with_context(|| format!("the data folder {} can't be made", data.display()))?;
    let key = master_key::load(config)?;
    let mut registry = Registry::new();
    let services = Services::open(config, &Vault::new(&key), &mut registry)?;
    let options = Options { seed: first_id, ..options(config, *key) };
    let store = Store::open(&options, registry).context("the database can't be opened")?;
    store.migrate(rooms::MIGRATIONS).await.context("the database can't be brought up to date")?;
    services.connect(&store);
    Ok((store, services))
}

/// Makes a folder that its owner alone may look into; one that is there stays as it is.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// An embedded database counts its size in pages of so many bytes.
const PAGE_BYTES: u64 = 4096;

fn options(config: &Config, master_key: [u8; 32]) -> Options {
    let max_pages = config.node.db_max.map(|size| i64::try_from(size.0 / PAGE_BYTES).unwrap_or(i64::MAX));
    Options { max_pages, ..Options::new(config.db_url(), master_key) }
}

/// Assembles the program that `config` describes.
pub async fn assemble(config: &Config) -> Result<Assembled> {
    let (store, services) =
        if config.demo.enabled { demo::open_store(config).await? } else { open_store(config).await? };
    let health = Health::of(store.clone(), figures(), config.metrics.token.clone());
    let rates = RateLimits::of(&config.limits);
    let app = services.provide(App::over(store)).build();
    let router = router(config, &app, &health, &rates)?;
    Ok(Assembled { app, router, health, rates })
}

fn router(config: &Config, app: &App, health: &Health, rates: &RateLimits) -> Result<Router> {
    let proxies = TrustedProxies::of(&config.limits.trusted_proxies);
    let watched = observe::routes(health.clone()).layer(from_fn(secure));
    let router = if config.node.roles.api { served(config, app, rates)?.merge(watched) } else { watched };
    Ok(router.layer(from_fn_with_state(proxies, find_peer)).layer(from_fn(assign_request_id)))
}

/// The routes of the rooms and their description, behind everything that a request must pass. The last layer is
/// met first.
fn served(config: &Config, app: &App, rates: &RateLimits) -> Result<Router> {
    let (native, description) = rooms::native(config).split_for_parts();
    let bodies = BodyLimits::of(&config.limits);
    let router = native
        .merge(rooms::wire(config))
        .with_state(app.clone())
        .merge(api::routes(&api::describe(description))?)
        .merge(home::routes(config))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(bodies.plain))
        .layer(from_fn_with_state(rates.clone(), limit_credential));
    let router = rooms::identify(router, app)
        .layer(from_fn_with_state(bodies, limit_body))
        .layer(from_fn_with_state(Timeout(config.limits.request_timeout.0), limit_time))
        .layer(from_fn_with_state(rates.clone(), limit_address))
        .layer(from_fn(catch_panic))
        .layer(from_fn(secure))
        .layer(from_fn(record));
    Ok(router)
}
