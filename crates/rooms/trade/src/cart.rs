//! The cart: what a shopper means to buy, from any number of shops. It keeps no price: a price is asked for.

use kernel::{Ctx, ShopId, SkuId, Timestamp};
use store::{Command, Tx, p};

use crate::{Error, place::QUANTITY_MAX, sql};

/// Most lines of a cart.
const CART_MAX: i64 = 120;

/// A line of a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CartLine {
    /// From which shop.
    pub shop: ShopId,
    /// What.
    pub sku: SkuId,
    /// How many.
    pub quantity: i64,
    /// When it was put in.
    pub added_at: Timestamp,
}

/// Sets how many of a sku lie in the cart; 0 takes it out.
#[derive(Debug, Clone)]
pub struct PutInCart {
    /// From which shop.
    pub shop: ShopId,
    /// What.
    pub sku: SkuId,
    /// How many.
    pub quantity: i64,
}

impl Command for PutInCart {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "trade.put_in_cart";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        let shopper = ctx.shopper()?;
        if self.quantity == 0 {
            tx.exec(sql::DELETE_CART_ITEM, p![shopper, self.shop, self.sku]).await?;
            return Ok(());
        }
        if !(1..=QUANTITY_MAX).contains(&self.quantity) {
            return Err(Error::Quantity { sku: self.sku });
        }
        let on_sale = catalog::skus_for_order(tx, self.shop, &[self.sku]).await?;
        if !on_sale.iter().any(|s| s.listed) {
            return Err(Error::NotOnSale { sku: self.sku });
        }
        let lines: i64 = tx.one(sql::COUNT_CART, p![shopper], |r| r.get(0)).await?;
        if lines >= CART_MAX {
            return Err(Error::CartFull);
        }
        tx.exec(sql::UPSERT_CART_ITEM, p![shopper, self.shop, self.sku, self.quantity, ctx.now]).await?;
        Ok(())
    }
}

/// The shopper's cart, shop by shop, the latest first.
pub async fn cart(tx: &mut Tx, ctx: &Ctx) -> Result<Vec<CartLine>, Error> {
    let shopper = ctx.shopper()?;
    let lines = tx
        .all(sql::SELECT_CART, p![shopper], |r| {
            Ok(CartLine { shop: r.get(0)?, sku: r.get(1)?, quantity: r.get(2)?, added_at: r.get(3)? })
        })
        .await?;
    Ok(lines)
}
