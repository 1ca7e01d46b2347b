//! The answers that show one product.

use jiff::tz::{TimeZone, offset};
use kernel::{SkuId, Timestamp};
use media::Files;
use serde_json::{Value, json};
use std::{collections::HashMap, hash::BuildHasher};

use super::{
    part::{certificate_out, express_out, limit_out, presale_out, service_out, spu_presale_out, timing_out},
    request::{GetProduct, NO_BRAND},
};
use crate::{Added, Edition, Product, Sku, Updated};

/// `yyyy-MM-dd HH:mm:ss` in Shanghai, where the clocks are not moved.
fn local_text(at: Timestamp) -> String {
    at.local_text(&TimeZone::fixed(offset(8)))
}

/// The members of the answer to `product/add`. Here the id is a number.
pub fn added(added: &Added) -> Value {
    json!({ "data": { "product_id": added.product.0, "create_time": local_text(added.created_at) } })
}

/// The members of the answer to `product/update`. Here the id is text.
pub fn updated(updated: &Updated) -> Value {
    json!({ "data": { "product_id": updated.product, "update_time": local_text(updated.updated_at) } })
}

/// The members of the answer to `product/get`: the copies that are wanted and there. `stock` is what the skus have;
/// one that is not in it has none.
pub fn product_answer<S: BuildHasher>(
    product: &Product,
    request: &GetProduct,
    stock: &HashMap<SkuId, i64, S>,
    files: &Files,
) -> Value {
    let mut members = serde_json::Map::new();
    if let Some(online) = product.online.as_ref().filter(|_| request.wants_online()) {
        members.insert("product".to_owned(), copy(product, online, stock, files));
    }
    if request.wants_draft() {
        members.insert("edit_product".to_owned(), copy(product, &product.draft, stock, files));
    }
    Value::Object(members)
}

fn copy<S: BuildHasher>(
    product: &Product,
    edition: &Edition,
    stock: &HashMap<SkuId, i64, S>,
    files: &Files,
) -> Value {
    let content = &edition.content;
    let pictures = |paths: &[String]| paths.iter().map(|path| files.absolute(path)).collect::<Vec<_>>();
    let chain: Vec<Value> = edition.chain.iter().map(|id| json!({ "cat_id": id })).collect();
    let skus: Vec<Value> = edition.skus.iter().map(|sku| one_sku(sku, edition, stock, files)).collect();
    let certificates: Vec<Value> = content.certificates.iter().map(|c| certificate_out(files, c)).collect();
    let mut out = json!({
        "product_id": product.id,
        "out_product_id": content.out_product_id,
        "title": content.title,
        "short_title": content.short_title,
        "sub_title": content.sub_title,
        "head_imgs": pictures(&content.head_imgs),
        "desc_info": { "imgs": pictures(&content.desc_imgs), "desc": content.desc },
        "cats": chain,
        "cats_v2": chain,
        "attrs": content.attrs,
        "spu_code": content.spu_code,
        "brand_id": content.brand.map_or(NO_BRAND, |id| id.0).to_string(),
        "qualifications": pictures(&content.qualifications),
        "product_qua_infos": certificates,
        "deliver_method": content.deliver_method.number(),
        "deliver_acct_type": content.deliver_acct_type,
        "aftersale_desc": content.aftersale_desc,
        "status": product.status.number(),
        "edit_status": product.edit_status.number(),
        "min_price": edition.min_price(),
        "skus": skus,
        "limited_info": limit_out(content.limit),
        "extra_service": service_out(content.service),
        "product_type": 1,
        "create_time": local_text(product.created_at),
        "edit_time": product.edited_at.secs(),
        "timing_onsale_info": timing_out(content.timing),
        "spu_deliver_info": spu_presale_out(content.presale),
        "release_mode": content.release_mode,
    });
    if let Some(express) = &content.express {
        out["express_info"] = express_out(express);
    }
    if let Some(address) = content.after_sale_address {
        out["after_sale_info"] = json!({ "after_sale_address_id": address });
    }
    if let Some(chart) = &content.size_chart {
        out["size_chart"] = json!(chart);
    }
    out
}

fn one_sku<S: BuildHasher>(
    sku: &Sku,
    edition: &Edition,
    stock: &HashMap<SkuId, i64, S>,
    files: &Files,
) -> Value {
    let content = &sku.content;
    let thumb = if content.thumb_img.is_empty() { edition.thumb() } else { &content.thumb_img };
    json!({
        "sku_id": sku.id,
        "out_sku_id": content.out_sku_id,
        "out_product_id": edition.content.out_product_id,
        "thumb_img": files.absolute(thumb),
        "sale_price": content.sale_price,
        "market_price": content.market_price,
        "stock_num": stock.get(&sku.id).copied().unwrap_or(0),
        "sku_code": content.sku_code,
        "bar_code": content.bar_code,
        "sku_attrs": content.attrs,
        "status": sku.status.number(),
        "sku_deliver_info": presale_out(content.presale),
    })
}
