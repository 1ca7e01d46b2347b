//! Gives a shop its first owner, without whom nobody could log in to it.

use identity::FirstOwner;
use kernel::{Ctx, Permission, ShopId, StaffId};
use store::{Command, Tx, p};

use crate::{Error, sql};

/// Who becomes the owner of which shop.
#[derive(Debug, Clone)]
pub struct AddOwner {
    /// The shop; in whatever state, so that its owner may prepare it.
    pub shop: ShopId,
    /// Who.
    pub owner: FirstOwner,
}

/// Adds them; for operators, and for a shop that has no owner.
pub async fn add_owner(tx: &mut Tx, ctx: &Ctx, cmd: &AddOwner) -> Result<StaffId, Error> {
    ctx.operator(Permission::PlatformShops)?;
    if tx.exec(sql::HOLD_SHOP, p![cmd.shop]).await? == 0 {
        return Err(Error::NotFound);
    }
    Ok(identity::first_owner(tx, ctx, cmd.shop, &cmd.owner).await?)
}

impl Command for AddOwner {
    type Out = StaffId;
    type Err = Error;
    const NAME: &'static str = "shop.add_owner";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<StaffId, Error> {
        add_owner(tx, ctx, self).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;
    use identity::{Gate, Limits, LoginName, Password};
    use kernel::{Fault, Text};
    use store::Registry;

    async fn owner(shop: ShopId, login: &str) -> AddOwner {
        let password = Password::chosen("a long password").unwrap();
        let password = Gate::new(Limits::relaxed()).hash_password(password).await.unwrap();
        let (login, name) = (LoginName::new(login).unwrap(), Text::new("李").unwrap());
        AddOwner { shop, owner: FirstOwner { login, password, name } }
    }

    fn code<T: std::fmt::Debug>(refused: Result<T, Error>) -> &'static str {
        refused.unwrap_err().code()
    }

    store::on_both! {
        rooms = rooms();

        async fn a_shop_gets_its_first_owner_from_an_operator_and_no_second_one(kit) {
            let store = kit.store(Registry::new()).await;
            let shop = store.write(&operator(), new_shop()).await.unwrap();
            let first = store.write(&operator(), owner(shop, "lili").await).await.unwrap();
            assert_eq!(code(store.write(&operator(), owner(shop, "wang").await).await), "identity.has_owner");
            let system = kernel::Caller::system(kernel::Scope::Shop(shop));
            let ctx = store.ctx(&system).await.unwrap();
            let mut tx = store.read().await.unwrap();
            let staff = identity::list_staff(&mut tx, &ctx, kernel::Cursor::NEWEST, kernel::PageSize::default());
            let staff: Vec<_> = staff.await.unwrap().items.into_iter().map(|m| (m.staff, m.role)).collect();
            assert_eq!(staff, [(first, identity::Role::Owner)]);
        }

        async fn of_two_operators_at_once_one_gives_the_owner(kit) {
            let store = kit.store(Registry::new()).await;
            let shop = store.write(&operator(), new_shop()).await.unwrap();
            let (one, two) = (owner(shop, "lili").await, owner(shop, "wang").await);
            let (a, b) = (operator(), operator());
            let (one, two) = tokio::join!(store.write(&a, one), store.write(&b, two));
            let refused = if one.is_ok() { two } else { one };
            assert_eq!(code(refused), "identity.has_owner");
        }

        async fn a_shop_that_is_not_there_and_a_login_that_is_taken_are_refused(kit) {
            let store = kit.store(Registry::new()).await;
            assert_eq!(code(store.write(&operator(), owner(ShopId(1), "lili").await).await), "shop.not_found");
            let (one, two) = (open_shop(&store).await, open_shop(&store).await);
            store.write(&operator(), owner(one, "lili").await).await.unwrap();
            assert_eq!(code(store.write(&operator(), owner(two, "Lili").await).await), "identity.login_taken");
            assert_eq!(code(store.write(&staff(two.0), owner(two, "wang").await).await), "auth.forbidden");
        }
    }
}
