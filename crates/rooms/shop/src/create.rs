//! Enters a shop that has applied.

use kernel::{Bps, Ctx, Currency, Permission, ShopId, Text};
use store::{Command, Tx, p};

use crate::{AUTO_CONFIRM_DAYS, AdmissionState, Error, SubjectType, UNPAID_CLOSE_MINUTES, sql};

/// A shop that wants to trade here.
#[derive(Debug, Clone)]
pub struct CreateShop {
    /// Its name, 1 to 64 characters.
    pub name: String,
    /// Who stands behind it.
    pub subject_type: SubjectType,
    /// The one currency of its prices; it never changes.
    pub currency: Currency,
}

/// The fee of a new shop: one percent.
pub const DEFAULT_FEE: Bps = Bps(100);

/// Longest name, in characters.
pub(crate) const NAME_CHARS: usize = 64;

/// Checks the name of a shop.
pub(crate) fn name(raw: &str) -> Result<Text<NAME_CHARS>, Error> {
    Text::new(raw).map_err(|why| Error::Text { field: "name", why })
}

/// Enters it as applied, with the default settings; for operators.
pub async fn create(tx: &mut Tx, ctx: &Ctx, cmd: &CreateShop) -> Result<ShopId, Error> {
    ctx.operator(Permission::PlatformShops)?;
    let name = name(&cmd.name)?;
    let shop: ShopId = ctx.id();
    let params = p![
        shop,
        name.as_str(),
        cmd.subject_type,
        cmd.currency,
        AdmissionState::Applied,
        DEFAULT_FEE.0,
        "",
        "",
        AUTO_CONFIRM_DAYS,
        UNPAID_CLOSE_MINUTES,
        ctx.now,
        1
    ];
    tx.exec(sql::INSERT_SHOP, params).await?;
    Ok(shop)
}

impl Command for CreateShop {
    type Out = ShopId;
    type Err = Error;
    const NAME: &'static str = "shop.create";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<ShopId, Error> {
        create(tx, ctx, self).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;
    use kernel::{Denied, TextError};
    use store::Registry;

    store::on_both! {
        rooms = rooms();

        async fn a_new_shop_has_applied_and_is_not_open(kit) {
            let store = kit.store(Registry::new()).await;
            let shop = store.write(&operator(), new_shop()).await.unwrap();
            let mut tx = store.read().await.unwrap();
            let found = crate::get(&mut tx, shop).await.unwrap().unwrap();
            assert_eq!((found.state, found.fee_bps, found.is_open()), (AdmissionState::Applied, DEFAULT_FEE, false));
            assert_eq!((found.auto_confirm_days, found.unpaid_close_minutes, found.auto_audit), (10, 30, false));
            assert!(!crate::for_order(&mut tx, shop).await.unwrap().unwrap().open);
        }

        async fn only_operators_enter_shops_and_a_shop_has_a_name(kit) {
            let store = kit.store(Registry::new()).await;
            let refused = store.write(&staff(1), new_shop()).await;
            assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
            let nameless = CreateShop { name: " ".into(), ..new_shop() };
            let refused = store.write(&operator(), nameless).await;
            assert!(matches!(refused, Err(Error::Text { field: "name", why: TextError::Empty })));
        }
    }
}
