//! Cancels a waybill while the parcel has no track: `order/cancel`. The carrier is asked between two commands.

use kernel::{Caller, Ctx, Permission, WaybillId};
use store::{Command, Store, Tx, p};

use super::{
    WaybillState,
    add::{claim, claim_until, refusal},
    read::{WaybillKey, find},
};
use crate::{
    CarrierAccount, CarrierError, Carriers, Error, WaybillName, account, carrier::DEAD_WAYBILL, directory,
    door::client, sql,
};

/// Cancels the waybill.
pub async fn cancel_waybill(
    store: &Store,
    carriers: &Carriers,
    caller: &Caller,
    key: &WaybillKey,
) -> Result<(), Error> {
    let claim = store.write(caller, Begin(key.clone())).await?;
    let Some(carrier) = carriers.get(&key.delivery_id) else {
        store.write(caller, End { claim, to: WaybillState::Made }).await?;
        return Err(Error::CarrierNotConnected);
    };
    let name =
        WaybillName { account: &claim.account, order_id: &key.order_id, waybill_id: &claim.waybill_id };
    match carrier.cancel(&name).await {
        Ok(()) | Err(CarrierError::Refused { code: DEAD_WAYBILL, .. }) => {
            store.write(caller, End { claim, to: WaybillState::Cancelled }).await
        }
        Err(e) => {
            store.write(caller, End { claim, to: WaybillState::Made }).await?;
            Err(refusal(e))
        }
    }
}

struct Claim {
    app: i64,
    key: WaybillId,
    until: i64,
    waybill_id: String,
    account: CarrierAccount,
}

struct Begin(WaybillKey);

impl Command for Begin {
    type Out = Claim;
    type Err = Error;
    const NAME: &'static str = "logistics.begin_cancel";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Claim, Error> {
        let client = client(ctx, Permission::OrderShip)?;
        let waybill = find(tx, client.app, &self.0).await?;
        if waybill.state == WaybillState::Cancelled {
            return Err(Error::AlreadyCancelled);
        }
        if waybill.version > 0 {
            return Err(Error::HasTrack);
        }
        let carrier = directory::find(&waybill.delivery_id).ok_or(Error::UnknownCarrier)?;
        let account = account::usable(tx, client.app, carrier, &waybill.biz_id).await?;
        let until = claim_until(ctx);
        if !claim(tx, ctx, &waybill, waybill.state, WaybillState::Cancelling, until).await? {
            return Err(Error::Generating);
        }
        Ok(Claim { app: client.app.0, key: waybill.key, until, waybill_id: waybill.waybill_id, account })
    }
}

struct End {
    claim: Claim,
    to: WaybillState,
}

impl Command for End {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "logistics.end_cancel";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        let Self { claim, to } = self;
        let key = p![*to, ctx.now, claim.app, claim.key, WaybillState::Cancelling, claim.until];
        if tx.exec(sql::waybill::END_CANCEL, key).await? == 0 {
            return Err(Error::Generating); // it took too long, and somebody else asks the carrier now
        }
        Ok(())
    }
}
