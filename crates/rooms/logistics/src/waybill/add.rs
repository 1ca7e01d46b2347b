//! Makes a waybill: `order/add`.
//!
//! The carrier may be far away, so it is asked between two commands. The first reserves the order id, the second writes
//! down what the carrier gave. Repeating the request is safe: while it runs it is told so, afterwards it gets the same
//! waybill, and if whoever asked the carrier is gone, the next one asks again.

use jiff::tz::{Offset, TimeZone};
use kernel::{AppId, Caller, Ctx, Permission, WaybillId};
use sha2::{Digest, Sha256};
use store::{Command, Store, Tx, p};

use super::{PURPOSE, Waybill, WaybillState, encoded, one, order::FROM_MINI_PROGRAM};
use crate::{
    CarrierAccount, CarrierError, Carriers, Error, IssuedWaybill, LabelDatum, NewWaybill, Stage,
    WaybillRequest, account,
    ask::begin_waybill,
    directory::{self, CarrierInfo},
    door::{Client, client, owns_appid},
    sql, test_carrier,
};

/// A waybill that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeWaybill {
    /// The merchant's order id.
    pub order_id: String,
    /// The carrier's number.
    pub waybill_id: String,
    /// What belongs on the label.
    pub label_data: Vec<LabelDatum>,
}

/// How long a carrier may take before somebody else asks it again, in ms of wall time.
const CLAIM_MS: i64 = kernel::minute_ms(1);

/// Makes a waybill, or gives the one that the same request made before.
pub async fn add_waybill(
    store: &Store,
    carriers: &Carriers,
    caller: &Caller,
    order: &NewWaybill,
) -> Result<MadeWaybill, Error> {
    let now = store.now();
    client(&store.ctx(caller).await?, Permission::OrderShip)?;
    let info = directory::find(&order.delivery_id).ok_or(Error::UnknownCarrier)?;
    let service_name = order.check(info, now)?;
    let carrier = carriers.get(info.id).ok_or(Error::CarrierNotConnected)?;
    let reserve = Reserve { order: order.clone(), carrier: *info };
    let claim = match store.write(caller, reserve).await? {
        Reserved::Before(made) => return Ok(made),
        Reserved::Now(claim) => claim,
    };
    let request = WaybillRequest { account: &claim.account, order, service_name, at: now };
    match carrier.create_waybill(&request).await {
        Ok(issued) => {
            let (order_id, ask_every) = (order.order_id.clone(), carrier.query_every_ms());
            store.write(caller, Issue { claim, order_id, issued, ask_every }).await
        }
        Err(e) => {
            store.write(caller, GiveUp(claim)).await?;
            Err(refusal(e))
        }
    }
}

/// What a caller is told of a carrier's failure.
pub(crate) fn refusal(e: CarrierError) -> Error {
    match e {
        CarrierError::Refused { code, message } => Error::CarrierRefused { code, message },
        CarrierError::BadSignature => Error::BadSignature,
        CarrierError::BadPush(why) => {
            tracing::warn!(why, "a carrier's push can't be read");
            Error::BadPush
        }
        CarrierError::Unavailable(why) => {
            tracing::warn!(why, "a carrier can't be reached");
            Error::CarrierUnavailable
        }
    }
}

/// An order id that is ours until the carrier has answered.
#[derive(Debug, Clone)]
struct Claim {
    app: AppId,
    key: WaybillId,
    until: i64,
    account: CarrierAccount,
}

enum Reserved {
    Before(MadeWaybill),
    Now(Claim),
}

struct Reserve {
    order: NewWaybill,
    carrier: CarrierInfo,
}

impl Command for Reserve {
    type Out = Reserved;
    type Err = Error;
    const NAME: &'static str = "logistics.reserve_waybill";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Reserved, Error> {
        let client = client(ctx, Permission::OrderShip)?;
        let order = &self.order;
        let account = account::usable(tx, client.app, &self.carrier, &order.biz_id).await?;
        let shopper = if order.add_source == FROM_MINI_PROGRAM {
            let shopper = identity::shopper_of_openid(tx, client.app, &order.openid).await?;
            Some(shopper.ok_or(Error::UnknownOpenid)?)
        } else if owns_appid(tx, client, &order.wx_appid).await? {
            None
        } else {
            return Err(Error::UnknownAppid);
        };
        let plain = encoded(order)?;
        let hash: [u8; 32] = Sha256::digest(&plain).into();
        if let Some(there) = one(tx, sql::waybill::SELECT, p![client.app, &order.order_id]).await? {
            return again(tx, ctx, &there, &hash, account).await;
        }
        if order.delivery_id == test_carrier::ID {
            use_sandbox(tx, ctx, client).await?;
        }
        let claim = Claim { app: client.app, key: ctx.id(), until: (ctx.wall + CLAIM_MS).ms(), account };
        let details = tx.vault().seal(PURPOSE, &plain)?;
        let openid = if shopper.is_some() { order.openid.as_str() } else { "" };
        let reserved = tx
            .exec(
                sql::waybill::RESERVE,
                p![
                    client.app,
                    &order.order_id,
                    claim.key,
                    client.shop,
                    shopper,
                    openid,
                    &order.delivery_id,
                    &order.biz_id,
                    WaybillState::Creating,
                    claim.until,
                    hash.as_slice(),
                    details,
                    Stage::Created,
                    ctx.now
                ],
            )
            .await?;
        // Nobody saw the other one when this began: it is under way.
        if reserved == 0 { Err(Error::Generating) } else { Ok(Reserved::Now(claim)) }
    }
}

