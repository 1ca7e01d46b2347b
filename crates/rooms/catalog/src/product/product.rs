//! A product as the database keeps it, and the one way to change it.

use kernel::{Ctx, ProductId, Scope, ShopId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Error as StoreError, Params, Row, Tx, p};
use utoipa::ToSchema;

use super::{EditStatus, EditStep, Edition, Sku, SkuStatus, Status, Step};
use crate::{
    Error,
    event::{ProductAudited, ProductDelisted, ProductListed, ProductUpdated},
    fold::fold,
    sql,
};

/// A product with both of its copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Whose.
    pub shop: ShopId,
    /// Its id, below 2^53.
    pub id: ProductId,
    /// Where it stands with its buyers.
    pub status: Status,
    /// Where its draft stands.
    pub edit_status: EditStatus,
    /// How often a draft was sent to audit.
    pub round: i64,
    /// Grows with each change.
    pub version: i64,
    /// What is being edited.
    pub draft: Edition,
    /// What is sold, or was; `None` before the first audit is passed.
    pub online: Option<Edition>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When its draft was last written.
    pub edited_at: Timestamp,
    /// When it last went on sale.
    pub listed_at: Option<Timestamp>,
    /// Why it was refused, or taken off by the platform; empty otherwise.
    pub reason: String,
}

impl Product {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let online: Option<String> = row.get(7)?;
        Ok(Self {
            shop: row.get(0)?,
            id: row.get(1)?,
            status: row.get(2)?,
            edit_status: row.get(3)?,
            round: row.get(4)?,
            version: row.get(5)?,
            draft: row.json(6)?,
            online: online.as_deref().map(edition).transpose()?,
            created_at: row.get(8)?,
            edited_at: row.get(9)?,
            listed_at: row.get(10)?,
            reason: row.get(11)?,
        })
    }

    /// What lists and orders see: what is online, or the draft while nothing is.
    pub fn face(&self) -> &Edition {
        self.online.as_ref().unwrap_or(&self.draft)
    }
}

/// Where a product stands after it was moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = catalog::Standing)]
pub struct Standing {
    /// Which.
    #[schema(value_type = String)]
    pub product: ProductId,
    /// Where it stands with its buyers.
    pub status: Status,
    /// Where its draft stands.
    pub edit_status: EditStatus,
    /// How often a draft was sent to audit.
    pub round: i64,
    /// Grows with each change.
    pub version: i64,
    /// Why it was refused, or taken off by the platform; empty otherwise.
    pub reason: String,
}

impl From<Product> for Standing {
    fn from(product: Product) -> Self {
        let Product { id, status, edit_status, round, version, reason, .. } = product;
        Self { product: id, status, edit_status, round, version, reason }
    }
}

/// Reads a stored copy.
pub(crate) fn edition(text: &str) -> Result<Edition, StoreError> {
    serde_json::from_str(text)
        .map_err(|e| StoreError::internal(format!("a stored product can't be read: {e}")))
}

fn stored<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::internal(format!("a product can't be stored: {e}")))
}

/// The product, also one that is in the bin; `None` for one that is erased or unknown. Asks for no permission: for
/// other rooms.
pub async fn product(tx: &mut Tx, shop: ShopId, id: ProductId) -> Result<Option<Product>, StoreError> {
    let found = tx.opt(sql::PRODUCT, p![shop, id], Product::from_row).await?;
    Ok(found.filter(|product| product.status != Status::Erased))
}

/// What is told of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    Audited { passed: bool },
    Listed,
    Delisted,
    Updated { change: i64 },
}

/// `change` of [`ProductUpdated`].
pub(crate) const CHANGED: i64 = 0;
pub(crate) const ADDED: i64 = 1;
pub(crate) const DELETED: i64 = 2;
pub(crate) const ERASED: i64 = 3;

/// A product being changed: nothing is written before [`Change::save`].
pub(crate) struct Change {
    pub(crate) product: Product,
    old_version: i64,
    news: Vec<News>,
    write_skus: bool,
}

impl Change {
    /// Begins a change.
    pub(crate) async fn of(tx: &mut Tx, shop: ShopId, id: ProductId) -> Result<Self, Error> {
        let product = product(tx, shop, id).await?.ok_or(Error::NotFound)?;
        Ok(Self { old_version: product.version, product, news: Vec::new(), write_skus: false })
    }

    pub(crate) fn say(&mut self, news: News) {
        self.news.push(news);
    }

    /// Moves the product, or refuses with `refusal`.
    pub(crate) fn step(&mut self, step: Step, refusal: Error) -> Result<(), Error> {
        self.product.status = self.product.status.after(step).ok_or(refusal)?;
        Ok(())
    }

    /// Moves the draft, or refuses with `refusal`.
    pub(crate) fn edit(&mut self, step: EditStep, refusal: Error) -> Result<(), Error> {
        self.product.edit_status = self.product.edit_status.after(step).ok_or(refusal)?;
        Ok(())
    }

    /// That the product can't be edited, with where it stands.
    pub(crate) const fn not_editable(&self) -> Error {
        Error::NotEditable { status: self.product.status, edit_status: self.product.edit_status }
    }

    /// The skus' rows shall become what is online.
    pub(crate) const fn publish_skus(&mut self) {
        self.write_skus = true;
    }

