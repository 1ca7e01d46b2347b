//! Lists the staff of a shop.

use kernel::{Ctx, Cursor, Page, PageSize, Permission};
use store::{Tx, p};

use super::{StaffMember, read};
use crate::{Error, sql};

/// The staff of the caller's shop, newest first.
pub async fn list_staff(
    tx: &mut Tx,
    ctx: &Ctx,
    after: Cursor,
    size: PageSize,
) -> Result<Page<StaffMember>, Error> {
    let shop = ctx.shop(Permission::StaffWrite)?;
    let rows = tx.all(sql::staff::PAGE, p![shop, after.key, after.id, size.get() + 1], read).await?;
    Ok(Page::of(rows, size, |m| Cursor { key: m.added_at.ms(), id: m.staff.0 }))
}
