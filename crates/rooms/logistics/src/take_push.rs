//! Takes a carrier's push: verified and read by the carrier, then recorded for everybody whose parcel it is, each in a
//! transaction of their own.

use kernel::{AppId, Caller, Scope, ShopId, WaybillId};
use store::{Store, p};

use crate::{
    Carriers, Error, PushedTracks, RecordSteps, Step,
    carrier::CarrierPush,
    door::home,
    record::shops_of_number,
    sql,
    step::{is_plain, set_of},
    waybill::{add::refusal, track::RecordWaybillSteps},
};

/// Takes it; what the carrier wants to read as a receipt. Steps of a number that nobody follows are forgotten.
pub async fn take_push(
    store: &Store,
    carriers: &Carriers,
    carrier_id: &str,
    push: &CarrierPush,
) -> Result<PushedTracks, Error> {
    let carrier = carriers.get(carrier_id).ok_or(Error::UnknownCarrier)?;
    let pushed = carrier.parse_push(push).map_err(refusal)?;
    for (waybill_id, steps) in &pushed.tracks {
        // All or nothing: what can't be taken is found before anything is.
        if waybill_id.is_empty() || !is_plain(waybill_id) {
            return Err(Error::BadPush);
        }
        set_of(steps)?;
    }
    for (waybill_id, steps) in &pushed.tracks {
        record_everywhere(store, carrier.id(), waybill_id, steps).await?;
    }
    Ok(pushed)
}

/// Records steps that are the carrier's own word: for all waybills and parcels of the number. Where one of them can't
/// take them the others still do.
pub(crate) async fn record_everywhere(
    store: &Store,
    carrier: &str,
    waybill_id: &str,
    steps: &[Step],
) -> Result<(), Error> {
    let (owners, shops) = {
        let mut tx = store.read().await?;
        let owners: Vec<(AppId, WaybillId, Option<ShopId>)> = tx
            .all(sql::waybill::OWNERS_OF_NUMBER, p![carrier, waybill_id], |r| {
                Ok((r.get(0)?, r.get(1)?, r.get(2)?))
            })
            .await?;
        (owners, shops_of_number(&mut tx, carrier, waybill_id).await?)
    };
    let mut failed = None;
    for (app, key, shop) in owners {
        let record = RecordWaybillSteps { app, key, steps: steps.to_vec() };
        let recorded = store.write(&Caller::system(home(shop)), record).await;
        failed = failed.or(recorded.err());
    }
    for shop in shops {
        let record = RecordSteps {
            delivery_id: carrier.to_owned(),
            waybill_id: waybill_id.to_owned(),
            steps: steps.to_vec(),
        };
        let recorded = store.write(&Caller::system(Scope::Shop(shop)), record).await;
        failed = failed.or(recorded.err());
    }
    match failed {
        // Whoever it was has let it go in the meantime.
        None | Some(Error::UnknownParcel | Error::UnknownWaybill) => Ok(()),
        Some(e) => Err(e),
    }
}