/// The order id is known: the same answer, or why there is none.
async fn again(
    tx: &mut Tx,
    ctx: &Ctx,
    there: &Waybill,
    hash: &[u8],
    account: CarrierAccount,
) -> Result<Reserved, Error> {
    if there.state == WaybillState::Cancelled {
        return Err(Error::OrderUsed);
    }
    if there.hash != hash {
        return Err(Error::OrderRepeated);
    }
    if there.state != WaybillState::Creating {
        return Ok(Reserved::Before(MadeWaybill {
            order_id: there.order_id.clone(),
            waybill_id: there.waybill_id.clone(),
            label_data: there.label_data.clone(),
        }));
    }
    let until = (ctx.wall + CLAIM_MS).ms();
    let (from, to) = (WaybillState::Creating, WaybillState::Creating);
    if claim(tx, ctx, there, from, to, until).await? {
        Ok(Reserved::Now(Claim { app: there.app, key: there.key, until, account }))
    } else {
        Err(Error::Generating)
    }
}

/// Takes a waybill for an outside call, unless somebody else is busy with it.
pub(super) async fn claim(
    tx: &mut Tx,
    ctx: &Ctx,
    there: &Waybill,
    from: WaybillState,
    to: WaybillState,
    until: i64,
) -> Result<bool, Error> {
    let key = p![to, until, ctx.now, there.app, there.key, from, ctx.wall];
    Ok(tx.exec(sql::waybill::MOVE, key).await? == 1)
}

/// How long a call may take, from now.
pub(super) fn claim_until(ctx: &Ctx) -> i64 {
    (ctx.wall + CLAIM_MS).ms()
}

async fn use_sandbox(tx: &mut Tx, ctx: &Ctx, client: Client) -> Result<(), Error> {
    let zone = TimeZone::fixed(Offset::constant(8));
    let day = ctx.now.start_of_day(&zone);
    let used = tx.exec(sql::waybill::USE_SANDBOX, p![client.app, day, test_carrier::A_DAY]).await?;
    if used == 0 { Err(Error::SandboxQuota) } else { Ok(()) }
}

struct Issue {
    claim: Claim,
    order_id: String,
    issued: IssuedWaybill,
    ask_every: Option<i64>,
}

impl Command for Issue {
    type Out = MadeWaybill;
    type Err = Error;
    const NAME: &'static str = "logistics.issue_waybill";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<MadeWaybill, Error> {
        let Self { claim, order_id, issued, ask_every } = self;
        let label = serde_json::to_string(&issued.label_data)
            .map_err(|e| store::Error::internal(format!("label data can't be written: {e}")))?;
        let ended = tx
            .exec(
                sql::waybill::ISSUE,
                p![
                    WaybillState::Made,
                    &issued.waybill_id,
                    label,
                    ctx.now,
                    claim.app,
                    claim.key,
                    WaybillState::Creating,
                    claim.until
                ],
            )
            .await?;
        if ended == 0 {
            return Err(Error::Generating); // it took too long, and somebody else asks the carrier now
        }
        if let Some(every) = *ask_every {
            begin_waybill(tx, ctx, every, claim.app, claim.key)?;
        }
        Ok(MadeWaybill {
            order_id: order_id.clone(),
            waybill_id: issued.waybill_id.clone(),
            label_data: issued.label_data.clone(),
        })
    }
}

struct GiveUp(Claim);

impl Command for GiveUp {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "logistics.give_waybill_up";

    async fn run(&self, tx: &mut Tx, _: &Ctx) -> Result<(), Error> {
        let Self(claim) = self;
        let key = p![claim.app, claim.key, WaybillState::Creating, claim.until];
        tx.exec(sql::waybill::GIVE_UP, key).await?;
        Ok(())
    }
}