    /// Writes the product and says the news, each under a version of its own.
    pub(crate) async fn save(mut self, tx: &mut Tx, ctx: &Ctx) -> Result<Product, Error> {
        let steps = i64::try_from(self.news.len().max(1)).unwrap_or(1);
        self.product.version = self.old_version + steps;
        let saved = tx.exec(sql::UPDATE_PRODUCT, update_params(&self.product, self.old_version)?).await?;
        if saved == 0 {
            return Err(Error::Raced);
        }
        if self.write_skus {
            write_skus(tx, &self.product).await?;
        }
        let in_shop = ctx.as_system(Scope::Shop(self.product.shop));
        for (version, news) in (self.old_version + 1..).zip(&self.news) {
            tell(tx, &in_shop, &self.product, version, *news)?;
        }
        Ok(self.product)
    }
}

fn tell(tx: &mut Tx, ctx: &Ctx, product: &Product, version: i64, news: News) -> Result<(), StoreError> {
    let (id, round, status) = (product.id, product.round, product.status.number());
    match news {
        News::Audited { passed } => tx.say(ctx, &ProductAudited { product: id, round, passed, version }),
        News::Listed => tx.say(ctx, &ProductListed { product: id, version }),
        News::Delisted => tx.say(ctx, &ProductDelisted { product: id, status, version }),
        News::Updated { change } => tx.say(ctx, &ProductUpdated { product: id, change, version }),
    }
}

/// Writes a product that is not there yet, with its skus as a draft has them.
pub(crate) async fn insert(tx: &mut Tx, ctx: &Ctx, product: &Product) -> Result<(), Error> {
    let edition = &product.draft;
    let content = &edition.content;
    let [top, middle, leaf] = edition.chain;
    let limit = content.limit.map_or((0, 0), |l| (l.period, l.most));
    let params = p![
        product.shop,
        product.id,
        product.status,
        product.edit_status,
        product.round,
        product.version,
        &content.title,
        fold(&content.title),
        &content.out_product_id,
        edition.thumb(),
        top,
        middle,
        leaf,
        edition.min_price(),
        edition.market_price(),
        content.deliver_method.number(),
        content.express.as_ref().and_then(|e| e.weight_g).unwrap_or(0),
        limit.0,
        limit.1,
        stored(edition)?,
        product.created_at,
        product.edited_at,
        ""
    ];
    tx.exec(sql::INSERT_PRODUCT, params).await?;
    add_skus(tx, product, &edition.skus.iter().collect::<Vec<_>>()).await?;
    let in_shop = ctx.as_system(Scope::Shop(product.shop));
    Ok(tell(tx, &in_shop, product, product.version, News::Updated { change: ADDED })?)
}

fn update_params(product: &Product, old_version: i64) -> Result<Params<'_>, StoreError> {
    let edition = product.face();
    let content = &edition.content;
    let [top, middle, leaf] = edition.chain;
    let limit = content.limit.map_or((0, 0), |l| (l.period, l.most));
    Ok(p![
        product.shop,
        product.id,
        old_version,
        product.status,
        product.edit_status,
        product.round,
        product.version,
        &content.title,
        fold(&content.title),
        &content.out_product_id,
        edition.thumb(),
        top,
        middle,
        leaf,
        edition.min_price(),
        edition.market_price(),
        content.deliver_method.number(),
        content.express.as_ref().and_then(|e| e.weight_g).unwrap_or(0),
        limit.0,
        limit.1,
        stored(&product.draft)?,
        product.online.as_ref().map(stored).transpose()?,
        product.edited_at,
        product.listed_at,
        &product.reason
    ])
}

/// Adds the rows of skus that a draft has for the first time.
pub(crate) async fn add_skus(tx: &mut Tx, product: &Product, skus: &[&Sku]) -> Result<(), Error> {
    let mut rows = Vec::with_capacity(skus.len());
    for sku in skus {
        let content = &sku.content;
        rows.push(p![
            product.shop,
            sku.id,
            product.id,
            SkuStatus::Draft,
            &content.sku_code,
            &content.out_sku_id,
            stored(&content.attrs)?,
            thumb(&product.draft, sku),
            content.sale_price,
            content.market_price
        ]);
    }
    if !rows.is_empty() {
        tx.exec_many(sql::INSERT_SKU, &rows).await?;
    }
    Ok(())
}

/// Makes the skus' rows what is online; those that are not are gone, unless a draft has them still.
async fn write_skus(tx: &mut Tx, product: &Product) -> Result<(), Error> {
    let Some(online) = &product.online else { return Ok(()) };
    let in_draft = |sku: &&Sku| !online.skus.iter().any(|o| o.id == sku.id);
    let drafts =
        product.draft.skus.iter().filter(in_draft).map(|sku| (sku, SkuStatus::Draft, &product.draft));
    let mut rows = Vec::new();
    for (sku, status, edition) in online.skus.iter().map(|sku| (sku, sku.status, online)).chain(drafts) {
        let content = &sku.content;
        rows.push(p![
            product.shop,
            sku.id,
            product.id,
            status,
            &content.sku_code,
            &content.out_sku_id,
            stored(&content.attrs)?,
            thumb(edition, sku),
            content.sale_price,
            content.market_price
        ]);
    }
    tx.exec(sql::CLEAR_SKUS, p![product.shop, product.id, SkuStatus::Gone]).await?;
    if !rows.is_empty() {
        tx.exec_many(sql::UPDATE_SKU, &rows).await?;
    }
    Ok(())
}

/// A sku without a picture shows the product's.
fn thumb<'a>(edition: &'a Edition, sku: &'a Sku) -> &'a str {
    if sku.content.thumb_img.is_empty() { edition.thumb() } else { &sku.content.thumb_img }
}
