//! The rooms of the house, in the order of their levels: the one place that lists them. A new room is a line in each
//! list that concerns it.

use anyhow::Result;
use axum::{Router, middleware::from_fn_with_state};
use face::App;
use kernel::{Caller, Ctx, Scope};
use store::{Command, Room, Store, Tx};
use utoipa_axum::router::OpenApiRouter;

use crate::{config::Config, demo};

/// The tables of all rooms, lower levels first.
pub const MIGRATIONS: &[Room] = &[
    identity::MIGRATIONS,
    ledger::MIGRATIONS,
    media::MIGRATIONS,
    push::MIGRATIONS,
    shop::MIGRATIONS,
    catalog::MIGRATIONS,
    stock::MIGRATIONS,
    logistics::MIGRATIONS,
    pay::MIGRATIONS,
    sandbox::MIGRATIONS,
    trade::MIGRATIONS,
    settle::MIGRATIONS,
];

/// The native routes of all rooms, with their description.
pub fn native(config: &Config) -> OpenApiRouter<App> {
    let rooms = OpenApiRouter::new()
        .merge(identity::routes())
        .merge(ledger::routes())
        .merge(media::routes())
        .merge(push::routes())
        .merge(shop::routes())
        .merge(catalog::routes())
        .merge(stock::routes())
        .merge(logistics::routes())
        .merge(pay::routes())
        .merge(trade::http::routes())
        .merge(settle::routes());
    if config.demo.enabled { rooms.merge(identity::demo_routes()) } else { rooms }
}

/// The WeChat-compatible routes of all rooms, the callbacks and the pages.
pub fn wire(config: &Config) -> Router<App> {
    let rooms = Router::new()
        .merge(identity::wire_routes())
        .merge(media::wire_routes())
        .merge(shop::wire_routes())
        .merge(catalog::wire_routes())
        .merge(stock::wire_routes())
        .merge(logistics::wire_routes())
        .merge(trade::wire::wire_routes())
        .merge(flows::wire_routes())
        .merge(flows::callback_routes())
        .merge(views::routes());
    if config.demo.enabled { rooms.merge(sandbox::routes()).merge(demo::clock_routes()) } else { rooms }
}

/// Lets every request be known by its credential.
pub fn identify(router: Router, app: &App) -> Router {
    router.layer(from_fn_with_state(app.clone(), identity::authenticate_layer))
}

/// Starts what repeats itself: to be called when the workers start.
pub async fn begin(store: &Store) -> Result<()> {
    let system = Caller::system(Scope::Platform);
    store.write(&system, identity::StartSweep).await?;
    store.write(&system, BeginSnapshots).await?;
    Ok(())
}

struct BeginSnapshots;

impl Command for BeginSnapshots {
    type Out = ();
    type Err = ledger::Error;
    const NAME: &'static str = "server.begin_snapshots";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), ledger::Error> {
        ledger::schedule(tx, ctx)
    }
}
