//! `printer/*`.

use axum::extract::State;
use face::{
    App,
    wire::{Call, bare, ok},
};
use serde_json::{Value, json};

use super::{failure::Answered, input::PrinterInput};
use crate::{UpdatePrinter, printers};

pub(super) async fn get_all(State(app): State<App>, call: Call<Value>) -> Answered {
    let mut tx = app.store.read().await?;
    let ctx = app.store.ctx(&call.caller).await?;
    let printers = printers(&mut tx, &ctx).await?;
    let (openids, tags): (Vec<String>, Vec<String>) =
        printers.into_iter().map(|p| (p.openid, p.tags)).unzip();
    Ok(bare(json!({ "count": openids.len(), "openid": openids, "tagid_list": tags })))
}

pub(super) async fn update(State(app): State<App>, call: Call<PrinterInput>) -> Answered {
    let Call { caller, body } = call;
    let update =
        UpdatePrinter { openid: body.openid.0, update_type: body.update_type.0, tags: body.tagid_list.0 };
    app.store.write(&caller, update).await?;
    Ok(ok(json!({})))
}
