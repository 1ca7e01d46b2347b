//! Lists the applications of a shop.

use kernel::{Ctx, Cursor, Page, PageSize, Permission};
use store::{Tx, p};

use super::{App, read};
use crate::{Error, sql};

/// The applications of the caller's shop, newest first.
pub async fn list_apps(tx: &mut Tx, ctx: &Ctx, after: Cursor, size: PageSize) -> Result<Page<App>, Error> {
    let shop = ctx.shop(Permission::DeveloperWrite)?;
    let rows = tx.all(sql::app::PAGE, p![shop, after.key, after.id, size.get() + 1], read).await?;
    Ok(Page::of(rows, size, |a| Cursor { key: a.created_at.ms(), id: a.names.app.0 }))
}
