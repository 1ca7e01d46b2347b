//! `order/*`, `path/get`, `test_update_order`.

use axum::extract::State;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use face::{
    App,
    wire::{Call, bare, code, ok},
};
use kernel::Timestamp;
use serde_json::{Value, json};

use super::{
    failure::{Answered, ORDER_ARGUMENTS, errcode, with_carriers_words},
    input::{AddInput, BatchInput, KeyInput, TestUpdateInput},
};
use crate::{
    Carriers, Error, LabelDatum, PlayStep, PrintType, Step, WaybillKey, WaybillView, add_waybill,
    cancel_waybill, waybill, waybill_track, waybills,
};

/// `print_type` of the label in one part.
const ONE_PART: i64 = 1;

pub(super) async fn add(State(app): State<App>, call: Call<AddInput>) -> Answered {
    let carriers = app.service::<Carriers>()?;
    let order = call.body.order();
    let made = add_waybill(&app.store, &carriers, &call.caller, &order).await;
    let made = made.map_err(|e| with_carriers_words(e, ORDER_ARGUMENTS))?;
    Ok(ok(json!({
        "order_id": made.order_id,
        "waybill_id": made.waybill_id,
        "waybill_data": label_data(&made.label_data),
        "delivery_resultcode": 0,
        "delivery_resultmsg": "ok",
    })))
}

fn label_data(data: &[LabelDatum]) -> Value {
    data.iter().map(|datum| json!({ "key": datum.key, "value": datum.value })).collect()
}

pub(super) async fn get(State(app): State<App>, call: Call<KeyInput>) -> Answered {
    let print = match call.body.print_type {
        Some(kind) if kind.0 == ONE_PART => PrintType::OnePart,
        _ => PrintType::TwoPart,
    };
    let mut tx = app.store.read().await?;
    let ctx = app.store.ctx(&call.caller).await?;
    let view = waybill(&mut tx, &ctx, &call.body.key(), print).await?;
    Ok(bare(waybill_answer(&view)))
}

fn waybill_answer(view: &WaybillView) -> Value {
    json!({
        "order_id": view.order_id,
        "delivery_id": view.delivery_id,
        "waybill_id": view.waybill_id,
        "print_html": STANDARD.encode(&view.label),
        "waybill_data": label_data(&view.label_data),
        "order_status": i64::from(view.cancelled),
    })
}

pub(super) async fn batch_get(State(app): State<App>, call: Call<BatchInput>) -> Answered {
    let keys: Vec<WaybillKey> = call.body.order_list.into_iter().map(KeyInput::key).collect();
    let mut tx = app.store.read().await?;
    let ctx = app.store.ctx(&call.caller).await?;
    let views = waybills(&mut tx, &ctx, &keys).await?;
    let list: Vec<Value> = keys.iter().zip(views).map(|(key, view)| batch_answer(key, view)).collect();
    Ok(bare(json!({ "order_list": list })))
}

fn batch_answer(key: &WaybillKey, view: Result<WaybillView, Error>) -> Value {
    let (number, text, mut answer) = match view {
        Ok(view) => (0, "ok".to_owned(), waybill_answer(&view)),
        Err(e) => {
            let number = errcode(&e, code::BAD_ARGUMENTS).unwrap_or(code::BUSY);
            let named = json!({
                "order_id": key.order_id, "delivery_id": key.delivery_id, "waybill_id": key.waybill_id,
            });
            (number, e.to_string(), named)
        }
    };
    if let Value::Object(members) = &mut answer {
        members.insert("errcode".into(), number.into());
        members.insert("errmsg".into(), text.into());
    }
    answer
}

pub(super) async fn cancel(State(app): State<App>, call: Call<KeyInput>) -> Answered {
    let carriers = app.service::<Carriers>()?;
    let cancelled = cancel_waybill(&app.store, &carriers, &call.caller, &call.body.key()).await;
    cancelled.map_err(|e| with_carriers_words(e, code::BAD_ARGUMENTS))?;
    Ok(ok(json!({ "delivery_resultcode": 0, "delivery_resultmsg": "" })))
}

pub(super) async fn path(State(app): State<App>, call: Call<KeyInput>) -> Answered {
    let mut tx = app.store.read().await?;
    let ctx = app.store.ctx(&call.caller).await?;
    let track = waybill_track(&mut tx, &ctx, &call.body.key()).await?;
    let items: Vec<Value> = track.steps.iter().map(step_answer).collect();
    Ok(bare(json!({
        "openid": track.openid,
        "delivery_id": track.delivery_id,
        "waybill_id": track.waybill_id,
        "path_item_num": items.len(),
        "path_item_list": items,
    })))
}

fn step_answer(step: &Step) -> Value {
    json!({
        "action_time": step.time.secs(),
        "action_type": step.action_type,
        "action_msg": step.message,
    })
}

pub(super) async fn test_update(State(app): State<App>, call: Call<TestUpdateInput>) -> Answered {
    let Call { caller, body } = call;
    let key = WaybillKey {
        order_id: body.order_id.0,
        openid: String::new(),
        delivery_id: body.delivery_id.0,
        waybill_id: body.waybill_id.0,
    };
    let at = Timestamp::from_secs(body.action_time.0);
    let step = Step::new(at, body.action_type.0, body.action_msg.0);
    app.store.write(&caller, PlayStep { biz_id: body.biz_id.0, key, step }).await?;
    Ok(ok(json!({})))
}
