//! Lets shops use the categories that need a grant.

use kernel::{CategoryId, Ctx, Permission, ShopId};
use store::{Command, Tx, p};

use super::{Category, category};
use crate::{Error, sql};

/// A shop that may use a category.
#[derive(Debug, Clone, Copy)]
pub struct Grant {
    /// The shop.
    pub shop: ShopId,
    /// The category, a leaf.
    pub category: CategoryId,
}

/// Grants it; a second time changes nothing. For operators.
pub async fn grant_category(tx: &mut Tx, ctx: &Ctx, cmd: &Grant) -> Result<(), Error> {
    ctx.operator(Permission::PlatformProducts)?;
    category(tx, cmd.category).await?.filter(Category::is_leaf).ok_or(Error::NoSuchCategory)?;
    tx.exec(sql::INSERT_GRANT, p![cmd.shop, cmd.category, ctx.now]).await?;
    Ok(())
}

/// A grant to be taken back.
#[derive(Debug, Clone, Copy)]
pub struct Revoke {
    /// The shop.
    pub shop: ShopId,
    /// The category.
    pub category: CategoryId,
}

/// Takes it back; products that lie there stay as they are, and can't be sent to audit again. For operators.
pub async fn revoke_category(tx: &mut Tx, ctx: &Ctx, cmd: &Revoke) -> Result<(), Error> {
    ctx.operator(Permission::PlatformProducts)?;
    match tx.exec(sql::DELETE_GRANT, p![cmd.shop, cmd.category]).await? {
        0 => Err(Error::NoSuchCategory),
        _ => Ok(()),
    }
}

/// The categories that the shop has a grant for.
pub async fn granted(tx: &mut Tx, shop: ShopId) -> Result<Vec<CategoryId>, store::Error> {
    tx.all(sql::GRANTS, p![shop], |r| r.get(0)).await
}

impl Command for Grant {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "catalog.grant_category";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        grant_category(tx, ctx, self).await
    }
}

impl Command for Revoke {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "catalog.revoke_category";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        revoke_category(tx, ctx, self).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;
    use kernel::Denied;
    use store::Registry;

    store::on_both! {
        rooms = rooms();

        async fn a_grant_is_given_once_and_taken_back_once(kit) {
            let store = kit.store(Registry::new()).await;
            let category = seeded(&store).await.iter().find(|c| c.rules.permit_required).unwrap().id;
            for _ in 0..2 {
                store.write(&operator(), Grant { shop: SHOP, category }).await.unwrap();
            }
            let mut tx = store.read().await.unwrap();
            assert_eq!(granted(&mut tx, SHOP).await.unwrap(), [category]);
            drop(tx);
            store.write(&operator(), Revoke { shop: SHOP, category }).await.unwrap();
            let again = store.write(&operator(), Revoke { shop: SHOP, category }).await;
            assert!(matches!(again, Err(Error::NoSuchCategory)));
        }

        async fn a_shop_cannot_grant_itself_and_a_branch_is_not_granted(kit) {
            let store = kit.store(Registry::new()).await;
            let all = seeded(&store).await;
            let leaf = all.iter().find(|c| c.is_leaf()).unwrap().id;
            let refused = store.write(&staff(), Grant { shop: SHOP, category: leaf }).await;
            assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
            let refused = store.write(&staff(), Revoke { shop: SHOP, category: leaf }).await;
            assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
            let refused = store.write(&operator(), Grant { shop: SHOP, category: all[0].id }).await;
            assert!(matches!(refused, Err(Error::NoSuchCategory)));
        }
    }
}
