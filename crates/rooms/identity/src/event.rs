//! What happened to people and credentials: ids and numbers only.

use kernel::{AppId, ShopId, ShopperId, StaffId};
use serde::{Deserialize, Serialize};
use store::Event;

/// A shopper logged in for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopperJoined {
    /// Who.
    pub shopper: ShopperId,
    /// The shopper's version after it.
    pub version: i64,
}

impl Event for ShopperJoined {
    const KIND: &'static str = "identity.shopper_joined";
    fn subject(&self) -> (i64, i64) {
        (self.shopper.0, self.version)
    }
}

/// A member of staff was added, got another role or was removed: their present state is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffChanged {
    /// The shop.
    pub shop: ShopId,
    /// Who.
    pub staff: StaffId,
    /// Their version after it.
    pub version: i64,
}

impl Event for StaffChanged {
    const KIND: &'static str = "identity.staff_changed";
    fn subject(&self) -> (i64, i64) {
        (self.staff.0, self.version)
    }
}

/// An application got a new secret; the old one and all its tokens are void.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretRotated {
    /// The application.
    pub app: AppId,
    /// Its version after it.
    pub version: i64,
}

impl Event for SecretRotated {
    const KIND: &'static str = "identity.secret_rotated";
    fn subject(&self) -> (i64, i64) {
        (self.app.0, self.version)
    }
}
