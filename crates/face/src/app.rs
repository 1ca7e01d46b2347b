//! What handlers share: the store, and the services that rooms need besides it.

use std::{
    any::{Any, TypeId, type_name},
    collections::HashMap,
    sync::Arc,
};

use kernel::{Fault, Kind};
use store::Store;

/// The state of the router. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub store: Store,
    services: Arc<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl App {
    /// Begins with a store.
    pub fn over(store: Store) -> AppBuilder {
        AppBuilder { store, services: HashMap::new() }
    }

    /// The service of type `T`: a registry of carriers, of channels, an object store.
    pub fn service<T: Any + Send + Sync>(&self) -> Result<Arc<T>, MissingService> {
        self.services
            .get(&TypeId::of::<T>())
            .and_then(|s| Arc::clone(s).downcast::<T>().ok())
            .ok_or(MissingService(type_name::<T>()))
    }
}

/// An [`App`] while it is put together.
pub struct AppBuilder {
    store: Store,
    services: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
}

impl AppBuilder {
    /// Adds a service.
    #[must_use]
    pub fn with<T: Any + Send + Sync>(mut self, service: Arc<T>) -> Self {
        self.services.insert(TypeId::of::<T>(), service);
        self
    }

    /// Done.
    pub fn build(self) -> App {
        App { store: self.store, services: Arc::new(self.services) }
    }
}

/// The program was assembled without this service.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("this part is not switched on here")]
pub struct MissingService(pub &'static str);

impl Fault for MissingService {
    fn kind(&self) -> Kind {
        Kind::Unavailable
    }

    fn code(&self) -> &'static str {
        "server.service_missing"
    }
}
