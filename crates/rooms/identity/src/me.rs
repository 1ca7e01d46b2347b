//! Who the caller is, for a page that greets them and hides what they may not do.

use kernel::{Actor, Ctx, Denied, Permissions, ShopId};
use store::{Tx, p};

use crate::{Error, operators, own_phone, sql, staff};

/// The caller, as they may see themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// `staff`, `operator`, `shopper`, `shop_app` or `mini_program`.
    pub kind: &'static str,
    /// The id of the person or application.
    pub id: i64,
    /// The shop, for staff and a shop's application.
    pub shop: Option<ShopId>,
    /// The name, for staff and operators.
    pub name: Option<String>,
    /// The role, for staff and operators.
    pub role: Option<&'static str>,
    /// The phone with its middle hidden, for shoppers.
    pub phone: Option<String>,
    /// What they may do.
    pub may: Permissions,
}

impl Me {
    const fn of(kind: &'static str, id: i64, may: Permissions) -> Self {
        Self { kind, id, shop: None, name: None, role: None, phone: None, may }
    }
}

/// Who the caller is.
pub async fn me(tx: &mut Tx, ctx: &Ctx) -> Result<Me, Error> {
    match ctx.actor {
        Actor::Anonymous => Err(Denied::Unauthenticated.into()),
        Actor::System => Err(Denied::Forbidden.into()),
        Actor::Shopper(id) => {
            let phone = Some(own_phone(tx, ctx).await?.masked());
            Ok(Me { phone, ..Me::of("shopper", id.0, Permissions::NONE) })
        }
        Actor::Staff { shop, staff, may } => {
            let member = tx.opt(sql::staff::FIND, p![shop, staff], staff::read).await?;
            let member = member.ok_or(Error::StaffNotFound)?;
            let (name, role) = (Some(member.name), Some(member.role.as_str()));
            Ok(Me { shop: Some(shop), name, role, ..Me::of("staff", staff.0, may) })
        }
        Actor::Operator { operator, may } => {
            let found = tx.opt(sql::operator::FIND, p![operator], operators::read).await?;
            let found = found.ok_or(Error::OperatorNotFound)?;
            let (name, role) = (Some(found.name), Some(found.role.as_str()));
            Ok(Me { name, role, ..Me::of("operator", operator.0, may) })
        }
        Actor::ShopApp { shop, app, may } => Ok(Me { shop: Some(shop), ..Me::of("shop_app", app.0, may) }),
        Actor::MiniProgram { app } => Ok(Me::of("mini_program", app.0, Permissions::NONE)),
    }
}
