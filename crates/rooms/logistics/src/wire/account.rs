//! `account/*`, `delivery/getall`, `quota/get`.

use axum::{Json, extract::State};
use face::{
    App,
    wire::{Call, Failure, bare, code, ok},
};
use kernel::Permission;
use serde_json::{Value, json};

use super::{
    failure::{Answered, Refused},
    input::{BindInput, QuotaInput},
};
use crate::{
    Account, CARRIERS, CarrierAccount, CarrierInfo, Carriers, Error, UnbindAccount, accounts, bind_account,
    directory, door, quota,
};

pub(super) async fn bind(State(app): State<App>, call: Call<BindInput>) -> Answered {
    let Call { caller, body } = call;
    let carriers = app.service::<Carriers>()?;
    let (delivery_id, biz_id) = (body.delivery_id.0, body.biz_id.0);
    match body.kind.as_str() {
        Some("bind") => {
            let account = CarrierAccount { biz_id, password: body.password.0, remark: body.remark_content.0 };
            bind_account(&app.store, &carriers, &caller, &delivery_id, &account).await?;
        }
        Some("unbind") => app.store.write(&caller, UnbindAccount { delivery_id, biz_id }).await?,
        _ => return Err(Refused(Failure::new(code::BAD_ARGUMENTS, "invalid args: type"))),
    }
    Ok(ok(json!({})))
}

pub(super) async fn get_all(State(app): State<App>, call: Call<Value>) -> Answered {
    let mut tx = app.store.read().await?;
    let ctx = app.store.ctx(&call.caller).await?;
    let accounts = accounts(&mut tx, &ctx).await?;
    let list: Vec<Value> = accounts.iter().map(account_answer).collect();
    Ok(bare(json!({ "count": list.len(), "list": list })))
}

fn account_answer(account: &Account) -> Value {
    json!({
        "biz_id": account.biz_id,
        "delivery_id": account.delivery_id,
        "create_time": account.created_at.secs(),
        "update_time": account.updated_at.secs(),
        "status_code": account.state.code(),
        "alias": "",
        "remark_wrong_msg": account.wrong,
        "remark_content": account.remark,
        "quota_num": account.quota,
        "quota_update_time": account.quota_at.secs(),
        "service_type": directory::find(&account.delivery_id).map_or(json!([]), services),
    })
}

fn services(carrier: &CarrierInfo) -> Value {
    let one = |(number, name): &(i64, &str)| json!({ "service_type": number, "service_name": name });
    carrier.services.iter().map(one).collect()
}

pub(super) async fn deliveries(State(app): State<App>, call: Call<Value>) -> Answered {
    let ctx = app.store.ctx(&call.caller).await?;
    door::client(&ctx, Permission::OrderRead).map_err(Error::from)?;
    let data: Vec<Value> = CARRIERS.iter().map(delivery_answer).collect();
    Ok(bare(json!({ "count": data.len(), "data": data })))
}

fn delivery_answer(carrier: &CarrierInfo) -> Value {
    json!({
        "delivery_id": carrier.id,
        "delivery_name": carrier.name,
        "can_use_cash": i64::from(!carrier.cash_biz_id.is_empty()),
        "can_get_quota": i64::from(carrier.has_quota),
        "cash_biz_id": carrier.cash_biz_id,
        "service_type": services(carrier),
    })
}

pub(super) async fn quota_of(State(app): State<App>, call: Call<QuotaInput>) -> Answered {
    let Call { caller, body } = call;
    let carriers = app.service::<Carriers>()?;
    let left = quota(&app.store, &carriers, &caller, &body.delivery_id.0, &body.biz_id.0).await?;
    Ok(Json(json!({ "quota_num": left })))
}
