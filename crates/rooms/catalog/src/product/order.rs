//! What an order needs to know of the skus in it.

use kernel::{CategoryId, ProductId, ShopId, SkuId};
use store::{Error, Row, Tx, p};

use super::{BuyLimit, DeliverMethod, SkuStatus, Status};
use crate::sql;

/// A sku, as an order keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderSku {
    /// Which.
    pub sku: SkuId,
    /// Of which product.
    pub product: ProductId,
    /// The product's title.
    pub title: String,
    /// The merchant's own code of the sku; may be empty.
    pub sku_code: String,
    /// The sku's attributes as JSON: `[{"attr_key":…,"attr_value":…}]`.
    pub attrs: String,
    /// Path of its picture, `/media/{key}`.
    pub thumb: String,
    /// What it is sold for, minor units of the shop's currency.
    pub sale_price: i64,
    /// What it is worth, minor units.
    pub market_price: i64,
    /// It may be ordered: its product is on sale, and it is too.
    pub listed: bool,
    /// The merchant's own id of the product; may be empty.
    pub out_product_id: String,
    /// The merchant's own id of the sku; may be empty.
    pub out_sku_id: String,
    /// The leaf of the tree that the product lies in.
    pub category: CategoryId,
    /// How it reaches its buyer.
    pub deliver_method: DeliverMethod,
    /// Weight of a piece in grams; 0 where nobody has said.
    pub weight_g: i64,
    /// How much one buyer may buy of the product.
    pub limit: Option<BuyLimit>,
}

/// These skus of the shop, in the order asked; those that the shop does not have are left out. One statement a sku,
/// in one round trip.
pub async fn skus_for_order(tx: &mut Tx, shop: ShopId, skus: &[SkuId]) -> Result<Vec<OrderSku>, Error> {
    let keys = skus.iter().map(|sku| p![shop, *sku]).collect();
    let found = tx.opt_all(sql::ORDER_SKU, keys, from_row).await?;
    Ok(found.into_iter().flatten().collect())
}

/// Whether the shop has this sku of this product, be it in a draft only. Skus that are gone are not.
pub async fn sku_exists(tx: &mut Tx, shop: ShopId, product: ProductId, sku: SkuId) -> Result<bool, Error> {
    Ok(tx.opt(sql::SKU_EXISTS, p![shop, sku, product, SkuStatus::Gone], |_| Ok(())).await?.is_some())
}

/// What stands for or against a change of a product's stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StockGate {
    /// The product was on sale at some time.
    pub ever_listed: bool,
    /// Its draft is in audit.
    pub in_audit: bool,
}

/// The gate of a sku's stock; `None` where the shop has no such sku of this product.
pub async fn stock_gate(
    tx: &mut Tx,
    shop: ShopId,
    product: ProductId,
    sku: SkuId,
) -> Result<Option<StockGate>, Error> {
    tx.opt(sql::STOCK_GATE, p![shop, sku, product, SkuStatus::Gone], |r| {
        let listed_at: Option<kernel::Timestamp> = r.get(0)?;
        let in_audit = r.get::<super::EditStatus>(1)? == super::EditStatus::Auditing;
        Ok(StockGate { ever_listed: listed_at.is_some(), in_audit })
    })
    .await
}

/// The skus of products of the shop, by product, those that are gone left out.
pub async fn skus_of(tx: &mut Tx, shop: ShopId, product: ProductId) -> Result<Vec<SkuId>, Error> {
    tx.all(sql::SKUS_OF, p![shop, product, SkuStatus::Gone], |r| r.get(0)).await
}

fn from_row(row: &Row<'_>) -> Result<OrderSku, Error> {
    let sold: SkuStatus = row.get(8)?;
    let on_sale: Status = row.get(9)?;
    let period: i64 = row.get(15)?;
    let most = row.get(16)?;
    Ok(OrderSku {
        sku: row.get(0)?,
        product: row.get(1)?,
        title: row.get(2)?,
        sku_code: row.get(3)?,
        attrs: row.get(4)?,
        thumb: row.get(5)?,
        sale_price: row.get(6)?,
        market_price: row.get(7)?,
        listed: sold == SkuStatus::On && on_sale == Status::Listed,
        out_product_id: row.get(10)?,
        out_sku_id: row.get(11)?,
        category: row.get(12)?,
        deliver_method: DeliverMethod::of(row.get(13)?).unwrap_or_default(),
        weight_g: row.get(14)?,
        limit: (period != 0).then_some(BuyLimit { period, most }),
    })
}
