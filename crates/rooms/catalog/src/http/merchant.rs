//! A shop's products, for its own staff.

use axum::{Json, extract::State};
use face::{App, Body, IdPath, Keyed, Paging, Params, Problem, ProblemBody, Rest, Who};
use kernel::{CategoryId, Cursor, ProductId, SkuId, Timestamp};
use media::Files;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    AddProduct, AuditRecord, AuditState, BuyLimit, ChangeFree, Content, EditStatus, Edition, Express, Filter,
    Listed, Presale, Product, Service, SkuChange, SkuInput, Status, Timing, UpdateProduct,
    pictures::localise, product::SkuContent,
};

/// Which products.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Of this status.
    status: Option<Status>,
    /// With this text in the title.
    q: Option<String>,
    /// Rows a page, 1 to 100.
    size: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// A product in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = catalog::ProductLine)]
pub(super) struct ProductLine {
    /// Its id.
    #[schema(value_type = String)]
    id: ProductId,
    /// Where it stands with its buyers.
    status: Status,
    /// Where its draft stands.
    edit_status: EditStatus,
    /// The title that is online, or the draft's.
    title: String,
    /// Path of its first picture.
    thumb: String,
    /// The lowest price among its skus, minor units.
    min_price: i64,
    /// The leaf of the tree that it lies in.
    #[schema(value_type = String)]
    category_id: CategoryId,
    /// When its draft was last written, ms.
    edited_at: i64,
    /// When it last went on sale, ms.
    listed_at: Option<i64>,
    /// Why it was refused, or taken off by the platform.
    reason: String,
}

impl From<Listed> for ProductLine {
    fn from(listed: Listed) -> Self {
        Self {
            id: listed.product,
            status: listed.status,
            edit_status: listed.edit_status,
            title: listed.title,
            thumb: listed.thumb,
            min_price: listed.min_price,
            category_id: listed.category,
            edited_at: listed.edited_at.ms(),
            listed_at: listed.listed_at.map(Timestamp::ms),
            reason: listed.reason,
        }
    }
}

/// A page of products.
#[derive(Serialize, ToSchema)]
#[schema(as = catalog::ProductLines)]
pub(super) struct ProductLines {
    /// The products.
    items: Vec<ProductLine>,
    /// Where the next page begins.
    next: Option<String>,
}

/// The products of the caller's shop, the newest first.
#[utoipa::path(get, path = "/api/v1/products", tag = "products", params(Which),
    responses((status = 200, body = ProductLines), (status = 403, body = ProblemBody)))]
pub(super) async fn list(
    State(app): State<App>,
    Who(caller): Who,
    Params(which): Params<Which>,
) -> Rest<ProductLines> {
    let paging = Paging { size: which.size, after: which.after };
    let (after, size) = (paging.cursor(Cursor::NEWEST)?, paging.size()?);
    let filter = Filter { status: which.status, text: which.q.unwrap_or_default() };
    let ctx = app.store.ctx(&caller).await?;
    let page = crate::list(&mut *app.store.read().await?, &ctx, &filter, after, size).await?;
    let page = page.map(ProductLine::from);
    Ok(Json(ProductLines { items: page.items, next: page.next }))
}

/// A sku to be written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::SkuInput)]
pub(super) struct SkuIn {
    /// Which sku of the product; left out for a new one.
    #[schema(value_type = Option<String>)]
    id: Option<SkuId>,
    /// What it shall be.
    content: SkuContent,
}

/// A product to be written. Pictures are paths or full addresses of pictures that the shop has stored.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::ProductInput)]
pub(super) struct ProductInput {
    /// The product as a whole.
    content: Content,
    /// Its skus, 1 to 500.
    skus: Vec<SkuIn>,
    /// Send the draft to audit at once.
    #[serde(default)]
    list_now: bool,
}

