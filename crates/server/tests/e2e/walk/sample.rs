//! A body that fits an operation: from its shape, with real ids where ids belong.

use serde_json::{Map, Value, json};

use super::{
    places::Context,
    shape::{Field, Kind, Shape},
};

/// Values by the name of a member, or of a schema and a member of it. `$name` is an id of the context, `-` leaves
/// the member out.
const SAMPLES: &[(&str, &str)] = &[
    ("shop_id", "$shop"),
    ("shop", "$shop"),
    ("sku_id", "$sku"),
    ("sku", "$sku"),
    ("product_id", "$product"),
    ("order_id", "$order"),
    ("product", "$product"),
    ("brand", "-"),
    ("phone", "13800000999"),
    ("login", "walk.somebody"),
    ("password", "walking-by-42"),
    ("tel_number", "020-81167888"),
    ("landline", "020-81167888"),
    ("postal_code", "510000"),
    ("national_code", "440105"),
    ("currency", "CNY"),
    ("quantity", "1"),
    ("AppInput.shop_id", "-"),
    ("CodeLogin.phone", "$phone"),
    ("CodeLogin.code", "$code"),
    ("JsCodeRequest.appid", "$mini"),
    ("LoginInput.login", "$login"),
    ("LoginInput.password", "kaidian-demo"),
    ("PasswordChange.old_password", "kaidian-demo"),
    ("PasswordChange.new_password", "walking-by-42"),
    ("LinePriceIn.price", "$cheap"),
    ("PlaceIn.expected_total", "-"),
    ("RepriceIn.freight", "0"),
    ("RoleInput.role", "clerk"),
    ("StaffInput.role", "clerk"),
    ("ShipParcelIn.delivery_id", "SF"),
    ("ShipParcelIn.waybill_id", "SF2026900001"),
    ("ShipParcelIn.no_logistics", "false"),
    ("StartIn.channel", "sandbox"),
    ("StartIn.return_path", "/orders"),
    ("catalog.CategoryInput.parent_id", "-"),
    ("catalog.CategoryRules.brands", "[]"),
    ("catalog.CategoryRules.licences", "[]"),
    ("catalog.CategoryRules.product_attrs", "[]"),
    ("catalog.CategoryRules.sale_attrs", "[]"),
    ("catalog.CategoryRules.permit", "-"),
    ("catalog.CategoryRules.permit_required", "false"),
    ("catalog.CategoryRules.min_head_imgs", "3"),
    ("catalog.ChangeFreeInput.express", "-"),
    ("catalog.ChangeFreeInput.presale", "-"),
    ("catalog.ChangeFreeInput.timing", "-"),
    ("catalog.SkuChangeInput.id", "$sku"),
    ("catalog.SkuChangeInput.sale_price", "100"),
    ("catalog.SkuChangeInput.delete", "false"),
    ("catalog.Content.title", "走在路上的一件好商品"),
    ("catalog.Content.sub_title", "一路上"),
    ("catalog.Content.short_title", "一件走在路上的好商品啊"),
    ("catalog.Content.category", "$leaf"),
    ("catalog.Content.attrs", "[]"),
    ("catalog.Content.head_imgs", "$pictures"),
    ("catalog.Content.desc_imgs", "$pictures"),
    ("catalog.Content.after_sale_address", "$address"),
    ("catalog.Content.certificates", "[]"),
    ("catalog.Content.deliver_acct_type", "[]"),
    ("catalog.Content.deliver_method", "express"),
    ("catalog.Content.express", "-"),
    ("catalog.Content.limit", "-"),
    ("catalog.Content.presale", "-"),
    ("catalog.Content.qualifications", "[]"),
    ("catalog.Content.size_chart", "-"),
    ("catalog.Content.timing", "-"),
    ("catalog.ProductInput.list_now", "false"),
    ("catalog.SkuInput.id", "-"),
    ("catalog.SkuContent.thumb_img", "$picture"),
    ("catalog.SkuContent.sale_price", "990"),
    ("catalog.SkuContent.market_price", "1990"),
    ("catalog.SkuContent.presale", "-"),
    ("catalog.VerdictInput.round", "$round"),
    ("catalog.VerdictInput.reason", "-"),
    ("logistics.BindingDecision.app", "$app"),
    ("logistics.BindingDecision.biz_id", "$biz"),
    ("logistics.BindingDecision.reason", "-"),
    ("logistics.StepInput.action_type", "200001"),
    ("logistics.StepInput.at", "-"),
    ("push.EndpointInput.appid", "$appid"),
    ("push.EndpointInput.original_id", "$original"),
    ("push.EndpointInput.url", "http://127.0.0.1:9/push"),
    ("push.EndpointInput.token", "walktoken"),
    ("push.EndpointInput.aes_key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
    ("shop.FeeInput.fee_bps", "100"),
    ("shop.ProfileInput.headimg", "$picture"),
    ("shop.SettingsInput.auto_confirm_days", "10"),
    ("shop.SettingsInput.unpaid_close_minutes", "30"),
    ("stock.Correction.to", "-"),
    ("wire.present_order_id", "-"),
    ("wire.address_under_review", "-"),
    ("wire.appid", "$appid"),
    ("wire.secret", "$secret"),
    ("wire.grant_type", "client_credential"),
    ("wire.openid", "$openid"),
    ("wire.cat_id", "$leaf"),
    ("wire.f_cat_id", "0"),
    ("wire.cats", "-"),
    ("wire.cats_v2", "$chain"),
    ("wire.head_imgs", "$pictures"),
    ("wire.imgs", "$pictures"),
    ("wire.thumb_img", "$picture"),
    ("wire.img_url", "-"),
    ("wire.title", "走在路上的一件好商品"),
    ("wire.short_title", "-"),
    ("wire.sub_title", "一路上"),
    ("wire.brand_id", "-"),
    ("wire.attrs", "[]"),
    ("wire.qualifications", "[]"),
    ("wire.product_qua_infos", "[]"),
    ("wire.deliver_method", "0"),
    ("wire.deliver_acct_type", "-"),
    ("wire.express_info", "-"),
    ("wire.limited_info", "-"),
    ("wire.size_chart", "-"),
    ("wire.timing_onsale_info", "-"),
    ("wire.sku_deliver_info", "-"),
    ("wire.after_sale_info", "-"),
    ("wire.release_mode", "-"),
    ("wire.listing", "0"),
    ("wire.spu_type", "-"),
    ("wire.sale_price", "990"),
    ("wire.market_price", "1990"),
    ("wire.stock_num", "9"),
    ("wire.diff_type", "1"),
    ("wire.page_size", "10"),
    ("wire.next_key", "-"),
    ("wire.status", "-"),
    ("wire.stock_type", "0"),
    ("wire.op_type_list", "-"),
    ("wire.finder_id", "-"),
    ("wire.start_time", "$week_ago"),
    ("wire.end_time", "$now"),
    ("wire.begin_time", "$week_ago"),
    ("wire.create_time", "-"),
    ("wire.update_time_range", "-"),
    ("wire.on_aftersale_order_exist", "-"),
    ("wire.change_express", "false"),
    ("wire.express_fee", "-"),
    ("wire.change_price", "$cheap"),
    ("wire.address_id", "$address"),
    ("wire.lng", "113.3"),
    ("wire.lat", "23.1"),
    ("wire.flow_id", "$flow"),
    ("wire.flow_type", "-"),
    ("wire.transaction_id", "-"),
    ("wire.offset", "0"),
    ("wire.limit", "10"),
    ("wire.page", "1"),
    ("wire.type", "unbind"),
    ("wire.biz_id", "test_biz_id"),
    ("wire.delivery_id", "TEST"),
    ("wire.waybill_id", "SF2026900001"),
    ("wire.deliver_type", "1"),
    ("wire.course_info", "-"),
    ("wire.change_infos", "-"),
    ("wire.update_type", "bind"),
    ("wire.tagid_list", "-"),
    ("wire.action_type", "100001"),
    ("wire.action_time", "$now"),
    ("wire.addr_code", "0"),
    ("wire.is_delete", "0"),
    ("wire.period_type", "1"),
    ("wire.province", "广东省"),
    ("wire.city", "广州市"),
    ("wire.area", "海珠区"),
    ("wire.mobile", "13800000001"),
    ("wire.tel", "-"),
    ("wire.post_code", "510310"),
    ("wire.country", "中国"),
    ("wire.service_name", "标准快递"),
    ("wire.service_type", "0"),
    ("wire.expect_time", "0"),
    ("wire.take_mode", "0"),
    ("wire.add_source", "0"),
    ("wire.use_insured", "0"),
    ("wire.insured_value", "0"),
    ("wire.wxa_path", "/pages/order"),
    ("wire.wxa_appid", "-"),
    ("wire.custom_remark", "易碎"),
    ("wire.tagid", "-"),
];

/// The sample for a member of an object, if one is written down.
pub(super) fn written(schema: &str, field: &str) -> Option<&'static str> {
    let own = format!("{schema}.{field}");
    let find = |name: &str| SAMPLES.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    find(&own).or_else(|| find(field))
}

