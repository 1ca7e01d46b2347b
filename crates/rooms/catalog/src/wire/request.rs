//! The requests that write and read one product.

use face::wire::{Flag, Id, Int};
use kernel::{AddressId, BrandId, CategoryId, ProductId, SkuId};
use media::Files;
use serde::Deserialize;

use super::part::{
    AttrIn, CertificateIn, DeliverIn, ExpressIn, LimitIn, ServiceIn, SizeChartIn, SpuDeliverIn, TimingIn,
    attrs, certificates, deliver_method, express, limit, presale, service, size_chart, spu_presale, timing,
};
use crate::{
    ChangeFree, Content, Error, Flaw, SkuChange, SkuInput,
    pictures::localise,
    product::{SkuContent, title_has_words},
};

/// The brand that stands for none.
pub(super) const NO_BRAND: i64 = 2_100_000_000;

/// A request of `product/add`.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct AddProduct(Fields);

/// A request of `product/update`.
#[derive(Deserialize)]
pub struct UpdateProduct {
    product_id: Id,
    #[serde(flatten)]
    fields: Fields,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Description {
    imgs: Vec<String>,
    desc: String,
}

#[derive(Deserialize)]
struct Cat {
    cat_id: Id,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct AfterSale {
    after_sale_address_id: Option<Id>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SkuIn {
    sku_id: Option<Id>,
    out_sku_id: String,
    thumb_img: String,
    sale_price: Int,
    market_price: Int,
    stock_num: Option<Int>,
    sku_code: String,
    bar_code: String,
    sku_attrs: Vec<AttrIn>,
    sku_deliver_info: DeliverIn,
}

/// What both have.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Fields {
    out_product_id: String,
    title: String,
    short_title: String,
    sub_title: String,
    head_imgs: Vec<String>,
    desc_info: Description,
    cats: Vec<Cat>,
    cats_v2: Vec<Cat>,
    attrs: Vec<AttrIn>,
    spu_code: String,
    brand_id: Option<Id>,
    qualifications: Vec<String>,
    product_qua_infos: Vec<CertificateIn>,
    deliver_method: Int,
    deliver_acct_type: Vec<Int>,
    express_info: Option<ExpressIn>,
    aftersale_desc: String,
    skus: Vec<SkuIn>,
    limited_info: LimitIn,
    extra_service: ServiceIn,
    listing: Flag,
    after_sale_info: AfterSale,
    size_chart: Option<SizeChartIn>,
    timing_onsale_info: TimingIn,
    spu_deliver_info: SpuDeliverIn,
    release_mode: Int,
}

impl AddProduct {
    /// The command that the request stands for.
    pub fn command(self, files: &Files) -> Result<crate::AddProduct, Error> {
        Ok(self.0.command(files)?)
    }
}

impl UpdateProduct {
    /// The command that the request stands for.
    pub fn command(self, files: &Files) -> Result<crate::UpdateProduct, Error> {
        let product = ProductId(self.product_id.0);
        Ok(crate::UpdateProduct { product, new: self.fields.command(files)? })
    }
}

impl Fields {
    fn command(self, files: &Files) -> Result<crate::AddProduct, Flaw> {
        let title = self.title.trim();
        if !title.is_empty() && !title_has_words(title) {
            return Err(Flaw::TitleNoWords);
        }
        let named = if self.cats_v2.is_empty() { &self.cats } else { &self.cats_v2 };
        let chain: Vec<CategoryId> = named.iter().map(|cat| CategoryId(cat.cat_id.0)).collect();
        let leaf = *chain.last().ok_or(Flaw::CategoryChain)?;
        let list_now = self.listing.0;
        let mut skus: Vec<SkuInput> = Vec::with_capacity(self.skus.len().min(500));
        let mut fields = self;
        skus.extend(std::mem::take(&mut fields.skus).into_iter().map(SkuIn::input));
        let mut content = fields.content(leaf)?;
        localise(files, &mut content, skus.iter_mut().map(|sku| &mut sku.content))?;
        Ok(crate::AddProduct { content, skus, chain: Some(chain), list_now })
    }

