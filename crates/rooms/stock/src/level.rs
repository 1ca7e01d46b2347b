//! Levels: how many pieces of a sku there are, in which state.

use kernel::{Ctx, Denied, Item, Permission, ProductId, Scope, ShopId, SkuId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{Row, Tx, p};

use crate::{Error, sql};

/// The warehouse of a shop that has no others.
pub(crate) const MAIN: i64 = 0;

/// The most pieces that a movement may carry and a sku may be set to (`docs/wire/products.md`).
pub const MOST_PIECES: i64 = 10_000_000;

/// The pieces of a sku: `received + corrected = available + reserved + sold − returned`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// Which sku.
    pub sku: SkuId,
    /// Its product; `ProductId(0)` while nothing was ever received.
    pub product: ProductId,
    /// Came in.
    pub received: i64,
    /// Was found to be more or, below zero, less than there should have been.
    pub corrected: i64,
    /// May be sold.
    pub available: i64,
    /// Promised to orders that are not paid.
    pub reserved: i64,
    /// Went out with paid orders.
    pub sold: i64,
    /// Of those sold, came back.
    pub returned: i64,
    /// How often the level has changed.
    pub version: i64,
}

impl Level {
    /// The level of a sku that never had any.
    pub const fn none(sku: SkuId) -> Self {
        Self {
            sku,
            product: ProductId(0),
            received: 0,
            corrected: 0,
            available: 0,
            reserved: 0,
            sold: 0,
            returned: 0,
            version: 0,
        }
    }
}

pub(crate) fn from_row(r: &Row<'_>) -> Result<Level, store::Error> {
    Ok(Level {
        sku: r.get(0)?,
        product: r.get(1)?,
        received: r.get(2)?,
        corrected: r.get(3)?,
        available: r.get(4)?,
        reserved: r.get(5)?,
        sold: r.get(6)?,
        returned: r.get(7)?,
        version: r.get(8)?,
    })
}

/// The level of a sku; of one that never had any, zeros. Who may see it is the caller's question.
pub async fn level(tx: &mut Tx, shop: ShopId, sku: SkuId) -> Result<Level, Error> {
    let found = tx.opt(sql::FIND_LEVEL, p![shop, sku, MAIN], from_row).await?;
    Ok(found.unwrap_or(Level::none(sku)))
}

/// The levels of several skus, in their order, in one round trip.
pub async fn levels(tx: &mut Tx, shop: ShopId, skus: &[SkuId]) -> Result<Vec<Level>, Error> {
    let keys = skus.iter().map(|sku| p![shop, *sku, MAIN]).collect();
    let found = tx.opt_all(sql::FIND_LEVEL, keys, from_row).await?;
    Ok(found.into_iter().zip(skus).map(|(level, sku)| level.unwrap_or(Level::none(*sku))).collect())
}

/// The levels of all skus of a product of the caller's, by sku. Needs [`Permission::ProductRead`].
pub async fn own_levels(tx: &mut Tx, ctx: &Ctx, product: ProductId) -> Result<Vec<Level>, Error> {
    let shop = ctx.shop(Permission::ProductRead)?;
    let skus = catalog::skus_of(tx, shop, product).await?;
    if skus.is_empty() {
        return Err(Error::SkuUnknown);
    }
    levels(tx, shop, &skus).await
}

/// The level of a sku of a product of the caller's. Needs [`Permission::ProductRead`].
pub async fn own_level(tx: &mut Tx, ctx: &Ctx, product: ProductId, sku: SkuId) -> Result<Level, Error> {
    let shop = ctx.shop(Permission::ProductRead)?;
    if !catalog::sku_exists(tx, shop, product, sku).await? {
        return Err(Error::SkuUnknown);
    }
    level(tx, shop, sku).await
}

/// The shop in whose scope a flow works. Who may has been decided by the flow.
pub(crate) const fn shop_of(ctx: &Ctx) -> Result<ShopId, Denied> {
    match ctx.scope {
        Scope::Shop(shop) => Ok(shop),
        _ => Err(Denied::Forbidden),
    }
}

/// The quantities by sku, in the order of skus, in which all transactions take their rows.
pub(crate) fn by_sku(items: &[Item]) -> Result<Vec<Item>, Error> {
    let mut sums: BTreeMap<SkuId, i64> = BTreeMap::new();
    for Item { sku, quantity } in items.iter().copied() {
        let sum = sums.entry(sku).or_default();
        *sum = sum.saturating_add(quantity);
        if quantity < 1 || *sum > MOST_PIECES {
            return Err(Error::QuantityInvalid { sku });
        }
    }
    Ok(sums.into_iter().map(|(sku, quantity)| Item { sku, quantity }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_summed_by_sku_and_come_in_the_order_of_skus() {
        let item = |sku, quantity| Item { sku: SkuId(sku), quantity };
        let out = by_sku(&[item(9, 1), item(3, 2), item(9, 4)]).unwrap();
        assert_eq!(out, [item(3, 2), item(9, 5)]);
        for quantity in [0, -1, MOST_PIECES + 1, i64::MAX] {
            assert!(by_sku(&[item(1, quantity)]).is_err());
        }
        assert!(by_sku(&[item(1, MOST_PIECES), item(1, 1)]).is_err());
    }
}
