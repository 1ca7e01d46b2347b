//! Reads waybills: `order/get`, `order/batchget`, `path/get`.

use kernel::{AppId, Ctx, Permission};
use store::{Tx, p};

use super::{
    Waybill, WaybillState,
    label::{self, PrintType},
    one, row,
};
use crate::{Error, LabelDatum, Step, directory, door::client, merge::recorded, sql};

/// How the API names a waybill. Members that were left out are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WaybillKey {
    /// The merchant's order id.
    pub order_id: String,
    /// The buyer; may be empty.
    pub openid: String,
    /// The carrier.
    pub delivery_id: String,
    /// The carrier's number; may be empty where the order id is given.
    pub waybill_id: String,
}

/// A waybill with its label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaybillView {
    /// The merchant's order id.
    pub order_id: String,
    /// The carrier.
    pub delivery_id: String,
    /// The carrier's number.
    pub waybill_id: String,
    /// The label, HTML.
    pub label: String,
    /// What belongs on the label.
    pub label_data: Vec<LabelDatum>,
    /// Dead.
    pub cancelled: bool,
}

/// A waybill's track.
#[derive(Debug, Clone, PartialEq)]
pub struct WaybillTrack {
    /// The buyer; empty for an order of an app or site.
    pub openid: String,
    /// The carrier.
    pub delivery_id: String,
    /// The carrier's number.
    pub waybill_id: String,
    /// The steps, the oldest first.
    pub steps: Vec<Step>,
}

/// One waybill with its label.
pub async fn waybill(
    tx: &mut Tx,
    ctx: &Ctx,
    key: &WaybillKey,
    print: PrintType,
) -> Result<WaybillView, Error> {
    let client = client(ctx, Permission::OrderRead)?;
    let waybill = find(tx, client.app, key).await?;
    view(tx, &waybill, print)
}

/// Waybills of one request.
pub const MOST_AT_ONCE: usize = 1000;

/// Several waybills with their labels, each or why not.
pub async fn waybills(
    tx: &mut Tx,
    ctx: &Ctx,
    keys: &[WaybillKey],
) -> Result<Vec<Result<WaybillView, Error>>, Error> {
    let client = client(ctx, Permission::OrderRead)?;
    if keys.len() > MOST_AT_ONCE {
        return Err(Error::Argument("order_list"));
    }
    let params = keys.iter().map(|key| p![client.app, &key.order_id]).collect();
    let found = tx.opt_all(sql::waybill::SELECT, params, row).await?;
    let mut views = Vec::with_capacity(keys.len());
    for (key, waybill) in keys.iter().zip(found) {
        let view = fitting(waybill, key).and_then(|waybill| view(tx, &waybill, PrintType::TwoPart));
        views.push(view);
    }
    Ok(views)
}

/// A waybill's track.
pub async fn waybill_track(tx: &mut Tx, ctx: &Ctx, key: &WaybillKey) -> Result<WaybillTrack, Error> {
    let client = client(ctx, Permission::OrderRead)?;
    if key.waybill_id.is_empty() {
        return Err(Error::UnknownWaybill);
    }
    let waybill = find(tx, client.app, key).await?;
    let steps = recorded(tx, waybill.app.0, waybill.key.0).await?;
    Ok(WaybillTrack {
        openid: waybill.openid,
        delivery_id: waybill.delivery_id,
        waybill_id: waybill.waybill_id,
        steps: steps.into_iter().map(|r| r.step).collect(),
    })
}

/// The application's waybill of this name: by order id, or by number where that is left out.
pub(crate) async fn find(tx: &mut Tx, app: AppId, key: &WaybillKey) -> Result<Waybill, Error> {
    let found = if key.order_id.is_empty() {
        one(tx, sql::waybill::BY_NUMBER, p![&key.delivery_id, &key.waybill_id, app]).await?
    } else {
        one(tx, sql::waybill::SELECT, p![app, &key.order_id]).await?
    };
    fitting(found, key)
}

/// What was found, if everything that was named fits it.
fn fitting(found: Option<Waybill>, key: &WaybillKey) -> Result<Waybill, Error> {
    let named = |w: &Waybill| {
        w.state != WaybillState::Creating
            && w.delivery_id == key.delivery_id
            && (key.waybill_id.is_empty() || key.waybill_id == w.waybill_id)
    };
    let waybill = found.filter(named).ok_or(Error::UnknownWaybill)?;
    let buyer = key.openid.is_empty() || waybill.openid.is_empty() || key.openid == waybill.openid;
    if buyer { Ok(waybill) } else { Err(Error::UnknownOpenid) }
}

fn view(tx: &Tx, waybill: &Waybill, print: PrintType) -> Result<WaybillView, Error> {
    let order = waybill.order(tx.vault())?;
    let carrier = directory::name_of(&waybill.delivery_id);
    let label = label::label(&order, carrier, &waybill.waybill_id, &waybill.label_data, print);
    Ok(WaybillView {
        order_id: waybill.order_id.clone(),
        delivery_id: waybill.delivery_id.clone(),
        waybill_id: waybill.waybill_id.clone(),
        label,
        label_data: waybill.label_data.clone(),
        cancelled: waybill.state == WaybillState::Cancelled,
    })
}