    fn content(self, leaf: CategoryId) -> Result<Content, Flaw> {
        let address = self.after_sale_info.after_sale_address_id;
        Ok(Content {
            head_imgs: self.head_imgs,
            short_title: self.short_title,
            sub_title: self.sub_title,
            out_product_id: self.out_product_id,
            spu_code: self.spu_code,
            desc: self.desc_info.desc,
            desc_imgs: self.desc_info.imgs,
            attrs: attrs(self.attrs),
            brand: self.brand_id.filter(|id| id.0 != 0 && id.0 != NO_BRAND).map(|id| BrandId(id.0)),
            qualifications: self.qualifications,
            certificates: certificates(self.product_qua_infos),
            deliver_method: deliver_method(self.deliver_method)?,
            deliver_acct_type: self.deliver_acct_type.iter().map(|kind| kind.0).collect(),
            express: self.express_info.as_ref().map(express),
            aftersale_desc: self.aftersale_desc,
            after_sale_address: address.filter(|id| id.0 != 0).map(|id| AddressId(id.0)),
            limit: limit(&self.limited_info),
            service: service(&self.extra_service),
            size_chart: self.size_chart.map(size_chart),
            timing: timing(&self.timing_onsale_info),
            presale: spu_presale(&self.spu_deliver_info),
            release_mode: self.release_mode.0,
            ..Content::new(self.title, leaf)
        })
    }
}

impl SkuIn {
    fn input(self) -> SkuInput {
        SkuInput {
            id: self.sku_id.filter(|id| id.0 != 0).map(|id| SkuId(id.0)),
            stock: self.stock_num.map(|n| n.0),
            content: SkuContent {
                sale_price: self.sale_price.0,
                market_price: self.market_price.0,
                thumb_img: self.thumb_img,
                attrs: attrs(self.sku_attrs),
                sku_code: self.sku_code,
                out_sku_id: self.out_sku_id,
                bar_code: self.bar_code,
                presale: presale(&self.sku_deliver_info),
            },
        }
    }
}

/// A request of `product/get`.
#[derive(Deserialize)]
pub struct GetProduct {
    product_id: Id,
    data_type: Option<Int>,
}

impl GetProduct {
    /// Which product.
    pub const fn product(&self) -> ProductId {
        ProductId(self.product_id.0)
    }

    /// Whether what is online is wanted: `data_type` 1 or 3, and the usual.
    pub fn wants_online(&self) -> bool {
        matches!(self.data_type, None | Some(Int(1 | 3)))
    }

    /// Whether the draft is wanted: `data_type` 2 or 3.
    pub fn wants_draft(&self) -> bool {
        matches!(self.data_type, Some(Int(2 | 3)))
    }
}

/// A request of `product/auditfree`.
#[derive(Deserialize)]
pub struct AuditFree {
    product_id: Id,
    spu_code: Option<String>,
    #[serde(default)]
    skus: Vec<SkuFree>,
    deliver_method: Option<Int>,
    express_info: Option<ExpressIn>,
    limited_info: Option<LimitIn>,
    /// The same by the name that one SDK gives it.
    limit_info: Option<LimitIn>,
    extra_service: Option<ServiceIn>,
    timing_onsale_info: Option<TimingIn>,
    spu_deliver_info: Option<SpuDeliverIn>,
}

#[derive(Deserialize)]
struct SkuFree {
    sku_id: Id,
    sku_code: Option<String>,
    sale_price: Option<Int>,
    stock_info: Option<StockIn>,
    sku_deliver_info: Option<DeliverIn>,
    #[serde(default)]
    is_delete: Flag,
    status: Option<Int>,
}

#[derive(Deserialize)]
struct StockIn {
    diff_type: Option<Int>,
    num: Int,
}

/// A change of stock that a request of `product/auditfree` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StockChange {
    /// Of which sku.
    pub sku: SkuId,
    /// 1 add, 2 subtract, 3 set; 3 where the request says nothing.
    pub diff_type: i64,
    /// How many pieces.
    pub num: i64,
}

const ADD: i64 = 1;
const SET: i64 = 3;
const ON_SALE: i64 = 5;
const OFF_SALE: i64 = 11;

impl AuditFree {
    /// The command that the request stands for, and the changes of stock that go with it.
    pub fn command(self) -> Result<(ChangeFree, Vec<StockChange>), Error> {
        let mut stock = Vec::new();
        let mut skus = Vec::with_capacity(self.skus.len().min(500));
        for sku in self.skus {
            let id = SkuId(sku.sku_id.0);
            if let Some(change) = &sku.stock_info {
                let diff_type = change.diff_type.map_or(SET, |kind| kind.0);
                if !(ADD..=SET).contains(&diff_type) || change.num.0 < 0 {
                    return Err(Flaw::Argument("skus.stock_info").into());
                }
                stock.push(StockChange { sku: id, diff_type, num: change.num.0 });
            }
            skus.push(sku.change(id)?);
        }
        let cmd = ChangeFree {
            spu_code: self.spu_code,
            skus,
            deliver_method: self.deliver_method.map(deliver_method).transpose()?,
            express: self.express_info.as_ref().map(express),
            limit: self.limited_info.or(self.limit_info).as_ref().map(limit),
            service: self.extra_service.as_ref().map(service),
            timing: self.timing_onsale_info.as_ref().map(timing),
            presale: self.spu_deliver_info.as_ref().map(spu_presale),
            ..ChangeFree::of(ProductId(self.product_id.0))
        };
        Ok((cmd, stock))
    }
}

impl SkuFree {
    fn change(self, id: SkuId) -> Result<SkuChange, Flaw> {
        let on_sale = match self.status {
            None => None,
            Some(Int(ON_SALE)) => Some(true),
            Some(Int(OFF_SALE)) => Some(false),
            Some(_) => return Err(Flaw::Argument("skus.status")),
        };
        Ok(SkuChange {
            sku_code: self.sku_code,
            sale_price: self.sale_price.map(|price| price.0),
            presale: self.sku_deliver_info.as_ref().map(presale),
            on_sale,
            delete: self.is_delete.0,
            ..SkuChange::of(id)
        })
    }
}

#[cfg(test)]
mod tests;
