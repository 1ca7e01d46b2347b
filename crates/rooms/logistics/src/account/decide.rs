//! Ends a review: the carrier's person has looked at a binding, and an operator writes down the outcome. The application
//! hears of it by the push `update_business_bind_result`.

use kernel::{AppId, Ctx, Permission};
use serde_json::{Map, Value, json};
use store::{Command, Tx, p};

use super::{Binding, stored};
use crate::{Error, directory, push_app::queue_for, sql, step::is_plain, waybill::order::at_most};

/// The outcome of a review.
#[derive(Debug, Clone)]
pub struct DecideBinding {
    /// Whose account.
    pub app: AppId,
    /// The carrier.
    pub delivery_id: String,
    /// The customer code.
    pub biz_id: String,
    /// True if it may be used.
    pub approved: bool,
    /// Why not; empty when approved.
    pub reason: String,
}

/// The published code of a refused binding.
const REFUSED: i64 = 9_300_531;

/// Writes the outcome down, once.
pub async fn decide_binding(tx: &mut Tx, ctx: &Ctx, cmd: &DecideBinding) -> Result<(), Error> {
    ctx.operator(Permission::PlatformOperate)?;
    at_most(&cmd.reason, 512, "reason")?;
    directory::find(&cmd.delivery_id).ok_or(Error::UnknownCarrier)?;
    let is_idle = cmd.approved && !cmd.reason.is_empty();
    if is_idle || !is_plain(&cmd.reason) || !is_plain(&cmd.biz_id) {
        return Err(Error::Argument("reason"));
    }
    let account = stored(tx, cmd.app, &cmd.delivery_id, &cmd.biz_id).await?.ok_or(Error::NothingToDecide)?;
    let (to, errcode, errmsg) = if cmd.approved {
        (Binding::Bound, 0, "ok")
    } else {
        (Binding::Refused, REFUSED, cmd.reason.as_str())
    };
    let wrong = if cmd.approved { "" } else { errmsg };
    let decided = tx
        .exec(
            sql::account::DECIDE,
            p![to, wrong, ctx.now, cmd.app, &cmd.delivery_id, &cmd.biz_id, Binding::UnderReview],
        )
        .await?;
    if decided == 0 {
        return Err(Error::NothingToDecide);
    }
    let body = json!({
        "errcode": errcode,
        "errmsg": errmsg,
        "delivery_id": cmd.delivery_id,
        "biz_id": cmd.biz_id,
    });
    let body = if let Value::Object(body) = body { body } else { Map::new() };
    queue_for(tx, ctx, cmd.app, account.shop, "update_business_bind_result", "", body).await
}

impl Command for DecideBinding {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "logistics.decide_binding";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        decide_binding(tx, ctx, self).await
    }
}
