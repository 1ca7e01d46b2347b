//! The published sample of an order (`docs/wire/express.md`), and what follows from it.

use serde_json::{Value, json};

use crate::{Cargo, CargoLine, NewWaybill, Party, ShopGoods, test_carrier};

/// The order of the published sample (`docs/wire/express.md`), for SF.
pub(crate) fn sample_order() -> NewWaybill {
    let party = |name: &str, tel: &str, mobile: &str, area: &str| Party {
        name: name.into(),
        tel: tel.into(),
        mobile: mobile.into(),
        company: "公司名".into(),
        post_code: "123456".into(),
        country: "中国".into(),
        province: "广东省".into(),
        city: "广州市".into(),
        area: area.into(),
        address: "XX路XX号XX大厦XX栋XX".into(),
    };
    NewWaybill {
        add_source: 0,
        wx_appid: String::new(),
        order_id: "01234567890123456789".into(),
        openid: "oABC123456".into(),
        delivery_id: "SF".into(),
        biz_id: "xyz".into(),
        custom_remark: "易碎物品".into(),
        tag: 0,
        expect_time: Some(0),
        take_mode: 0,
        sender: party("张三", "020-88888888", "18666666666", "海珠区"),
        receiver: party("王小蒙", "020-77777777", "18610000000", "天河区"),
        cargo: Cargo {
            count: 2,
            weight_kg: 5.5,
            length_cm: 30.5,
            width_cm: 20.0,
            height_cm: 20.0,
            lines: vec![
                CargoLine { name: "一千零一夜钻石包".into(), count: 1 },
                CargoLine { name: "手机".into(), count: 1 },
            ],
        },
        shop: ShopGoods {
            wxa_path: "/index/index?from=waybill".into(),
            names: vec!["一千零一夜钻石包".into(), "手机".into()],
            ..ShopGoods::default()
        },
        insured: Some(10_000),
        service_type: 0,
    }
}

/// An order for the sandbox.
pub(crate) fn sandbox_order(order_id: &str) -> NewWaybill {
    NewWaybill {
        order_id: order_id.into(),
        delivery_id: test_carrier::ID.into(),
        biz_id: test_carrier::BIZ_ID.into(),
        service_type: test_carrier::SERVICE_TYPE,
        ..sample_order()
    }
}

/// The same as the API has it.
pub(crate) fn body_of(order: &NewWaybill) -> Value {
    let party = |p: &Party| serde_json::to_value(p).unwrap();
    json!({
        "add_source": order.add_source,
        "wx_appid": order.wx_appid,
        "order_id": order.order_id,
        "openid": order.openid,
        "delivery_id": order.delivery_id,
        "biz_id": order.biz_id,
        "custom_remark": order.custom_remark,
        "expect_time": order.expect_time,
        "sender": party(&order.sender),
        "receiver": party(&order.receiver),
        "cargo": {
            "count": order.cargo.count,
            "weight": order.cargo.weight_kg,
            "space_x": order.cargo.length_cm,
            "space_y": order.cargo.width_cm,
            "space_z": order.cargo.height_cm,
            "detail_list": order.cargo.lines,
        },
        "shop": {
            "wxa_path": order.shop.wxa_path,
            "detail_list": order.shop.names.iter()
                .map(|name| json!({ "goods_name": name, "goods_img_url": "https://example.com/a.png" }))
                .collect::<Vec<_>>(),
        },
        "insured": { "use_insured": i64::from(order.insured.is_some()), "insured_value": order.insured },
        "service": { "service_type": order.service_type, "service_name": "标准快递" },
    })
}
