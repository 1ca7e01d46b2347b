//! Writes drafts: a new product, or a new draft of one.

use kernel::{CategoryId, Ctx, Permission, ProductId, ShopId, SkuId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Command, Tx};

use super::{
    Content, EditStatus, EditStep, Edition, Product, Sku, SkuContent, SkuStatus, Status,
    check::check,
    product,
    product::{CHANGED, Change, News},
    submit::submit,
};
use crate::{Error, Flaw, brand::brand, category::place};

/// A sku, as a merchant hands it in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SkuInput {
    /// Which sku of the product it is; `None` for a new one, or to be found by its `out_sku_id` or its attributes.
    pub id: Option<SkuId>,
    /// What the merchant wrote.
    pub content: SkuContent,
    /// How many pieces there shall be, 0 to 10 000 000; this room hands it on and keeps nothing of it.
    pub stock: Option<i64>,
}

/// A product to be added as a draft.
#[derive(Debug, Clone)]
pub struct AddProduct {
    /// The product as a whole.
    pub content: Content,
    /// Its skus.
    pub skus: Vec<SkuInput>,
    /// The categories from the top of the tree, where the caller named them all; they must be those of the leaf.
    pub chain: Option<Vec<CategoryId>>,
    /// Send it to audit at once.
    pub list_now: bool,
}

/// A product that was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// Its id.
    pub product: ProductId,
    /// Its skus, in the order handed in.
    pub skus: Vec<SkuId>,
    /// When.
    pub created_at: Timestamp,
    /// Where it stands.
    pub status: Status,
    /// Where its draft stands.
    pub edit_status: EditStatus,
    /// What the merchant said of stock, for the room that keeps it.
    pub initial_stock: Vec<(SkuId, i64)>,
}

/// A new draft of a product; it replaces the old one wholly.
#[derive(Debug, Clone)]
pub struct UpdateProduct {
    /// Which.
    pub product: ProductId,
    /// What it shall be.
    pub new: AddProduct,
}

/// A product whose draft was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Updated {
    /// Its id.
    pub product: ProductId,
    /// Its skus, in the order handed in.
    pub skus: Vec<SkuId>,
    /// When.
    pub updated_at: Timestamp,
    /// Where it stands.
    pub status: Status,
    /// Where its draft stands.
    pub edit_status: EditStatus,
    /// What the merchant said of the stock of new skus.
    pub initial_stock: Vec<(SkuId, i64)>,
    /// What the merchant said of the stock of skus that were there: to be set.
    pub set_stock: Vec<(SkuId, i64)>,
}

/// Most pieces of a sku that may be handed in.
pub(crate) const MOST_STOCK: i64 = 10_000_000;

/// Adds a product to the caller's shop, as a draft; sends it to audit where asked.
pub async fn add_product(tx: &mut Tx, ctx: &Ctx, cmd: &AddProduct) -> Result<Added, Error> {
    let shop = ctx.shop(Permission::ProductWrite)?;
    let draft = written(tx, ctx, shop, cmd, &[]).await?;
    let skus: Vec<SkuId> = draft.skus.iter().map(|s| s.id).collect();
    let new = Product {
        shop,
        id: ctx.short_id(),
        status: Status::New,
        edit_status: EditStatus::Editing,
        round: 0,
        version: 1,
        draft,
        online: None,
        created_at: ctx.now,
        edited_at: ctx.now,
        listed_at: None,
        reason: String::new(),
    };
    product::insert(tx, ctx, &new).await?;
    let initial_stock = stock_of(&cmd.skus, &skus, |_| true);
    let last = if cmd.list_now { submit(tx, ctx, new.id).await? } else { new };
    let (status, edit_status) = (last.status, last.edit_status);
    Ok(Added { product: last.id, skus, created_at: ctx.now, status, edit_status, initial_stock })
}

/// Writes a new draft of a product of the caller's shop; what is online stays until the draft has passed an audit.
pub async fn update_product(tx: &mut Tx, ctx: &Ctx, cmd: &UpdateProduct) -> Result<Updated, Error> {
    let shop = ctx.shop(Permission::ProductWrite)?;
    let mut change = Change::of(tx, shop, cmd.product).await?;
    let refusal = change.not_editable();
    if change.product.status == Status::Binned {
        return Err(refusal);
    }
    change.edit(EditStep::Edit, refusal)?;
    let known = known_skus(&change.product);
    let draft = written(tx, ctx, shop, &cmd.new, &known).await?;
    let skus: Vec<SkuId> = draft.skus.iter().map(|s| s.id).collect();
    let is_new = |id: &SkuId| !known.iter().any(|k| k.id == *id);
    let fresh: Vec<Sku> = draft.skus.iter().filter(|s| is_new(&s.id)).cloned().collect();
    change.product.draft = draft;
    change.product.edited_at = ctx.now;
    change.say(News::Updated { change: CHANGED });
    let mut last = change.save(tx, ctx).await?;
    product::add_skus(tx, &last, &fresh.iter().collect::<Vec<_>>()).await?;
    if cmd.new.list_now {
        last = submit(tx, ctx, cmd.product).await?;
    }
    Ok(Updated {
        product: cmd.product,
        updated_at: ctx.now,
        status: last.status,
        edit_status: last.edit_status,
        initial_stock: stock_of(&cmd.new.skus, &skus, is_new),
        set_stock: stock_of(&cmd.new.skus, &skus, |id| !is_new(id)),
        skus,
    })
}

