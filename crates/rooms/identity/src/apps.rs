//! Applications: the programs that use the open APIs, and their credentials.

pub(crate) mod create;
pub(crate) mod link;
pub(crate) mod list;
pub(crate) mod rotate;
#[cfg(test)]
mod tests;

use kernel::{AppId, Ctx, Permission, ShopId, Timestamp};
use store::{Row, Tx, p};

use crate::{AppKind, Error, sql};

/// How other rooms name an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRef {
    /// The application.
    pub app: AppId,
    /// The appid that clients know it by, `wx` and 16 hexadecimal digits.
    pub appid: String,
    /// The original id, under which pushes are sent: `gh_` and 12 hexadecimal digits.
    pub original_id: String,
}

/// An application with everything but its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Its names.
    pub names: AppRef,
    /// What sort of program.
    pub kind: AppKind,
    /// The shop that it belongs to; `None` for one of the platform.
    pub shop: Option<ShopId>,
    /// What its owner calls it.
    pub name: String,
    /// When it was made, business time.
    pub created_at: Timestamp,
    pub(crate) version: i64,
}

pub(crate) fn read(row: &Row<'_>) -> Result<App, store::Error> {
    Ok(App {
        names: names(row)?,
        kind: row.get(3)?,
        shop: row.get(4)?,
        name: row.get(5)?,
        created_at: row.get(6)?,
        version: row.get(7)?,
    })
}

fn names(row: &Row<'_>) -> Result<AppRef, store::Error> {
    Ok(AppRef { app: row.get(0)?, appid: row.get(1)?, original_id: row.get(2)? })
}

/// The application of this id.
pub async fn app(tx: &mut Tx, app: AppId) -> Result<Option<AppRef>, store::Error> {
    tx.opt(sql::app::FIND, p![app], names).await
}

/// The application of this appid.
pub async fn app_of_appid(tx: &mut Tx, appid: &str) -> Result<Option<AppRef>, store::Error> {
    tx.opt(sql::app::BY_APPID, p![appid], names).await
}

/// The shop's own application: its first one, if it has any.
pub async fn app_of_shop(tx: &mut Tx, shop: ShopId) -> Result<Option<AppRef>, store::Error> {
    tx.opt(sql::app::FIRST_OF_SHOP, p![shop], names).await
}

/// The mini programs that are linked with a shop.
pub async fn apps_linked(tx: &mut Tx, shop: ShopId) -> Result<Vec<AppRef>, store::Error> {
    tx.all(sql::app::LINKED_WITH, p![shop], names).await
}

/// The shops that a mini program is linked with.
pub async fn shops_of(tx: &mut Tx, app: AppId) -> Result<Vec<ShopId>, store::Error> {
    tx.all(sql::app::SHOPS_OF, p![app], |r| r.get(0)).await
}

/// The application that the caller may manage: one of their shop's own, or any for an operator and for the program
/// itself on the platform. Another shop's answers as an unknown one.
async fn managed(tx: &mut Tx, ctx: &Ctx, app: AppId) -> Result<App, Error> {
    let found = match manager(ctx)? {
        Some(shop) => tx.opt(sql::app::FIND_OF_SHOP, p![shop, app], read).await?,
        None => tx.opt(sql::app::FIND, p![app], read).await?,
    };
    found.ok_or(Error::AppNotFound)
}

/// Who manages applications: somebody of a shop (the shop), or somebody of the platform (`None`).
fn manager(ctx: &Ctx) -> Result<Option<ShopId>, Error> {
    if ctx.operator(Permission::PlatformOperate).is_ok() && !matches!(ctx.scope, kernel::Scope::Shop(_)) {
        return Ok(None);
    }
    Ok(Some(ctx.shop(Permission::DeveloperWrite)?))
}
