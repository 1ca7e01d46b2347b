//! What the catalogue knows of shops: who passes the audit by themselves, and who is closed. It hears of both by the
//! events of the room shop, which it may not ask.

use kernel::{Ctx, Permission, Scope, ShopId, Timestamp};
use serde::Deserialize;
use store::{Command, Error as StoreError, Happened, Tx, p};

use crate::{Error, sql};

/// The events that it hears.
pub(crate) const HEARS: &[&str] = &["shop.admitted", "shop.closed", "shop.auto_audit_changed"];

/// Whether products of the shop pass the audit by themselves: by the shop's setting or by the platform's.
pub(crate) async fn auto_audit(tx: &mut Tx, shop: ShopId) -> Result<bool, StoreError> {
    Ok(tx.opt(sql::AUTO_AUDIT, p![shop], |_| Ok(())).await?.is_some())
}

#[derive(Deserialize)]
struct AutoAuditChanged {
    auto_audit: bool,
}

/// Writes down what an event says.
pub(crate) async fn hear(tx: &mut Tx, ctx: &Ctx, happened: &Happened) -> Result<(), Error> {
    let shop = ctx.shop(Permission::ProductWrite)?;
    match happened.kind.as_str() {
        "shop.admitted" => tx.exec(sql::SET_CLOSED, p![shop, None::<Timestamp>]).await?,
        "shop.closed" => tx.exec(sql::SET_CLOSED, p![shop, happened.at]).await?,
        _ => {
            let since = happened.read::<AutoAuditChanged>()?.auto_audit.then_some(happened.at);
            tx.exec(sql::SET_AUTO_AUDIT, p![shop, since]).await?
        }
    };
    Ok(())
}

/// Whether the products of every shop pass the audit by themselves.
#[derive(Debug, Clone, Copy)]
pub struct SetAutoAudit {
    /// They do.
    pub on: bool,
}

/// Sets it; for operators who audit products, and for the program by its configuration.
pub async fn set_auto_audit(tx: &mut Tx, ctx: &Ctx, cmd: SetAutoAudit) -> Result<(), Error> {
    ctx.operator(Permission::PlatformProducts)?;
    tx.exec(sql::SET_AUTO_AUDIT, p![Scope::Platform.key(), cmd.on.then_some(ctx.now)]).await?;
    Ok(())
}

impl Command for SetAutoAudit {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "catalog.set_auto_audit";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        set_auto_audit(tx, ctx, *self).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;
    use kernel::{Caller, Denied};
    use serde::Serialize;
    use store::{Event, Registry, Store};

    /// The events of the room shop, as it says them.
    #[derive(Serialize)]
    struct Said<const KIND: usize> {
        shop: ShopId,
        auto_audit: bool,
        version: i64,
    }

    impl<const KIND: usize> Event for Said<KIND> {
        const KIND: &'static str = HEARS[KIND];
        fn subject(&self) -> (i64, i64) {
            (self.shop.0, self.version)
        }
    }

    struct Say<const KIND: usize>(i64, bool);

    impl<const KIND: usize> Command for Say<KIND> {
        type Out = ();
        type Err = StoreError;
        const NAME: &'static str = "test.say";

        async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), StoreError> {
            tx.say(ctx, &Said::<KIND> { shop: SHOP, auto_audit: self.1, version: self.0 })
        }
    }

    async fn passes(store: &Store) -> bool {
        assert!(store.drain(10).await.unwrap());
        let mut tx = store.read().await.unwrap();
        auto_audit(&mut tx, SHOP).await.unwrap()
    }

    store::on_both! {
        rooms = rooms();

        async fn the_audit_setting_of_a_shop_is_heard(kit) {
            let store = kit.store(registry()).await;
            let shop = Caller::system(Scope::Shop(SHOP));
            assert!(!passes(&store).await);
            store.write(&shop, Say::<2>(1, true)).await.unwrap();
            assert!(passes(&store).await);
            store.write(&shop, Say::<1>(2, false)).await.unwrap();
            assert!(passes(&store).await);
            store.write(&shop, Say::<2>(3, false)).await.unwrap();
            assert!(!passes(&store).await);
        }

        async fn a_closed_shop_shows_nothing_until_it_is_let_in_again(kit) {
            let store = kit.store(registry()).await;
            let (product, _) = listed(&store).await;
            let shop = Caller::system(Scope::Shop(SHOP));
            let shown = async || {
                assert!(store.drain(50).await.unwrap());
                let mut tx = store.read().await.unwrap();
                crate::page(&mut tx, product).await.is_ok()
            };
            assert!(shown().await);
            store.write(&shop, Say::<1>(1, false)).await.unwrap();
            assert!(!shown().await);
            store.write(&shop, Say::<0>(2, false)).await.unwrap();
            assert!(shown().await);
        }

        async fn the_platforms_setting_counts_for_every_shop(kit) {
            let store = kit.store(Registry::new()).await;
            let refused = store.write(&staff(), SetAutoAudit { on: true }).await;
            assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
            store.write(&Caller::system(Scope::Platform), SetAutoAudit { on: true }).await.unwrap();
            assert!(passes(&store).await);
            store.write(&operator(), SetAutoAudit { on: false }).await.unwrap();
            assert!(!passes(&store).await);
        }
    }
}
