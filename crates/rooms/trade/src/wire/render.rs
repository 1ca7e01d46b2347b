//! Orders as the wire shows them: names and types as published, ids as strings, moments in seconds, the receiver
//! masked.

use identity::Address;
use media::Files;
use pay::Payment;
use serde_json::{Map, Value, json};

use crate::{Line, Order, Parcel};

/// The `order` member of `order/get`.
pub(super) fn order(
    order: &Order,
    parcels: &[Parcel],
    payment: Option<&Payment>,
    openid: &str,
    files: &Files,
) -> Value {
    json!({
        "order_id": order.id.to_string(),
        "status": order.state.number(),
        "create_time": order.placed_at.secs(),
        "update_time": order.updated_at.secs(),
        "openid": openid,
        "order_detail": {
            "product_infos": order.lines.iter().map(|l| line(l, files)).collect::<Vec<_>>(),
            "pay_info": pay_info(order, payment),
            "price_info": price_info(order),
            "delivery_info": delivery_info(order, parcels),
            "ext_info": ext_info(order),
        },
        "aftersale_detail": { "on_aftersale_order_cnt": 0, "aftersale_order_list": [] },
    })
}

fn line(line: &Line, files: &Files) -> Value {
    let attrs =
        serde_json::from_str::<Value>(&line.attrs).ok().filter(Value::is_array).unwrap_or_else(|| json!([]));
    let mut out = json!({
        "product_id": line.product.to_string(),
        "sku_id": line.sku.to_string(),
        "sku_cnt": line.quantity,
        "sku_code": line.sku_code,
        "title": line.title,
        "thumb_img": files.absolute(&line.thumb),
        "sku_attrs": attrs,
        "market_price": line.market_price,
        "sale_price": line.unit_price,
        "real_price": line.payable,
        "estimate_price": line.unit_price * line.quantity - line.discount,
        "on_aftersale_sku_cnt": 0,
        "finish_aftersale_sku_cnt": 0,
        "is_discounted": line.discount > 0,
        "merchant_discounted_price": line.discount,
        "is_change_price": line.change_price.is_some(),
    });
    if let (Some(price), Some(members)) = (line.change_price, out.as_object_mut()) {
        members.insert("change_price".into(), price.into());
    }
    out
}

/// 1 stands for a payment channel, 3 for nothing to be paid.
fn pay_info(order: &Order, payment: Option<&Payment>) -> Value {
    let mut out = Map::new();
    match payment {
        None => {
            out.insert("payment_method".into(), 3.into());
        }
        Some(payment) => {
            out.insert("prepay_id".into(), payment.payment.to_string().into());
            out.insert("prepay_time".into(), order.placed_at.secs().into());
            out.insert("payment_method".into(), 1.into());
            if let Some(txn) = &payment.channel_txn {
                out.insert("transaction_id".into(), txn.clone().into());
            }
        }
    }
    if let Some(paid) = order.paid_at {
        out.insert("pay_time".into(), paid.secs().into());
    }
    Value::Object(out)
}

/// What the shop receives = original − discounts − deductions − change (`docs/wire/orders.md`).
fn price_info(order: &Order) -> Value {
    let original = order.goods + order.original_freight;
    json!({
        "product_price": order.goods,
        "order_price": order.total,
        "freight": order.freight,
        "discounted_price": order.discount,
        "is_discounted": order.discount > 0,
        "original_order_price": original,
        "estimate_product_price": order.goods - order.discount,
        "change_down_price": order.change_down,
        "merchant_discounted_price": order.discount,
        "deduction_price": 0,
        "use_deduction": false,
        "merchant_receieve_price": original - order.discount - order.change_down,
    })
}

fn delivery_info(order: &Order, parcels: &[Parcel]) -> Value {
    let mut out = json!({
        "deliver_method": 0,
        "delivery_product_info": parcels.iter().map(|p| parcel(order, p)).collect::<Vec<_>>(),
    });
    if let Some(members) = out.as_object_mut() {
        if let Some(receiver) = &order.receiver {
            members.insert("address_info".into(), masked(receiver));
        }
        if let Some(done) = order.shipped_at {
            members.insert("ship_done_time".into(), done.secs().into());
        }
    }
    out
}

fn parcel(order: &Order, parcel: &Parcel) -> Value {
    let pieces: Vec<Value> = parcel
        .items
        .iter()
        .filter_map(|item| {
            let line = usize::try_from(item.line).ok().and_then(|l| order.lines.get(l))?;
            Some(json!({
                "product_id": line.product.to_string(),
                "sku_id": line.sku.to_string(),
                "product_cnt": item.quantity,
            }))
        })
        .collect();
    json!({
        "waybill_id": parcel.waybill_id,
        "delivery_id": parcel.delivery_id,
        "delivery_name": logistics::carrier_name(&parcel.delivery_id),
        "delivery_time": parcel.shipped_at.secs(),
        "deliver_type": parcel.deliver_type,
        "product_infos": pieces,
    })
}

fn ext_info(order: &Order) -> Value {
    let mut out = json!({
        "customer_notes": order.customer_notes,
        "merchant_notes": order.merchant_notes,
        "order_scene": 1,
    });
    if let (Some(at), Some(members)) = (order.finished_at, out.as_object_mut()) {
        members.insert("confirm_receipt_time".into(), at.secs().into());
    }
    out
}

/// The receiver as everybody in the shop may see it.
fn masked(a: &Address) -> Value {
    let mut out = clear(a);
    if let Some(members) = out.as_object_mut() {
        members.insert("user_name".into(), mask_name(&a.user_name).into());
        members.insert("tel_number".into(), mask_number(&a.tel_number).into());
        members.insert("detail_info".into(), "****".into());
    }
    out
}

/// The receiver as it is.
pub(super) fn clear(a: &Address) -> Value {
    json!({
        "user_name": a.user_name,
        "tel_number": a.tel_number,
        "province_name": a.province_name,
        "city_name": a.city_name,
        "county_name": a.county_name,
        "detail_info": a.detail_info,
        "postal_code": a.postal_code,
        "national_code": a.national_code,
    })
}

/// The first character stays.
fn mask_name(name: &str) -> String {
    let mut chars = name.chars();
    let first: String = chars.next().into_iter().collect();
    format!("{first}{}", "*".repeat(chars.count().clamp(1, 2)))
}

/// The first three and the last four digits stay.
fn mask_number(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    if chars.len() < 8 {
        return "****".into();
    }
    let part = |c: &[char]| c.iter().collect::<String>();
    format!("{}****{}", part(&chars[..3]), part(&chars[chars.len() - 4..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_receiver_keeps_one_character_and_seven_digits() {
        assert_eq!(mask_name("王小蒙"), "王**");
        assert_eq!(mask_name("李"), "李*");
        assert_eq!(mask_number("18610000000"), "186****0000");
        assert_eq!(mask_number("1234567"), "****");
    }
}
