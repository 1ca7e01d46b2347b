//! Reads products.

use kernel::{CategoryId, Ctx, Cursor, Page, PageSize, Permission, ProductId, ShopId, Timestamp};
use store::{Tx, p};

use super::{EditStatus, Edition, Product, Status, product, product::edition};
use crate::{Error, fold::contains, sql};

/// What anybody may see of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnSale {
    /// Whose.
    pub shop: ShopId,
    /// Its id.
    pub product: ProductId,
    /// What is online.
    pub edition: Edition,
    /// Since when it is on sale.
    pub listed_at: Option<Timestamp>,
}

/// A product that is on sale in a shop that is open. One statement.
pub async fn page(tx: &mut Tx, id: ProductId) -> Result<OnSale, Error> {
    let found = tx
        .opt(sql::PAGE, p![id, Status::Listed], |r| {
            let text: String = r.get(2)?;
            Ok(OnSale { shop: r.get(0)?, product: r.get(1)?, edition: edition(&text)?, listed_at: r.get(3)? })
        })
        .await?;
    found.ok_or(Error::NotFound)
}

/// A product in a list for buyers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its id.
    pub product: ProductId,
    /// Its title.
    pub title: String,
    /// Path of its first picture.
    pub thumb: String,
    /// The lowest price among its skus, minor units.
    pub min_price: i64,
    /// What that sku is worth, minor units.
    pub market_price: i64,
    /// The leaf of the tree that it lies in.
    pub category: CategoryId,
    /// Since when it is on sale.
    pub listed_at: Timestamp,
}

/// What to show of a shop.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    /// Of this category, on any level.
    pub category: Option<CategoryId>,
    /// With this text in the title.
    pub text: String,
}

/// A shop's products on sale, the latest first; nothing while the shop is closed.
pub async fn shelf(
    tx: &mut Tx,
    shop: ShopId,
    what: &Shelf,
    after: Cursor,
    size: PageSize,
) -> Result<Page<Card>, Error> {
    let category = what.category.unwrap_or(CategoryId(0));
    let params =
        p![shop, Status::Listed, category, contains(&what.text), after.key, after.id, size.get() + 1];
    let rows = tx
        .all(sql::SHELF, params, |r| {
            Ok(Card {
                product: r.get(0)?,
                title: r.get(1)?,
                thumb: r.get(2)?,
                min_price: r.get(3)?,
                market_price: r.get(4)?,
                category: r.get(5)?,
                listed_at: r.get(6)?,
            })
        })
        .await?;
    Ok(Page::of(rows, size, |c| Cursor { key: c.listed_at.ms(), id: c.product.0 }))
}

/// A product in a list for its merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub product: ProductId,
    /// Where it stands.
    pub status: Status,
    /// Where its draft stands.
    pub edit_status: EditStatus,
    /// The title that is online, or the draft's.
    pub title: String,
    /// Path of its first picture.
    pub thumb: String,
    /// The lowest price among its skus, minor units.
    pub min_price: i64,
    /// The leaf of the tree that it lies in.
    pub category: CategoryId,
    /// Grows with each change.
    pub version: i64,
    /// When its draft was last written.
    pub edited_at: Timestamp,
    /// When it last went on sale.
    pub listed_at: Option<Timestamp>,
    /// Why it was refused or taken off; empty otherwise.
    pub reason: String,
}

/// Which of its products a merchant wants to see.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this status; of every one without it.
    pub status: Option<Status>,
    /// With this text in the title.
    pub text: String,
}

/// Products of the caller's shop, the newest first; those that are erased are left out.
pub async fn list(
    tx: &mut Tx,
    ctx: &Ctx,
    filter: &Filter,
    after: Cursor,
    size: PageSize,
) -> Result<Page<Listed>, Error> {
    let shop = ctx.shop(Permission::ProductRead)?;
    let params = p![shop, Status::Erased, wanted(filter), contains(&filter.text), after.id, size.get() + 1];
    let rows = tx
        .all(sql::LIST_PRODUCTS, params, |r| {
            Ok(Listed {
                product: r.get(0)?,
                status: r.get(1)?,
                edit_status: r.get(2)?,
                title: r.get(3)?,
                thumb: r.get(4)?,
                min_price: r.get(5)?,
                category: r.get(6)?,
                version: r.get(7)?,
                edited_at: r.get(8)?,
                listed_at: r.get(9)?,
                reason: r.get(10)?,
            })
        })
        .await?;
    Ok(Page::of(rows, size, |l| Cursor { key: l.product.0, id: l.product.0 }))
}

/// How many products of the caller's shop have this status, or there are at all.
pub async fn count(tx: &mut Tx, ctx: &Ctx, status: Option<Status>) -> Result<i64, Error> {
    let shop = ctx.shop(Permission::ProductRead)?;
    let filter = Filter { status, ..Filter::default() };
    Ok(tx.one(sql::COUNT_PRODUCTS, p![shop, Status::Erased, wanted(&filter)], |r| r.get(0)).await?)
}

fn wanted(filter: &Filter) -> i64 {
    filter.status.map_or(-1, Status::number)
}

/// A product of the caller's shop with both of its copies.
pub async fn own(tx: &mut Tx, ctx: &Ctx, id: ProductId) -> Result<Product, Error> {
    let shop = ctx.shop(Permission::ProductRead)?;
    product(tx, shop, id).await?.ok_or(Error::NotFound)
}

/// A product as an operator sees it.
pub async fn for_operator(tx: &mut Tx, ctx: &Ctx, shop: ShopId, id: ProductId) -> Result<Product, Error> {
    ctx.operator(Permission::PlatformProducts)?;
    product(tx, shop, id).await?.ok_or(Error::NotFound)
}

#[cfg(test)]
mod tests;
