//! Who may do what: the permission table. `README.md` and `docs/permissions.md` show the same table, and a test
//! compares them with this file.

use kernel::{Permission, Permissions};
use serde::{Deserialize, Serialize};
use store::{Error, FromCol, Row, Val};
use utoipa::ToSchema;

use Permission as P;

/// Everything that belongs to a shop.
const SHOP: Permissions = Permissions::of(&[
    P::ShopRead,
    P::ShopWrite,
    P::StaffWrite,
    P::ProductRead,
    P::ProductWrite,
    P::StockWrite,
    P::OrderRead,
    P::OrderWrite,
    P::OrderShip,
    P::OrderRefund,
    P::MoneyRead,
    P::MoneyWrite,
    P::DeveloperWrite,
]);

/// Everything that belongs to the platform.
const PLATFORM: Permissions =
    Permissions::of(&[P::PlatformShops, P::PlatformProducts, P::PlatformMoney, P::PlatformOperate]);

/// What a member of a shop's staff is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the shop; there is always at least one.
    Owner,
    /// Runs the day: everything but withdrawals and API credentials.
    Manager,
    /// Packs and ships, keeps the stock.
    Clerk,
    /// Keeps the accounts.
    Finance,
    /// Talks with shoppers, changes orders, gives money back.
    CustomerService,
}

impl Role {
    /// All roles, in the order of the table.
    pub const ALL: &[Self] = &[Self::Owner, Self::Manager, Self::Clerk, Self::Finance, Self::CustomerService];

    /// What the role allows: a column of the permission table.
    pub const fn permissions(self) -> Permissions {
        match self {
            Self::Owner => SHOP,
            Self::Manager => Permissions::of(&[
                P::ShopRead,
                P::ShopWrite,
                P::StaffWrite,
                P::ProductRead,
                P::ProductWrite,
                P::StockWrite,
                P::OrderRead,
                P::OrderWrite,
                P::OrderShip,
                P::OrderRefund,
                P::MoneyRead,
            ]),
            Self::Clerk => {
                Permissions::of(&[P::ShopRead, P::ProductRead, P::StockWrite, P::OrderRead, P::OrderShip])
            }
            Self::Finance => {
                Permissions::of(&[P::ShopRead, P::OrderRead, P::OrderRefund, P::MoneyRead, P::MoneyWrite])
            }
            Self::CustomerService => {
                Permissions::of(&[P::ShopRead, P::ProductRead, P::OrderRead, P::OrderWrite, P::OrderRefund])
            }
        }
    }

    /// The stable name, as stored and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Clerk => "clerk",
            Self::Finance => "finance",
            Self::CustomerService => "customer_service",
        }
    }

    /// The role of this stored name.
    pub(crate) fn stored(name: &str) -> Result<Self, Error> {
        Self::ALL.iter().find(|r| r.as_str() == name).copied().ok_or_else(unreadable)
    }
}

/// What a person who runs the platform is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OperatorRole {
    /// Runs the platform.
    Admin,
    /// Admits shops, audits products.
    Auditor,
    /// Keeps the platform's accounts and settles.
    Finance,
}

impl OperatorRole {
    /// All roles, in the order of the table.
    pub const ALL: &[Self] = &[Self::Admin, Self::Auditor, Self::Finance];

    /// What the role allows: a column of the permission table.
    pub const fn permissions(self) -> Permissions {
        match self {
            Self::Admin => PLATFORM,
            Self::Auditor => Permissions::of(&[P::PlatformShops, P::PlatformProducts]),
            Self::Finance => Permissions::of(&[P::PlatformMoney]),
        }
    }

    /// The stable name, as stored and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Auditor => "auditor",
            Self::Finance => "finance",
        }
    }

    /// The role of this stored name.
    pub(crate) fn stored(name: &str) -> Result<Self, Error> {
        Self::ALL.iter().find(|r| r.as_str() == name).copied().ok_or_else(unreadable)
    }
}

/// What sort of program an API credential belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppKind {
    /// Acts for one shop: its ERP, its warehouse.
    Shop,
    /// A mini program: acts for the shops that are linked with it.
    MiniProgram,
}

impl AppKind {
    /// What a program of this kind is authorised for in its own shop. Staff and credentials stay with people; a
    /// mini program has no shop of its own, so rooms ask for the link instead.
    pub const fn permissions(self) -> Permissions {
        match self {
            Self::Shop => Permissions::of(&[
                P::ShopRead,
                P::ShopWrite,
                P::ProductRead,
                P::ProductWrite,
                P::StockWrite,
                P::OrderRead,
                P::OrderWrite,
                P::OrderShip,
                P::OrderRefund,
                P::MoneyRead,
                P::MoneyWrite,
            ]),
            Self::MiniProgram => Permissions::NONE,
        }
    }
}

