//! Changes how a shop works: its own settings, and those that the platform sets for it.

use kernel::{Bps, Ctx, Permission, ShopId};
use std::ops::RangeInclusive;
use store::{Command, Tx, p};

use crate::{Error, Shop, event, find, sql};

/// Days after signing when an order may confirm itself.
pub(crate) const CONFIRM_DAYS: RangeInclusive<i64> = 1..=30;
/// Minutes after which an unpaid order may close.
pub(crate) const UNPAID_MINUTES: RangeInclusive<i64> = 5..=1440;
/// The highest fee.
pub(crate) const MOST_FEE: Bps = Bps(5000);

/// What a shop sets itself; what is left out stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct ChangeSettings {
    /// Days after signing when an order confirms itself, 1 to 30.
    pub auto_confirm_days: Option<i64>,
    /// Minutes after which an unpaid order closes, 5 to 1440.
    pub unpaid_close_minutes: Option<i64>,
}

/// Changes the settings of the caller's shop. Orders that were placed keep theirs.
pub async fn change_settings(tx: &mut Tx, ctx: &Ctx, cmd: &ChangeSettings) -> Result<Shop, Error> {
    let shop = ctx.shop(Permission::ShopWrite)?;
    let old = find::get(tx, shop).await?.ok_or(Error::NotFound)?;
    let days = cmd.auto_confirm_days.unwrap_or(old.auto_confirm_days);
    if !CONFIRM_DAYS.contains(&days) {
        return Err(Error::ConfirmDays);
    }
    let minutes = cmd.unpaid_close_minutes.unwrap_or(old.unpaid_close_minutes);
    if !UNPAID_MINUTES.contains(&minutes) {
        return Err(Error::UnpaidMinutes);
    }
    if tx.exec(sql::UPDATE_SETTINGS, p![shop, days, minutes, old.version]).await? == 0 {
        return Err(Error::Raced);
    }
    let version = old.version + 1;
    Ok(Shop { auto_confirm_days: days, unpaid_close_minutes: minutes, version, ..old })
}

impl Command for ChangeSettings {
    type Out = Shop;
    type Err = Error;
    const NAME: &'static str = "shop.change_settings";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Shop, Error> {
        change_settings(tx, ctx, self).await
    }
}

/// Sets the platform's fee of a shop, for what is settled from now on.
#[derive(Debug, Clone, Copy)]
pub struct SetFee {
    /// The shop.
    pub shop: ShopId,
    /// The fee, at most half.
    pub fee: Bps,
}

/// Sets the fee; for operators.
pub async fn set_fee(tx: &mut Tx, ctx: &Ctx, cmd: &SetFee) -> Result<(), Error> {
    ctx.operator(Permission::PlatformShops)?;
    if cmd.fee > MOST_FEE {
        return Err(Error::Fee);
    }
    match tx.exec(sql::UPDATE_FEE, p![cmd.shop, cmd.fee.0]).await? {
        0 => Err(Error::NotFound),
        _ => Ok(()),
    }
}

impl Command for SetFee {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "shop.set_fee";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        set_fee(tx, ctx, self).await
    }
}

/// Lets a shop's products pass the audit by themselves, or no longer.
#[derive(Debug, Clone, Copy)]
pub struct SetAutoAudit {
    /// The shop.
    pub shop: ShopId,
    /// They pass by themselves.
    pub on: bool,
}

/// Sets it; for operators who audit products. The catalogue hears of it by an event.
pub async fn set_auto_audit(tx: &mut Tx, ctx: &Ctx, cmd: &SetAutoAudit) -> Result<(), Error> {
    ctx.operator(Permission::PlatformProducts)?;
    let old = find::get(tx, cmd.shop).await?.ok_or(Error::NotFound)?;
    let since = cmd.on.then_some(ctx.now);
    if tx.exec(sql::UPDATE_AUTO_AUDIT, p![cmd.shop, since, old.version]).await? == 0 {
        return Err(Error::Raced);
    }
    let changed = event::AutoAuditChanged { shop: cmd.shop, auto_audit: cmd.on, version: old.version + 1 };
    Ok(event::say(tx, ctx, cmd.shop, &changed)?)
}

