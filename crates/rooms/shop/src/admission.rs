//! Lets shops in, closes them, lets them in again.

use kernel::{Ctx, Permission, ShopId};
use store::{Command, Tx, p};

use crate::{AdmissionState, Error, Shop, Step, event, find, sql};

/// Lets a shop in that has applied; for operators.
pub async fn admit(tx: &mut Tx, ctx: &Ctx, shop: ShopId) -> Result<Shop, Error> {
    take(tx, ctx, shop, Step::Admit).await
}

/// Refuses an application, or ends a shop's trade; for operators. Orders that were placed go on.
pub async fn close(tx: &mut Tx, ctx: &Ctx, shop: ShopId) -> Result<Shop, Error> {
    take(tx, ctx, shop, Step::Close).await
}

/// Lets a closed shop trade again; for operators.
pub async fn reopen(tx: &mut Tx, ctx: &Ctx, shop: ShopId) -> Result<Shop, Error> {
    take(tx, ctx, shop, Step::Reopen).await
}

async fn take(tx: &mut Tx, ctx: &Ctx, shop: ShopId, step: Step) -> Result<Shop, Error> {
    ctx.operator(Permission::PlatformShops)?;
    let old = find::get(tx, shop).await?.ok_or(Error::NotFound)?;
    let state = old.state.after(step).ok_or(Error::WrongState { state: old.state })?;
    let open = state == AdmissionState::Admitted;
    let admitted_at = if open { Some(ctx.now) } else { old.admitted_at };
    let closed_at = if open { None } else { Some(ctx.now) };
    let moved =
        tx.exec(sql::MOVE_STATE, p![shop, old.state, state, admitted_at, closed_at, old.version]).await?;
    if moved == 0 {
        return Err(Error::Raced);
    }
    let new = Shop { state, admitted_at, closed_at, version: old.version + 1, ..old };
    if open {
        event::say(tx, ctx, shop, &event::Admitted { shop, version: new.version })?;
    } else {
        event::say(tx, ctx, shop, &event::Closed { shop, version: new.version })?;
    }
    Ok(new)
}

/// A step of a shop's admission.
#[derive(Debug, Clone, Copy)]
pub struct Admission {
    /// The shop.
    pub shop: ShopId,
    /// The step.
    pub step: Step,
}

impl Command for Admission {
    type Out = Shop;
    type Err = Error;
    const NAME: &'static str = "shop.admission";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Shop, Error> {
        take(tx, ctx, self.shop, self.step).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;
    use kernel::Denied;
    use std::sync::{Arc, Mutex};
    use store::Registry;

    store::on_both! {
        rooms = rooms();

        async fn a_shop_is_let_in_closed_and_let_in_again_and_each_is_said_once(kit) {
            let heard = Arc::new(Mutex::new(Vec::new()));
            let mut registry = Registry::new();
            let ears = Arc::clone(&heard);
            registry.on_events("test", &["shop.admitted", "shop.closed"], move |_, _, happened| {
                ears.lock().unwrap().push((happened.kind.clone(), happened.scope, happened.version));
                Box::pin(async { Ok(()) })
            });
            let store = kit.store(registry).await;
            let shop = store.write(&operator(), new_shop()).await.unwrap();
            for step in [Step::Admit, Step::Close, Step::Reopen] {
                store.write(&operator(), Admission { shop, step }).await.unwrap();
            }
            assert!(store.drain(100).await.unwrap());
            let scope = kernel::Scope::Shop(shop);
            let said = [("shop.admitted", 2), ("shop.closed", 3), ("shop.admitted", 4)];
            assert_eq!(*heard.lock().unwrap(), said.map(|(kind, version)| (kind.to_owned(), scope, version)));
            let mut tx = store.read().await.unwrap();
            assert!(crate::for_order(&mut tx, shop).await.unwrap().unwrap().open);
        }

        async fn what_the_table_does_not_have_is_refused(kit) {
            let store = kit.store(Registry::new()).await;
            let shop = store.write(&operator(), new_shop()).await.unwrap();
            let refused = store.write(&operator(), Admission { shop, step: Step::Reopen }).await;
            assert!(matches!(refused, Err(Error::WrongState { state: AdmissionState::Applied })));
            let refused = store.write(&staff(shop.0), Admission { shop, step: Step::Admit }).await;
            assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
            let refused = store.write(&operator(), Admission { shop: ShopId(1), step: Step::Admit }).await;
            assert!(matches!(refused, Err(Error::NotFound)));
        }
    }
}