impl ProductInput {
    fn command(self, app: &App) -> Result<AddProduct, Problem> {
        let mut content = self.content;
        let input = |sku: SkuIn| SkuInput { id: sku.id, content: sku.content, stock: None };
        let mut skus: Vec<SkuInput> = self.skus.into_iter().map(input).collect();
        let files = app.service::<Files>()?;
        localise(&files, &mut content, skus.iter_mut().map(|sku| &mut sku.content))
            .map_err(crate::Error::from)?;
        Ok(AddProduct { content, skus, chain: None, list_now: self.list_now })
    }
}

/// A product whose draft was written.
#[derive(Serialize, ToSchema)]
#[schema(as = catalog::ProductWritten)]
pub(super) struct ProductWritten {
    /// Its id.
    #[schema(value_type = String)]
    id: ProductId,
    /// Its skus, in the order sent.
    #[schema(value_type = Vec<String>)]
    sku_ids: Vec<SkuId>,
    /// Where it stands with its buyers.
    status: Status,
    /// Where its draft stands.
    edit_status: EditStatus,
}

/// Adds a product as a draft. Its stock is set by the routes of stock.
#[utoipa::path(post, path = "/api/v1/products", tag = "products", request_body = ProductInput,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ProductWritten), (status = 400, body = ProblemBody)))]
pub(super) async fn add(State(app): State<App>, keyed: Keyed<ProductInput>) -> Rest<ProductWritten> {
    let cmd = keyed.body.command(&app)?;
    let added = app.store.once(&keyed.caller, keyed.key, cmd).await?;
    let (status, edit_status) = (added.status, added.edit_status);
    Ok(Json(ProductWritten { id: added.product, sku_ids: added.skus, status, edit_status }))
}

/// Writes a new draft of a product; what is online stays until it has passed an audit.
#[utoipa::path(put, path = "/api/v1/products/{id}", tag = "products", request_body = ProductInput,
    params(("id" = String, Path)),
    responses((status = 200, body = ProductWritten), (status = 404, body = ProblemBody)))]
pub(super) async fn overwrite(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(product): IdPath<ProductId>,
    Body(input): Body<ProductInput>,
) -> Rest<ProductWritten> {
    let cmd = UpdateProduct { product, new: input.command(&app)? };
    let updated = app.store.write(&caller, cmd).await?;
    let (status, edit_status) = (updated.status, updated.edit_status);
    Ok(Json(ProductWritten { id: updated.product, sku_ids: updated.skus, status, edit_status }))
}

/// What to change about a sku without an audit; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::SkuChangeInput)]
pub(super) struct SkuChangeIn {
    /// Which sku of the product.
    #[schema(value_type = String)]
    id: SkuId,
    /// The merchant's own code.
    sku_code: Option<String>,
    /// What it is sold for, minor units.
    sale_price: Option<i64>,
    /// Sold, or not.
    on_sale: Option<bool>,
    /// Take it out of the product.
    #[serde(default)]
    delete: bool,
}

/// What to change about a product without an audit; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::ChangeFreeInput)]
pub(super) struct ChangeFreeIn {
    /// The merchant's own code.
    spu_code: Option<String>,
    /// Skus to change.
    #[serde(default)]
    skus: Vec<SkuChangeIn>,
    /// The terms of delivery by express.
    express: Option<Express>,
    /// How much one buyer may buy; a period of 0 lifts the limit.
    limit: Option<BuyLimit>,
    /// What the shop promises.
    service: Option<Service>,
    /// When it goes on sale by itself.
    timing: Option<Timing>,
    /// A presale of the product as a whole.
    presale: Option<Presale>,
}

impl ChangeFreeIn {
    fn command(self, product: ProductId) -> ChangeFree {
        let sku = |sku: SkuChangeIn| SkuChange {
            sku_code: sku.sku_code,
            sale_price: sku.sale_price,
            on_sale: sku.on_sale,
            delete: sku.delete,
            ..SkuChange::of(sku.id)
        };
        ChangeFree {
            spu_code: self.spu_code,
            skus: self.skus.into_iter().map(sku).collect(),
            express: self.express,
            limit: self.limit.map(|limit| (limit.period != 0).then_some(limit)),
            service: self.service,
            timing: self.timing.map(Some),
            presale: self.presale.map(Some),
            ..ChangeFree::of(product)
        }
    }
}

