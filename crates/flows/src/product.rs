//! A product that comes with its stock: the catalogue keeps the one, the stock room the other, in one transaction.

use catalog::{AddProduct, Added, ChangeFree, UpdateProduct, Updated, wire::StockChange};
use kernel::{Ctx, ProductId, SkuId};
use stock::{Change, Correction, Movement};
use store::{Command, Tx};

use crate::Error;

/// Adds a product; its pieces come in with it.
#[derive(Debug, Clone)]
pub struct AddProductWithStock(pub AddProduct);

impl Command for AddProductWithStock {
    type Out = Added;
    type Err = Error;
    const NAME: &'static str = "flows.add_product";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Added, Error> {
        let added = catalog::add_product(tx, ctx, &self.0).await?;
        receive(tx, ctx, added.product, &added.initial_stock).await?;
        Ok(added)
    }
}

/// Writes a new draft of a product; new skus bring their pieces, and of those that were there the level is set.
#[derive(Debug, Clone)]
pub struct UpdateProductWithStock(pub UpdateProduct);

impl Command for UpdateProductWithStock {
    type Out = Updated;
    type Err = Error;
    const NAME: &'static str = "flows.update_product";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Updated, Error> {
        let updated = catalog::update_product(tx, ctx, &self.0).await?;
        receive(tx, ctx, updated.product, &updated.initial_stock).await?;
        set(tx, ctx, updated.product, &updated.set_stock).await?;
        Ok(updated)
    }
}

async fn receive(tx: &mut Tx, ctx: &Ctx, product: ProductId, pieces: &[(SkuId, i64)]) -> Result<(), Error> {
    let movements: Vec<Movement> = pieces
        .iter()
        .filter(|(_, quantity)| *quantity > 0)
        .map(|(sku, quantity)| Movement { sku: *sku, product, quantity: *quantity, note: None })
        .collect();
    if !movements.is_empty() {
        stock::receive_all(tx, ctx, &movements).await?;
    }
    Ok(())
}

/// Sets the pieces that are available.
pub(crate) async fn set(
    tx: &mut Tx,
    ctx: &Ctx,
    product: ProductId,
    pieces: &[(SkuId, i64)],
) -> Result<(), Error> {
    for (sku, quantity) in pieces {
        let correction = Correction { sku: *sku, product, change: Change::To(*quantity), note: None };
        match stock::correct(tx, ctx, &correction).await {
            // It is so already.
            Ok(_) | Err(stock::Error::NothingToChange) => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(())
}

/// Changes what needs no audit, and the stock that the same request speaks of.
#[derive(Debug, Clone)]
pub struct ChangeFreeWithStock {
    /// The change of the product.
    pub change: ChangeFree,
    /// The changes of stock.
    pub stock: Vec<StockChange>,
}

/// How a change of stock is meant (`docs/wire/products.md`).
const ADD: i64 = 1;
const SUBTRACT: i64 = 2;

impl Command for ChangeFreeWithStock {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "flows.change_product_free";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        let product = self.change.product;
        catalog::change_free(tx, ctx, &self.change).await?;
        for StockChange { sku, diff_type, num } in self.stock.iter().copied() {
            let change = match diff_type {
                ADD => Change::By(num),
                SUBTRACT => Change::By(-num),
                _ => Change::To(num),
            };
            match stock::correct(tx, ctx, &Correction { sku, product, change, note: None }).await {
                Ok(_) | Err(stock::Error::NothingToChange) => {}
                Err(e) => return Err(e.into()),
            }
        }
        Ok(())
    }
}
