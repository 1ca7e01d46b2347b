//! HTTPS by the program itself.

use anyhow::{Context, Result};
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};

use crate::config::Tls;

/// What turns a connection into an encrypted one; `None` when no certificate is configured.
pub(crate) async fn tls_acceptor(tls: &Tls) -> Result<Option<RustlsAcceptor>> {
    let (Some(cert), Some(key)) = (&tls.cert, &tls.key) else { return Ok(None) };
    let told = || format!("tls.cert {} and tls.key {} can't be used", cert.display(), key.display());
    let config = RustlsConfig::from_pem_file(cert, key).await.with_context(told)?;
    Ok(Some(RustlsAcceptor::new(config)))
}
