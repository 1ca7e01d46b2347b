//! Opens the database of a demo. An empty one is filled first.

use anyhow::{Context, Result, bail};
use face::App;
use identity::{Gate, Limits, Phone, demo_codes, login_with_code, request_code};
use kernel::{Caller, Cursor, PageSize, Scope};
use std::{
    net::{IpAddr, Ipv4Addr},
    time::Instant,
};
use store::Store;

use super::{credentials::Credentials, fill::fill};
use crate::{
    assemble::open_counting,
    config::{Config, HttpUrl},
    services::{Services, disconnect},
};

/// Opens the database as [`open_store`](crate::open_store) does; one without shops is filled, and the credentials
/// are left in the data folder. Each start renews the address and the shoppers' tokens in them.
pub async fn open_store(config: &Config) -> Result<(Store, Services)> {
    let (mut store, mut services) = crate::open_store(config).await?;
    if is_empty(&store).await? {
        close(store, services).await;
        let started = Instant::now();
        let credentials = fill_anew(config).await.context("the demo can't be filled")?;
        credentials.save(&config.node.data)?;
        tracing::info!(took_ms = started.elapsed().as_millis(), "the demo is filled");
        (store, services) = crate::open_store(config).await?;
    }
    match Credentials::load(&config.node.data) {
        Ok(Some(credentials)) => renew(config, &store, credentials).await?,
        Ok(None) => tracing::warn!("the database is filled, but demo.json with its credentials is missing"),
        Err(e) => tracing::warn!(error = %format!("{e:#}"), "the credentials of the demo can't be read"),
    }
    Ok((store, services))
}

async fn is_empty(store: &Store) -> Result<bool> {
    let ctx = store.ctx(&Caller::system(Scope::Platform)).await?;
    let mut tx = store.read().await?;
    Ok(shop::list(&mut tx, &ctx, None, Cursor::NEWEST, PageSize::default()).await?.items.is_empty())
}

/// Seeds lie so many ids apart.
const IDS: i64 = 1_000_000;
/// So many seeds fit into the range of the demo, which ends at 2^40.
const SEEDS: i64 = 1_000_000;

/// The id that a demo with this seed begins at.
const fn first_id(seed: i64) -> i64 {
    seed.rem_euclid(SEEDS) * IDS + 1
}

/// Fills the database with ids that are counted from the seed.
async fn fill_anew(config: &Config) -> Result<Credentials> {
    // Nobody answers under the public address yet: a name for it keeps notices within the process.
    let mut config = config.clone();
    config.node.public_url = Some(HttpUrl(config.public_url()));
    let (store, services) = open_counting(&config, Some(first_id(config.demo.seed))).await?;
    let app = services.provide(App::over(store)).build();
    let filled = fill(&app, config.demo.seed).await;
    disconnect(&app);
    app.store.close().await;
    filled
}

/// Closes what was opened.
async fn close(store: Store, services: Services) {
    disconnect(&services.provide(App::over(store.clone())).build());
    store.close().await;
}

async fn renew(config: &Config, store: &Store, mut credentials: Credentials) -> Result<()> {
    let gate = Gate::new(Limits::relaxed());
    credentials.base_url = config.public_url();
    for shopper in &mut credentials.shoppers {
        shopper.token =
            log_in(&gate, store, &shopper.phone).await.context("a shopper of the demo can't log in")?;
    }
    credentials.save(&config.node.data)
}

/// Logs a shopper in by the code that the demo shows.
async fn log_in(gate: &Gate, store: &Store, phone: &str) -> Result<String> {
    let (phone, here) = (Phone::new(phone)?, IpAddr::V4(Ipv4Addr::LOCALHOST));
    request_code(gate, store, &phone, here).await?;
    let codes = {
        let ctx = store.ctx(&Caller::system(Scope::Platform)).await?;
        let mut tx = store.read().await?;
        demo_codes(&mut tx, &ctx).await?
    };
    let Some(sent) = codes.into_iter().find(|code| code.phone == phone) else { bail!("no code was sent") };
    Ok(login_with_code(gate, store, &phone, &sent.code, here).await?.token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_have_ids_of_their_own_below_the_end_of_the_range() {
        assert_eq!((first_id(0), first_id(1), first_id(2)), (1, 1_000_001, 2_000_001));
        for seed in [i64::MIN, -1, SEEDS - 1, i64::MAX] {
            assert!(first_id(seed) > 0 && first_id(seed) + IDS < 1 << 40, "{seed}");
        }
    }
}
