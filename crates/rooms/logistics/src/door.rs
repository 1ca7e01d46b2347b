//! Who calls the published API: an application, with its own credential.

use kernel::{Actor, AppId, Ctx, Denied, Permission, Scope, ShopId};
use store::Tx;

use crate::Error;

/// The calling application: the tenant of its waybills, accounts and print operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Client {
    /// Which.
    pub(crate) app: AppId,
    /// The shop whose application it is; `None` for a mini program.
    pub(crate) shop: Option<ShopId>,
}

/// The application that calls, if it may do this. A mini program may do everything with what is its own.
pub(crate) const fn client(ctx: &Ctx, needs: Permission) -> Result<Client, Denied> {
    match ctx.actor {
        Actor::ShopApp { shop, app, may } if may.has(needs) => Ok(Client { app, shop: Some(shop) }),
        Actor::MiniProgram { app } => Ok(Client { app, shop: None }),
        Actor::Anonymous => Err(Denied::Unauthenticated),
        _ => Err(Denied::Forbidden),
    }
}

/// The scope in which an application's events are said.
pub(crate) const fn home(shop: Option<ShopId>) -> Scope {
    match shop {
        Some(shop) => Scope::Shop(shop),
        None => Scope::Platform,
    }
}

/// The shops that an application acts for.
pub(crate) async fn shops_of(tx: &mut Tx, app: AppId, shop: Option<ShopId>) -> Result<Vec<ShopId>, Error> {
    match shop {
        Some(shop) => Ok(vec![shop]),
        None => Ok(identity::shops_of(tx, app).await?),
    }
}

/// True if `appid` belongs to the calling application's owner: it is its own, or one of a shop that it acts for.
pub(crate) async fn owns_appid(tx: &mut Tx, client: Client, appid: &str) -> Result<bool, Error> {
    let Some(named) = identity::app_of_appid(tx, appid).await? else { return Ok(false) };
    if named.app == client.app {
        return Ok(true);
    }
    for shop in shops_of(tx, client.app, client.shop).await? {
        let own = identity::app_of_shop(tx, shop).await?;
        let linked = identity::apps_linked(tx, shop).await?;
        if own.into_iter().chain(linked).any(|app| app.app == named.app) {
            return Ok(true);
        }
    }
    Ok(false)
}
