//! Moves a sandbox waybill: `test_update_order`.

use kernel::{Ctx, Permission};
use store::{Command, Tx};

use crate::{
    Error, Step, WaybillKey, WaybillState,
    door::{client, home},
    test_carrier,
    waybill::{read::find, track::record_waybill_steps},
};

/// A step that the developer plays.
#[derive(Debug, Clone)]
pub struct PlayStep {
    /// Must be the sandbox's account.
    pub biz_id: String,
    /// Which waybill; the order id and the number are both needed.
    pub key: WaybillKey,
    /// What happened.
    pub step: Step,
}

/// Adds the step to the waybill's track. Parcels of the application's shops that travel under the number hear of it by
/// event, and so does the push URL.
pub async fn play_step(tx: &mut Tx, ctx: &Ctx, cmd: &PlayStep) -> Result<(), Error> {
    let client = client(ctx, Permission::OrderShip)?;
    if cmd.key.delivery_id != test_carrier::ID {
        return Err(Error::Argument("delivery_id"));
    }
    if cmd.biz_id != test_carrier::BIZ_ID {
        return Err(Error::Argument("biz_id"));
    }
    if cmd.key.order_id.is_empty() || cmd.key.waybill_id.is_empty() {
        return Err(Error::UnknownWaybill);
    }
    let waybill = find(tx, client.app, &cmd.key).await?;
    if waybill.state == WaybillState::Cancelled {
        return Err(Error::AlreadyCancelled);
    }
    let ctx = ctx.as_system(home(client.shop));
    record_waybill_steps(tx, &ctx, client.app, waybill.key, std::slice::from_ref(&cmd.step)).await
}

impl Command for PlayStep {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "logistics.play_step";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        play_step(tx, ctx, self).await
    }
}
