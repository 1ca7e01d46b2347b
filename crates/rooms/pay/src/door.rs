//! Who may come in.

use kernel::{Actor, Ctx, Denied, Permission, Scope, ShopId, ShopperId};

/// The shop in whose scope a room above works; it has looked at the actor. Staff and applications are held to their
/// own shop all the same.
pub(crate) fn shop_scope(ctx: &Ctx) -> Result<ShopId, Denied> {
    let Scope::Shop(scope) = ctx.scope else { return Err(Denied::Forbidden) };
    match ctx.actor {
        Actor::Anonymous => Err(Denied::Unauthenticated),
        Actor::Staff { shop, .. } | Actor::ShopApp { shop, .. } if shop != scope => Err(Denied::Forbidden),
        _ => Ok(scope),
    }
}

/// The shop for which somebody with this permission acts, in its own scope.
pub(crate) fn shop(ctx: &Ctx, needs: Permission) -> Result<ShopId, Denied> {
    let shop = ctx.shop(needs)?;
    if ctx.scope == Scope::Shop(shop) { Ok(shop) } else { Err(Denied::Forbidden) }
}

/// The program itself in the scope of a shop.
pub(crate) fn program(ctx: &Ctx) -> Result<ShopId, Denied> {
    ctx.system()?;
    shop_scope(ctx)
}

/// The program itself in the scope of a shop, for its payments, or of a shopper, for combined ones.
pub(crate) fn tenant(ctx: &Ctx) -> Result<Scope, Denied> {
    ctx.system()?;
    if ctx.scope == Scope::Platform { Err(Denied::Forbidden) } else { Ok(ctx.scope) }
}

/// A shopper in their own scope.
pub(crate) fn at_home(ctx: &Ctx) -> Result<ShopperId, Denied> {
    let shopper = ctx.shopper()?;
    if ctx.scope == Scope::Shopper(shopper) { Ok(shopper) } else { Err(Denied::Forbidden) }
}

/// A shopper who pays: to a shop, in its scope, or several together, in their own.
pub(crate) fn payer(ctx: &Ctx) -> Result<ShopperId, Denied> {
    match ctx.scope {
        Scope::Shop(_) => ctx.shopper(),
        _ => at_home(ctx),
    }
}

/// A shopper who acts in the scope of a shop.
pub(crate) fn shopper(ctx: &Ctx) -> Result<(ShopId, ShopperId), Denied> {
    let shopper = ctx.shopper()?;
    Ok((shop_scope(ctx)?, shopper))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{IdGen, Permissions, StaffId, Timestamp};
    use std::sync::Arc;

    fn ctx(actor: Actor, scope: Scope) -> Ctx {
        Ctx {
            scope,
            actor,
            now: Timestamp::from_ms(0),
            wall: Timestamp::from_ms(0),
            ids: Arc::new(IdGen::seeded(1)),
            request: "t".into(),
        }
    }

    #[test]
    fn staff_reach_their_own_shop_only() {
        let may = Permissions::of(&[Permission::OrderRefund]);
        let staff = Actor::Staff { shop: ShopId(7), staff: StaffId(1), may };
        let (own, other) = (Scope::Shop(ShopId(7)), Scope::Shop(ShopId(8)));
        assert_eq!(shop(&ctx(staff, own), Permission::OrderRefund), Ok(ShopId(7)));
        assert_eq!(shop(&ctx(staff, other), Permission::OrderRefund), Err(Denied::Forbidden));
        assert_eq!(shop(&ctx(staff, own), Permission::MoneyRead), Err(Denied::Forbidden));
        assert_eq!(shop_scope(&ctx(staff, other)), Err(Denied::Forbidden));
        assert_eq!(shop_scope(&ctx(Actor::Anonymous, own)), Err(Denied::Unauthenticated));
        assert_eq!(shop_scope(&ctx(Actor::System, Scope::Platform)), Err(Denied::Forbidden));
        assert_eq!(program(&ctx(staff, own)), Err(Denied::Forbidden));
    }
}