/// The skus of both copies, those of the draft first.
fn known_skus(product: &Product) -> Vec<Sku> {
    let mut known = product.draft.skus.clone();
    let online = product.online.iter().flat_map(|online| &online.skus);
    for sku in online {
        if !known.iter().any(|k| k.id == sku.id) {
            known.push(sku.clone());
        }
    }
    known
}

/// The copy that the merchant has written, checked.
async fn written(
    tx: &mut Tx,
    ctx: &Ctx,
    shop: ShopId,
    cmd: &AddProduct,
    known: &[Sku],
) -> Result<Edition, Error> {
    let place = place(tx, shop, cmd.content.category).await?;
    if let Some(chain) = &cmd.chain {
        check_chain(chain, &place.chain)?;
    }
    if cmd.skus.iter().any(|s| s.stock.is_some_and(|n| !(0..=MOST_STOCK).contains(&n))) {
        return Err(Flaw::Argument("skus.stock").into());
    }
    let skus = numbered(ctx, &cmd.skus, known)?;
    let edition = Edition { content: trimmed(&cmd.content), chain: place.chain, skus };
    check(&edition, &place.leaf.rules, ctx.now)?;
    check_outside(tx, shop, &edition).await?;
    Ok(edition)
}

fn check_chain(named: &[CategoryId], real: &[CategoryId; 3]) -> Result<(), Flaw> {
    match named {
        [_, _, _] if named == real => Ok(()),
        [_, _, _] => Err(Flaw::CategoryUnknown),
        _ => Err(Flaw::CategoryChain),
    }
}

/// What can't be seen in the copy itself: its brand is there, its pictures are the shop's.
pub(super) async fn check_outside(tx: &mut Tx, shop: ShopId, edition: &Edition) -> Result<(), Error> {
    if let Some(id) = edition.content.brand {
        brand(tx, id).await?.filter(|b| !b.retired).ok_or(Flaw::Argument("brand"))?;
    }
    let absent = media::missing(tx, shop, &edition.pictures()).await?;
    if absent.is_empty() { Ok(()) } else { Err(Flaw::Picture.into()) }
}

fn trimmed(content: &Content) -> Content {
    let trim = |text: &str| text.trim().to_owned();
    Content {
        title: trim(&content.title),
        short_title: trim(&content.short_title),
        sub_title: trim(&content.sub_title),
        ..content.clone()
    }
}

/// Gives each sku its id: the one it names, that of the known sku it equals, or a new one.
fn numbered(ctx: &Ctx, inputs: &[SkuInput], known: &[Sku]) -> Result<Vec<Sku>, Flaw> {
    let mut skus: Vec<Sku> = Vec::with_capacity(inputs.len().min(super::check::MOST_SKUS));
    if inputs.len() > super::check::MOST_SKUS {
        return Err(Flaw::SkuCount);
    }
    for input in inputs {
        let free = |sku: &&Sku| !skus.iter().any(|s| s.id == sku.id);
        let old = match input.id {
            Some(id) => {
                Some(known.iter().filter(free).find(|k| k.id == id).ok_or(Flaw::Argument("skus.sku_id"))?)
            }
            None => known.iter().filter(free).find(|k| is_same(&k.content, &input.content)),
        };
        let id = old.map_or_else(|| ctx.short_id(), |k| k.id);
        let status = old.map_or(SkuStatus::On, |k| k.status);
        skus.push(Sku { id, status, content: input.content.clone() });
    }
    Ok(skus)
}

/// Whether two contents speak of the same sku.
fn is_same(a: &SkuContent, b: &SkuContent) -> bool {
    if a.out_sku_id.is_empty() || b.out_sku_id.is_empty() {
        a.attrs == b.attrs
    } else {
        a.out_sku_id == b.out_sku_id
    }
}

fn stock_of(inputs: &[SkuInput], ids: &[SkuId], wanted: impl Fn(&SkuId) -> bool) -> Vec<(SkuId, i64)> {
    let both = ids.iter().zip(inputs).filter(|(id, _)| wanted(id));
    both.filter_map(|(id, input)| Some((*id, input.stock?))).collect()
}

impl Command for AddProduct {
    type Out = Added;
    type Err = Error;
    const NAME: &'static str = "catalog.add_product";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Added, Error> {
        add_product(tx, ctx, self).await
    }
}

impl Command for UpdateProduct {
    type Out = Updated;
    type Err = Error;
    const NAME: &'static str = "catalog.update_product";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Updated, Error> {
        update_product(tx, ctx, self).await
    }
}

#[cfg(test)]
mod tests;
