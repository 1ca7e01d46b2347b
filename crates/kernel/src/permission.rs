//! What a credential may do. Which role holds which permission is written in the room identity.

use serde::{Deserialize, Serialize};

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $bit:literal, $text:literal;)+) => {
        /// One thing that staff, an operator or an application may be allowed to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[repr(u8)]
        pub enum Permission { $($(#[$doc])* #[serde(rename = $text)] $name = $bit,)+ }

        impl Permission {
            /// All of them, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The stable name, `thing.verb`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

permissions! {
    /// See the shop's profile and settings.
    ShopRead = 0, "shop.read";
    /// Change the shop's profile, addresses and settings.
    ShopWrite = 1, "shop.write";
    /// Add, change and remove staff.
    StaffWrite = 2, "staff.write";
    /// See products and stock.
    ProductRead = 3, "product.read";
    /// Create and change products, list and delist them.
    ProductWrite = 4, "product.write";
    /// Correct stock.
    StockWrite = 5, "stock.write";
    /// See orders, with the receiver masked where the role has no need of it.
    OrderRead = 6, "order.read";
    /// Change an unpaid order's price, remark, cancel.
    OrderWrite = 7, "order.write";
    /// Ship orders, make and cancel waybills.
    OrderShip = 8, "order.ship";
    /// Give money back.
    OrderRefund = 9, "order.refund";
    /// See balances, flows and statements.
    MoneyRead = 10, "money.read";
    /// Withdraw and change accounts.
    MoneyWrite = 11, "money.write";
    /// See and rotate API credentials, the push URL and its log.
    DeveloperWrite = 12, "developer.write";
    /// Admit and close shops.
    PlatformShops = 32, "platform.shops";
    /// Audit products, keep categories and brands.
    PlatformProducts = 33, "platform.products";
    /// See the platform's ledger and settle.
    PlatformMoney = 34, "platform.money";
    /// See jobs, dead letters and configuration; retry and skip.
    PlatformOperate = 35, "platform.operate";
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Permissions(u64);

impl Permissions {
    /// None at all.
    pub const NONE: Self = Self(0);

    /// The set of `list`.
    pub const fn of(list: &[Permission]) -> Self {
        let (mut bits, mut i) = (0, 0);
        while i < list.len() {
            bits |= 1 << (list[i] as u8);
            i += 1;
        }
        Self(bits)
    }

    /// True if `p` is among them.
    pub const fn has(self, p: Permission) -> bool {
        self.0 & (1 << (p as u8)) != 0
    }

    /// The permissions in both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Their names.
    pub fn names(self) -> Vec<&'static str> {
        Permission::ALL.iter().filter(|p| self.has(**p)).map(|p| p.as_str()).collect()
    }
}
