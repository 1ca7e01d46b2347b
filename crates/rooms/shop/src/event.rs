//! What happens to shops. All lie in the shop's own scope.

use kernel::{Ctx, Scope, ShopId};
use serde::{Deserialize, Serialize};
use store::{Error, Event, Tx};

/// The shop may trade, for the first time or again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admitted {
    /// The shop.
    pub shop: ShopId,
    /// Its version.
    pub version: i64,
}

/// The shop may not trade any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// The shop.
    pub shop: ShopId,
    /// Its version.
    pub version: i64,
}

/// Whether the shop's products pass the audit by themselves has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoAuditChanged {
    /// The shop.
    pub shop: ShopId,
    /// They do.
    pub auto_audit: bool,
    /// Its version.
    pub version: i64,
}

impl Event for Admitted {
    const KIND: &'static str = "shop.admitted";
    fn subject(&self) -> (i64, i64) {
        (self.shop.0, self.version)
    }
}

impl Event for Closed {
    const KIND: &'static str = "shop.closed";
    fn subject(&self) -> (i64, i64) {
        (self.shop.0, self.version)
    }
}

impl Event for AutoAuditChanged {
    const KIND: &'static str = "shop.auto_audit_changed";
    fn subject(&self) -> (i64, i64) {
        (self.shop.0, self.version)
    }
}

/// Says it in the shop's scope, whoever acts.
pub(crate) fn say<E: Event>(tx: &mut Tx, ctx: &Ctx, shop: ShopId, event: &E) -> Result<(), Error> {
    tx.say(&ctx.as_system(Scope::Shop(shop)), event)
}
