//! The service as the program holds it, and its tasks.

use kernel::{Caller, Scope};
use parking_lot::RwLock;
use std::sync::Arc;
use store::{Registry, Store};

use crate::{
    Error,
    notice::{self, Delivery, Notify},
    refund::{self, FinishRefund},
    sign::Key,
};

/// The simulated payment service. A service of the program, and the other half of [`SandboxChannel`].
///
/// [`SandboxChannel`]: crate::SandboxChannel
pub struct Sandbox {
    key: Key,
    public_url: String,
    store: RwLock<Option<Store>>,
}

impl Sandbox {
    /// A service whose cashier is found below `public_url` (no slash at the end), and that shares `key` with the
    /// merchant. It has no database yet: see [`open`](Self::open).
    pub fn new(public_url: impl Into<String>, key: Key) -> Arc<Self> {
        Arc::new(Self { key, public_url: public_url.into(), store: RwLock::new(None) })
    }

    /// Gives it its database. The channels are known to the store's registry, so this comes after the store was opened.
    pub fn open(&self, store: Store) {
        *self.store.write() = Some(store);
    }

    /// Takes the database away: store and service hold each other, and one has to let go when the program ends.
    pub fn close(&self) {
        *self.store.write() = None;
    }

    pub(crate) fn store(&self) -> Result<Store, Error> {
        self.store.read().clone().ok_or(Error::NotOpen)
    }

    pub(crate) const fn key(&self) -> &Key {
        &self.key
    }

    /// Where a payer pays.
    pub(crate) fn cashier_url(&self, bill: i64) -> String {
        format!("{}/sandbox/cashier/{bill}", self.public_url)
    }
}

/// The service acts by itself, for nobody's tenant.
pub(crate) fn caller() -> Caller {
    Caller::system(Scope::Platform)
}

/// Registers the tasks. `delivery` is how notices reach the merchant.
pub fn register(registry: &mut Registry, sandbox: &Arc<Sandbox>, delivery: Delivery) {
    let (sandbox, delivery) = (Arc::clone(sandbox), Arc::new(delivery));
    registry.on_task::<Notify, _>(move |store, caller, job| {
        let (sandbox, delivery) = (Arc::clone(&sandbox), Arc::clone(&delivery));
        Box::pin(async move { notice::notify(&sandbox, &delivery, &store, &caller, job).await })
    });
    registry.on_task::<FinishRefund, _>(|store, caller, job| {
        Box::pin(async move { refund::finish(&store, &caller, job).await })
    });
}
