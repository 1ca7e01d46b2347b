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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        OperatorRole, Role,
        testing::{
            SHOP, anonymous, code, login_name, member, name, no_password, operator_caller, rooms, shopper,
            staff_caller, system,
        },
    };
    use kernel::{AppId, Caller, Scope, ShopperId, StaffId};
    use store::{Registry, Store};

    async fn ask(store: &Store, caller: &Caller) -> Result<Me, Error> {
        let ctx = store.ctx(caller).await.unwrap();
        me(&mut store.read().await.unwrap(), &ctx).await
    }

    store::on_both! {
        rooms = rooms();

        async fn everybody_sees_themselves(kit) {
            let store = kit.store(Registry::new()).await;
            let who = shopper(&store, "13800138000").await;
            let seen = ask(&store, &Caller::shopper(who)).await.unwrap();
            assert_eq!((seen.kind, seen.id, seen.phone.as_deref()), ("shopper", who.0, Some("138****8000")));

            let clerk = member(&store, "clerk", Role::Clerk).await;
            let seen = ask(&store, &staff_caller(SHOP, clerk, Role::Clerk)).await.unwrap();
            assert_eq!((seen.kind, seen.role, seen.shop), ("staff", Some("clerk"), Some(SHOP)));
            assert_eq!((seen.name.as_deref(), seen.may), (Some("李伟"), Role::Clerk.permissions()));

            let add = crate::AddOperator {
                login: login_name("root"),
                password: no_password(),
                name: name(),
                role: OperatorRole::Finance,
            };
            let operator = store.write(&system(Scope::Platform), add).await.unwrap();
            let may = OperatorRole::Finance.permissions();
            let actor = Actor::Operator { operator, may };
            let seen = ask(&store, &Caller { actor, ..anonymous() }).await.unwrap();
            assert_eq!((seen.kind, seen.role, seen.may), ("operator", Some("finance"), may));

            let actor = Actor::ShopApp { shop: SHOP, app: AppId(7), may };
            let seen = ask(&store, &Caller { actor, ..anonymous() }).await.unwrap();
            assert_eq!((seen.kind, seen.id, seen.shop), ("shop_app", 7, Some(SHOP)));
            let actor = Actor::MiniProgram { app: AppId(8) };
            let seen = ask(&store, &Caller { actor, ..anonymous() }).await.unwrap();
            assert_eq!((seen.kind, seen.id, seen.shop), ("mini_program", 8, None));
        }

        async fn whoever_is_not_there_is_not_shown(kit) {
            let store = kit.store(Registry::new()).await;
            for (caller, refusal) in [
                (anonymous(), "auth.unauthenticated"),
                (system(Scope::Platform), "auth.forbidden"),
                (Caller::shopper(ShopperId(1)), "identity.shopper_not_found"),
                (staff_caller(SHOP, StaffId(1), Role::Owner), "identity.staff_not_found"),
                (operator_caller(OperatorRole::Admin), "identity.operator_not_found"),
            ] {
                assert_eq!(code(ask(&store, &caller).await), refusal);
            }
        }
    }
}
