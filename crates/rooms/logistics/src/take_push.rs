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
    step::set_of,
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
    for (_, steps) in &pushed.tracks {
        set_of(steps)?; // all or nothing: what can't be taken is found before anything is
    }
    for (waybill_id, steps) in &pushed.tracks {
        record_everywhere(store, carrier.id(), waybill_id, steps).await?;
    }
    Ok(pushed)
}

/// Records steps that are the carrier's own word: for all waybills and parcels of the number.
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
    for (app, key, shop) in owners {
        let record = RecordWaybillSteps { app, key, steps: steps.to_vec() };
        store.write(&Caller::system(home(shop)), record).await?;
    }
    for shop in shops {
        let record = RecordSteps {
            delivery_id: carrier.to_owned(),
            waybill_id: waybill_id.to_owned(),
            steps: steps.to_vec(),
        };
        store.write(&Caller::system(Scope::Shop(shop)), record).await?;
    }
    Ok(())
}
