//! Who asks, in whose scope, and when: the first thing that every use case is given.

use std::sync::Arc;

use crate::{
    AppId, Denied, IdGen, OperatorId, Permission, Permissions, ShopId, ShopperId, StaffId, Timestamp,
};

/// The tenant whose rows a request may touch. Money balances within one scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The platform itself.
    Platform,
    /// One shop.
    Shop(ShopId),
    /// One shopper.
    Shopper(ShopperId),
}

impl Scope {
    /// The number under which the scope's rows lie; ids are unique over all kinds, and 0 is the platform.
    pub const fn key(self) -> i64 {
        match self {
            Self::Platform => 0,
            Self::Shop(id) => id.0,
            Self::Shopper(id) => id.0,
        }
    }
}

/// Who acts. It comes from the credential and from nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Nobody is logged in.
    Anonymous,
    /// The program itself: a job, a subscriber, a callback that was verified.
    System,
    /// A shopper.
    Shopper(ShopperId),
    /// A member of a shop's staff.
    Staff {
        /// Their shop.
        shop: ShopId,
        /// Who.
        staff: StaffId,
        /// What their role allows.
        may: Permissions,
    },
    /// A program with the shop's API credential.
    ShopApp {
        /// The shop that the credential belongs to.
        shop: ShopId,
        /// The application.
        app: AppId,
        /// What it was authorised for.
        may: Permissions,
    },
    /// A program with a mini program's API credential; it acts for the shops that are linked with it.
    MiniProgram {
        /// The application.
        app: AppId,
    },
    /// A person who runs the platform.
    Operator {
        /// Who.
        operator: OperatorId,
        /// What their role allows.
        may: Permissions,
    },
}

/// A request's credential and trace, before the store adds the clocks.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Whose rows.
    pub scope: Scope,
    /// Who.
    pub actor: Actor,
    /// The request id that logs and error answers carry.
    pub request: Arc<str>,
}

impl Caller {
    /// The program itself, in `scope`.
    pub fn system(scope: Scope) -> Self {
        Self { scope, actor: Actor::System, request: "system".into() }
    }

    /// A shopper in their own scope.
    pub fn shopper(shopper: ShopperId) -> Self {
        Self { scope: Scope::Shopper(shopper), actor: Actor::Shopper(shopper), request: "shopper".into() }
    }

    /// The same person, in another scope that the use case has checked: a shopper who orders from a shop.
    #[must_use]
    pub fn within(&self, scope: Scope) -> Self {
        Self { scope, ..self.clone() }
    }
}

/// What a use case may know of the world.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// Whose rows.
    pub scope: Scope,
    /// Who.
    pub actor: Actor,
    /// Business time: dues, expiry, whatever is shown. Movable forwards in tests and the demo.
    pub now: Timestamp,
    /// The real clock: signatures, tokens, logins, leases, rate limits, ids. Never moved.
    pub wall: Timestamp,
    /// Makes ids.
    pub ids: Arc<IdGen>,
    /// The request id.
    pub request: Arc<str>,
}

impl Ctx {
    /// A new 63-bit id.
    pub fn id<T: From<i64>>(&self) -> T {
        self.ids.long(self.wall)
    }

    /// A new id below 2^53, for products and skus.
    pub fn short_id<T: From<i64>>(&self) -> T {
        self.ids.short(self.wall)
    }

    /// The shopper who acts.
    pub const fn shopper(&self) -> Result<ShopperId, Denied> {
        match self.actor {
            Actor::Shopper(id) => Ok(id),
            Actor::Anonymous => Err(Denied::Unauthenticated),
            _ => Err(Denied::Forbidden),
        }
    }

    /// The shop for which somebody with this permission acts: its staff or its application; or the program
    /// itself, in a shop's scope.
    pub const fn shop(&self, needs: Permission) -> Result<ShopId, Denied> {
        match (self.actor, self.scope) {
            (Actor::Staff { shop, may, .. } | Actor::ShopApp { shop, may, .. }, _) if may.has(needs) => {
                Ok(shop)
            }
            (Actor::System, Scope::Shop(shop)) => Ok(shop),
            (Actor::Anonymous, _) => Err(Denied::Unauthenticated),
            _ => Err(Denied::Forbidden),
        }
    }

    /// An operator with this permission, or the program itself.
    pub const fn operator(&self, needs: Permission) -> Result<(), Denied> {
        match self.actor {
            Actor::Operator { may, .. } if may.has(needs) => Ok(()),
            Actor::System => Ok(()),
            Actor::Anonymous => Err(Denied::Unauthenticated),
            _ => Err(Denied::Forbidden),
        }
    }

    /// The program itself.
    pub const fn system(&self) -> Result<(), Denied> {
        match self.actor {
            Actor::System => Ok(()),
            Actor::Anonymous => Err(Denied::Unauthenticated),
            _ => Err(Denied::Forbidden),
        }
    }

    /// The same moment and trace, as the program itself in `scope`: for follow-up within one transaction.
    #[must_use]
    pub fn as_system(&self, scope: Scope) -> Self {
        Self { scope, actor: Actor::System, ..self.clone() }
    }
}

impl Scope {
    /// A small number for the kind of scope, kept beside [`key`](Self::key) where a row must be read back
    /// into a scope.
    pub const fn kind(self) -> i64 {
        match self {
            Self::Platform => 0,
            Self::Shop(_) => 1,
            Self::Shopper(_) => 2,
        }
    }

    /// The scope of a kept kind and key; an unknown kind reads as the platform.
    pub const fn of(kind: i64, key: i64) -> Self {
        match kind {
            1 => Self::Shop(ShopId(key)),
            2 => Self::Shopper(ShopperId(key)),
            _ => Self::Platform,
        }
    }
}
