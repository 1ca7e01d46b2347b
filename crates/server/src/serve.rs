//! Listens, serves, and stops in order.

use anyhow::{Context, Result};
use axum::Router;
use axum_server::{Handle, tls_rustls::RustlsAcceptor};
use face::App;
use std::{
    io,
    net::{SocketAddr, TcpListener},
    time::Duration,
};
use store::{Roles, Stop};
use tokio::task::JoinHandle;

use crate::{
    assemble::{Assembled, assemble},
    config::Config,
    http::RateLimits,
    observe::{Health, figures},
    rooms, services,
    tls::tls_acceptor,
};

/// A server at work.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The store and the services.
    pub app: App,
    health: Health,
    handle: Handle<SocketAddr>,
    serving: JoinHandle<io::Result<()>>,
    work: Stop,
    chores: JoinHandle<()>,
    within: Duration,
}

/// Opens everything that `config` names and begins to serve. Port 0 takes any free one.
pub async fn start(config: &Config) -> Result<Running> {
    let listener = TcpListener::bind(config.node.listen)
        .with_context(|| format!("can't listen on {}", config.node.listen))?;
    let mut config = config.clone();
    config.node.listen = listener.local_addr()?;
    let acceptor = tls_acceptor(&config.tls).await?;
    let assembled = assemble(&config).await?;
    if config.node.roles.worker {
        rooms::begin(&assembled.app.store).await?;
    }
    Running::over(listener, acceptor, assembled, &config)
}

impl Running {
    fn over(
        listener: TcpListener,
        acceptor: Option<RustlsAcceptor>,
        assembled: Assembled,
        config: &Config,
    ) -> Result<Self> {
        let Assembled { app, router, health, rates } = assembled;
        let handle = Handle::new();
        let serving = serve(listener, acceptor, router, handle.clone())?;
        let roles = config.node.roles;
        let work = app.store.start_work(Roles { worker: roles.worker, dispatcher: roles.dispatcher });
        let chores = tokio::spawn(do_chores(rates));
        let (address, within) = (config.node.listen, config.node.stop_within());
        Ok(Self { address, app, health, handle, serving, work, chores, within })
    }

    /// Takes no new requests, lets those in flight and the jobs in hand finish, and closes the store. What is not
    /// finished in time is cut off; nothing acknowledged is lost by that.
    pub async fn stop(self) -> Result<()> {
        self.health.stop();
        services::end_streams(&self.app);
        tracing::info!(connections = self.handle.connection_count(), "stopping");
        self.handle.graceful_shutdown(Some(self.within));
        self.serving.await.context("serving ended badly")??;
        self.chores.abort();
        if tokio::time::timeout(self.within, self.work.and_wait()).await.is_err() {
            tracing::warn!("jobs were still running; they will be done again");
        }
        services::disconnect(&self.app);
        self.app.store.close().await;
        tracing::info!("stopped");
        Ok(())
    }
}

/// A new connection must bring its first request in this time.
const FIRST_REQUEST: Duration = Duration::from_secs(30);
/// The head of each further request must be whole in this time; an idle connection is closed after it.
const HEAD: Duration = Duration::from_secs(75);

fn serve(
    listener: TcpListener,
    acceptor: Option<RustlsAcceptor>,
    router: Router,
    handle: Handle<SocketAddr>,
) -> io::Result<JoinHandle<io::Result<()>>> {
    let mut server = axum_server::from_tcp(listener)?.handle(handle).first_request_timeout(FIRST_REQUEST);
    server.http_builder().http1().header_read_timeout(HEAD);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    Ok(match acceptor {
        None => tokio::spawn(server.serve(service)),
        Some(acceptor) => tokio::spawn(server.acceptor(acceptor).serve(service)),
    })
}

const CHORES_EVERY: Duration = Duration::from_secs(10);

/// Keeps what is counted in memory small.
async fn do_chores(rates: RateLimits) {
    loop {
        tokio::time::sleep(CHORES_EVERY).await;
        rates.forget_quiet();
        if let Some(figures) = figures() {
            figures.settle();
        }
    }
}