/// A product that was changed.
#[derive(Serialize, ToSchema)]
#[schema(as = catalog::ProductChanged)]
pub(super) struct ProductChanged {
    /// Its id.
    #[schema(value_type = String)]
    id: ProductId,
    /// Grows with each change.
    version: i64,
}

/// Changes prices and terms at once, without an audit.
#[utoipa::path(patch, path = "/api/v1/products/{id}", tag = "products", request_body = ChangeFreeIn,
    params(("id" = String, Path)),
    responses((status = 200, body = ProductChanged), (status = 409, body = ProblemBody)))]
pub(super) async fn change_free(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(product): IdPath<ProductId>,
    Body(input): Body<ChangeFreeIn>,
) -> Rest<ProductChanged> {
    let changed = app.store.write(&caller, input.command(product)).await?;
    Ok(Json(ProductChanged { id: changed.product, version: changed.version }))
}

/// A product with both of its copies.
#[derive(Serialize, ToSchema)]
#[schema(as = catalog::ProductCopies)]
pub(super) struct ProductCopies {
    /// Its id.
    #[schema(value_type = String)]
    id: ProductId,
    /// Where it stands with its buyers.
    status: Status,
    /// Where its draft stands.
    edit_status: EditStatus,
    /// How often a draft was sent to audit.
    round: i64,
    /// What is being edited.
    draft: Edition,
    /// What is online.
    online: Option<Edition>,
    /// When it was added, ms.
    created_at: i64,
    /// When its draft was last written, ms.
    edited_at: i64,
    /// When it last went on sale, ms.
    listed_at: Option<i64>,
    /// Why it was refused, or taken off by the platform.
    reason: String,
}

impl From<Product> for ProductCopies {
    fn from(product: Product) -> Self {
        Self {
            id: product.id,
            status: product.status,
            edit_status: product.edit_status,
            round: product.round,
            draft: product.draft,
            online: product.online,
            created_at: product.created_at.ms(),
            edited_at: product.edited_at.ms(),
            listed_at: product.listed_at.map(Timestamp::ms),
            reason: product.reason,
        }
    }
}

/// A product of the caller's shop with both of its copies.
#[utoipa::path(get, path = "/api/v1/products/{id}/copies", tag = "products", params(("id" = String, Path)),
    responses((status = 200, body = ProductCopies), (status = 404, body = ProblemBody)))]
pub(super) async fn copies(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(id): IdPath<ProductId>,
) -> Rest<ProductCopies> {
    let ctx = app.store.ctx(&caller).await?;
    Ok(Json(crate::own(&mut *app.store.read().await?, &ctx, id).await?.into()))
}

/// An audit that was.
#[derive(Serialize, ToSchema)]
#[schema(as = catalog::AuditView)]
pub(super) struct AuditView {
    /// Which audit of the product.
    round: i64,
    /// Where it stands.
    state: AuditState,
    /// Why it was refused.
    reason: String,
    /// When it was asked for, ms.
    submitted_at: i64,
    /// When it was over, ms.
    decided_at: Option<i64>,
}

impl From<AuditRecord> for AuditView {
    fn from(record: AuditRecord) -> Self {
        Self {
            round: record.round,
            state: record.state,
            reason: record.reason,
            submitted_at: record.submitted_at.ms(),
            decided_at: record.decided_at.map(Timestamp::ms),
        }
    }
}

/// The last audits of a product of the caller's shop, the latest first.
#[utoipa::path(get, path = "/api/v1/products/{id}/audits", tag = "products", params(("id" = String, Path)),
    responses((status = 200, body = Vec<AuditView>), (status = 403, body = ProblemBody)))]
pub(super) async fn audits(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(id): IdPath<ProductId>,
) -> Rest<Vec<AuditView>> {
    let ctx = app.store.ctx(&caller).await?;
    let all = crate::audits(&mut *app.store.read().await?, &ctx, id).await?;
    Ok(Json(all.into_iter().map(AuditView::from).collect()))
}