impl Command for SetAutoAudit {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "shop.set_auto_audit";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        set_auto_audit(tx, ctx, self).await
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

        async fn settings_stay_within_their_ranges(kit) {
            let store = kit.store(Registry::new()).await;
            let shop = open_shop(&store).await;
            let days = |n| ChangeSettings { auto_confirm_days: Some(n), ..ChangeSettings::default() };
            let minutes = |n| ChangeSettings { unpaid_close_minutes: Some(n), ..ChangeSettings::default() };
            assert!(matches!(store.write(&staff(shop.0), days(0)).await, Err(Error::ConfirmDays)));
            assert!(matches!(store.write(&staff(shop.0), minutes(1441)).await, Err(Error::UnpaidMinutes)));
            store.write(&staff(shop.0), days(7)).await.unwrap();
            let found = store.write(&staff(shop.0), minutes(15)).await.unwrap();
            assert_eq!((found.auto_confirm_days, found.unpaid_close_minutes), (7, 15));
            assert!(matches!(store.write(&reader(shop.0), days(7)).await, Err(Error::Denied(Denied::Forbidden))));
            assert!(matches!(store.write(&staff(1), days(7)).await, Err(Error::NotFound)));
        }

        async fn of_changes_at_the_same_moment_each_counts_once_or_is_refused(kit) {
            let store = kit.store(Registry::new()).await;
            let shop = open_shop(&store).await;
            let writes = (0..8).map(|n| {
                let store = store.clone();
                let days = ChangeSettings { auto_confirm_days: Some(n + 1), ..ChangeSettings::default() };
                async move { store.write(&staff(shop.0), days).await }
            });
            let done = futures::future::join_all(writes).await;
            let counted = done.iter().filter(|r| r.is_ok()).count();
            assert!(counted > 0 && done.iter().all(|r| matches!(r, Ok(_) | Err(Error::Raced))), "{done:?}");
            let mut tx = store.read().await.unwrap();
            let version = crate::get(&mut tx, shop).await.unwrap().unwrap().version;
            // Entered, admitted, and once more for each change that counted.
            assert_eq!(version, 2 + i64::try_from(counted).unwrap());
        }

        async fn the_fee_is_the_platforms_to_set(kit) {
            let store = kit.store(Registry::new()).await;
            let shop = open_shop(&store).await;
            let fee = |bps| SetFee { shop, fee: Bps(bps) };
            assert!(matches!(store.write(&staff(shop.0), fee(1)).await, Err(Error::Denied(Denied::Forbidden))));
            assert!(matches!(store.write(&operator(), fee(5001)).await, Err(Error::Fee)));
            store.write(&operator(), fee(250)).await.unwrap();
            let unknown = SetFee { shop: ShopId(1), fee: Bps(1) };
            assert!(matches!(store.write(&operator(), unknown).await, Err(Error::NotFound)));
            let mut tx = store.read().await.unwrap();
            assert_eq!(crate::for_order(&mut tx, shop).await.unwrap().unwrap().fee_bps, Bps(250));
        }

        async fn a_shop_cannot_free_itself_from_the_audit(kit) {
            let store = kit.store(Registry::new()).await;
            let shop = open_shop(&store).await;
            let refused = store.write(&staff(shop.0), SetAutoAudit { shop, on: true }).await;
            assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
            let refused = store.write(&operator(), SetAutoAudit { shop: ShopId(1), on: true }).await;
            assert!(matches!(refused, Err(Error::NotFound)));
            for on in [true, false] {
                store.write(&operator(), SetAutoAudit { shop, on }).await.unwrap();
                let mut tx = store.read().await.unwrap();
                assert_eq!(crate::get(&mut tx, shop).await.unwrap().unwrap().auto_audit, on);
            }
        }
    }
}