/// A value of this shape; with what need not be there when `full`.
pub(super) fn sample(shape: &Shape, context: &Context, full: bool) -> Value {
    match &shape.kind {
        Kind::Object(fields) => object(&shape.name, fields, context, full),
        Kind::List(item) => json!([sample(item, context, full)]),
        Kind::Text => json!("Text"),
        Kind::Choice(choices) => choices[0].clone(),
        Kind::Integer | Kind::Number => json!(1),
        Kind::Flag => json!(true),
    }
}

fn object(schema: &str, fields: &[Field], context: &Context, full: bool) -> Value {
    let mut members = Map::new();
    for field in fields.iter().filter(|field| full || field.required) {
        let value = match written(schema, &field.name) {
            Some("-") => continue,
            Some(text) => read(text, &field.shape, context),
            None => Some(sample(&field.shape, context, full)),
        };
        if let Some(value) = value {
            members.insert(field.name.clone(), value);
        }
    }
    Value::Object(members)
}

/// A member that a body has left out, for whatever reason.
pub(super) fn member(schema: &str, field: &Field, context: &Context) -> Value {
    let text = written(schema, &field.name).filter(|text| *text != "-");
    text.and_then(|text| read(text, &field.shape, context))
        .unwrap_or_else(|| sample(&field.shape, context, false))
}

/// The value that a sample stands for; nothing where the context has no such id.
fn read(text: &str, shape: &Shape, context: &Context) -> Option<Value> {
    let text = match text.strip_prefix('$') {
        Some("picture") => format!("/media/{}", context.ids.get("key")?),
        Some("pictures") => {
            let picture = format!("/media/{}", context.ids.get("key")?);
            return Some(json!([picture, picture, picture, picture]));
        }
        Some("chain") => {
            let chain = context.ids.get("chain")?.split(' ');
            return Some(chain.map(|id| json!({ "cat_id": id })).collect());
        }
        Some(name) => context.ids.get(name)?.clone(),
        None => text.to_owned(),
    };
    Some(match &shape.kind {
        Kind::List(item) if !text.starts_with('[') => {
            json!([if matches!(item.kind, Kind::Text) {
                json!(text)
            } else {
                serde_json::from_str(&text).ok()?
            }])
        }
        Kind::Text | Kind::Choice(_) => json!(text),
        // One name may stand for different things in different places.
        _ => serde_json::from_str(&text).ok()?,
    })
}