/// The permission table as Markdown: a row a permission, a column a role.
pub fn permission_table() -> String {
    let staff = Role::ALL.iter().map(|r| (r.as_str(), r.permissions()));
    let operators = OperatorRole::ALL.iter().map(|r| (operator_heading(*r), r.permissions()));
    let columns: Vec<_> = staff.chain([("shop app", AppKind::Shop.permissions())]).chain(operators).collect();
    let mut table = String::from("| permission |");
    for (heading, _) in &columns {
        table = table + " " + heading + " |";
    }
    table.push_str("\n|---|");
    table.push_str(&"---|".repeat(columns.len()));
    table.push('\n');
    for permission in Permission::ALL {
        table = table + "| `" + permission.as_str() + "` |";
        for (_, may) in &columns {
            table.push_str(if may.has(*permission) { " yes |" } else { " |" });
        }
        table.push('\n');
    }
    table
}

const fn operator_heading(role: OperatorRole) -> &'static str {
    match role {
        OperatorRole::Admin => "platform admin",
        OperatorRole::Auditor => "platform auditor",
        OperatorRole::Finance => "platform finance",
    }
}

impl From<Role> for Val<'_> {
    fn from(role: Role) -> Self {
        role.as_str().into()
    }
}

impl FromCol for Role {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, Error> {
        Self::stored(&row.get::<String>(index)?)
    }
}

impl From<OperatorRole> for Val<'_> {
    fn from(role: OperatorRole) -> Self {
        role.as_str().into()
    }
}

impl FromCol for OperatorRole {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, Error> {
        Self::stored(&row.get::<String>(index)?)
    }
}

fn unreadable() -> Error {
    Error::internal("a stored role can't be read")
}

impl From<AppKind> for Val<'_> {
    fn from(kind: AppKind) -> Self {
        Self::Int(match kind {
            AppKind::Shop => 1,
            AppKind::MiniProgram => 2,
        })
    }
}

impl FromCol for AppKind {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, Error> {
        match row.get::<i64>(index)? {
            1 => Ok(Self::Shop),
            2 => Ok(Self::MiniProgram),
            _ => Err(Error::internal("a stored kind of application can't be read")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/permissions.md");

    #[test]
    fn the_readme_shows_the_table_that_the_code_has() {
        assert!(include_str!("../README.md").contains(&permission_table()), "{}", permission_table());
    }

    #[test]
    fn the_page_of_permissions_is_made_from_the_code() {
        let meanings: Vec<String> =
            Permission::ALL.iter().map(|p| format!("- `{}`: {}\n", p.as_str(), meaning(*p))).collect();
        let meanings = meanings.concat();
        let page = format!("{HEAD}\n{}\n## What each allows\n\n{meanings}", permission_table());
        if std::env::var_os("KAIDIAN_WRITE_DOCS").is_some() {
            std::fs::write(PAGE, &page).unwrap();
        }
        assert_eq!(std::fs::read_to_string(PAGE).unwrap_or_default(), page, "run with KAIDIAN_WRITE_DOCS=1");
    }

    const HEAD: &str = "\
# Permissions

Which role may do what. Generated from `crates/rooms/identity/src/role.rs` by its test; a mini program has none of
these and acts only for the shops that are linked with it.
";

    const fn meaning(p: Permission) -> &'static str {
        match p {
            P::ShopRead => "see the shop's profile and settings",
            P::ShopWrite => "change the shop's profile, addresses and settings",
            P::StaffWrite => "see, add, change and remove staff; nobody gives a role that exceeds their own",
            P::ProductRead => "see products and stock",
            P::ProductWrite => "create and change products, list and delist them",
            P::StockWrite => "correct stock",
            P::OrderRead => "see orders",
            P::OrderWrite => "change an unpaid order's price, remark, cancel",
            P::OrderShip => "ship orders, make and cancel waybills",
            P::OrderRefund => "give money back",
            P::MoneyRead => "see balances, flows and statements",
            P::MoneyWrite => "withdraw and change accounts",
            P::DeveloperWrite => "see and rotate API credentials, the push URL and its log",
            P::PlatformShops => "admit and close shops, give a new one its first owner",
            P::PlatformProducts => "audit products, keep categories and brands",
            P::PlatformMoney => "see the platform's ledger and settle",
            P::PlatformOperate => "see jobs, dead letters and configuration; keep operators",
        }
    }

    #[test]
    fn no_role_of_a_shop_reaches_the_platform_and_no_operator_reaches_into_a_shop() {
        for role in Role::ALL {
            assert_eq!(role.permissions().and(PLATFORM), Permissions::NONE);
        }
        for role in OperatorRole::ALL {
            assert_eq!(role.permissions().and(SHOP), Permissions::NONE);
        }
        assert_eq!(
            AppKind::Shop.permissions().and(Permissions::of(&[P::StaffWrite, P::DeveloperWrite])),
            Permissions::NONE
        );
    }

    #[test]
    fn every_permission_is_held_by_somebody() {
        for p in Permission::ALL {
            let held = Role::ALL.iter().any(|r| r.permissions().has(*p))
                || OperatorRole::ALL.iter().any(|r| r.permissions().has(*p));
            assert!(held, "{}", p.as_str());
        }
    }
}
