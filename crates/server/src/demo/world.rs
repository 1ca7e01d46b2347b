//! What the demo is made of, once it is made.

use anyhow::{Context, Result};
use identity::Address;
use kernel::{Caller, ShopId, ShopperId, SkuId};
use store::Store;

/// The shops and the shoppers.
pub(super) struct World {
    /// In the order of [`super::people::SHOPS`].
    pub(super) shops: Vec<ShopMade>,
    /// In the order of [`super::people::SHOPPERS`].
    pub(super) shoppers: Vec<ShopperMade>,
}

/// A shop with its people and products.
pub(super) struct ShopMade {
    pub(super) id: ShopId,
    /// Packs and ships.
    pub(super) clerk: Caller,
    /// Talks with shoppers.
    pub(super) service: Caller,
    /// The skus of each product, in the order of the shelf.
    pub(super) skus: Vec<Vec<SkuId>>,
}

/// A shopper and where they live.
pub(super) struct ShopperMade {
    pub(super) id: ShopperId,
    pub(super) address: Address,
}

impl World {
    pub(super) fn shop(&self, place: usize) -> Result<&ShopMade> {
        self.shops.get(place).context("no such shop")
    }

    pub(super) fn shopper(&self, place: usize) -> Result<&ShopperMade> {
        self.shoppers.get(place).context("no such shopper")
    }
}

impl ShopMade {
    pub(super) fn sku(&self, product: usize, sku: usize) -> Result<SkuId> {
        self.skus.get(product).and_then(|skus| skus.get(sku)).copied().context("no such sku")
    }
}

/// Far more rounds than a step of the demo needs.
const ROUNDS: usize = 1000;

/// Carries events and does jobs until nothing is due.
pub(super) async fn settle_down(store: &Store) -> Result<()> {
    let done = store.drain(ROUNDS).await?;
    anyhow::ensure!(done, "there is no end to what is due");
    Ok(())
}
