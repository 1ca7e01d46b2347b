//! Outside services, simulated in this process.

use anyhow::Result;
use sandbox::{Delivery, Key, Sandbox};
use std::sync::Arc;
use store::{Registry, Vault};

use crate::config::Config;

/// The simulated services and their keys, which follow from the master key.
pub struct Outside {
    /// The payment service.
    pub sandbox: Arc<Sandbox>,
    /// What signs the pushes of the carrier `TEST`.
    pub carrier_secret: String,
}

/// The key under which the payment service signs its notices.
pub(crate) fn notice_key(vault: &Vault) -> [u8; 32] {
    vault.derive("demo.sandbox", b"merchant")
}

/// What signs the pushes of the carrier `TEST`.
pub(super) fn carrier_secret(vault: &Vault) -> String {
    hex::encode(vault.derive("demo.carrier", b"TEST"))
}

impl Outside {
    /// The services as `config` shows them to the world.
    pub fn of(config: &Config, vault: &Vault) -> Self {
        let key = Key::new(notice_key(vault));
        Self { sandbox: Sandbox::new(config.public_url(), key), carrier_secret: carrier_secret(vault) }
    }

    /// Registers their jobs. Notices go over the network where the program can reach itself under its public
    /// address: not through a proxy, and not by a certificate that it may not know.
    pub fn register(
        &self,
        config: &Config,
        registry: &mut Registry,
        intake: &Arc<pay::Intake>,
    ) -> Result<()> {
        let reachable = config.node.public_url.is_none() && config.tls.cert.is_none();
        let delivery = if reachable { Delivery::http()? } else { Delivery::Loopback(Arc::clone(intake)) };
        sandbox::register(registry, &self.sandbox, delivery);
        Ok(())
    }
}
