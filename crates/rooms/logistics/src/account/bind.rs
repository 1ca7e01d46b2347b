//! Binds and unbinds a customer account: `account/bind`. The carrier is asked before the transaction.

use kernel::{Caller, Ctx, Permission};
use store::{Command, Store, Tx, p};

use super::{Binding, purpose, stored};
use crate::{
    CarrierAccount, CarrierError, Carriers, Error, Standing,
    carrier::{UNKNOWN_CUSTOMER, WRONG_PASSWORD},
    directory,
    door::client,
    sql,
    waybill::{add::refusal, order::at_most},
};

/// Binds an account; [`Error::UnderReview`] when a person of the carrier will look at it.
pub async fn bind_account(
    store: &Store,
    carriers: &Carriers,
    caller: &Caller,
    delivery_id: &str,
    account: &CarrierAccount,
) -> Result<(), Error> {
    let info = directory::find(delivery_id).ok_or(Error::UnknownCarrier)?;
    if account.biz_id.is_empty() {
        return Err(Error::Argument("biz_id"));
    }
    at_most(&account.biz_id, 128, "biz_id")?;
    at_most(&account.password, 256, "password")?;
    at_most(&account.remark, 1024, "remark_content")?;
    {
        let mut tx = store.read().await?;
        let ctx = store.ctx(caller).await?;
        let client = client(&ctx, Permission::OrderShip)?;
        match stored(&mut tx, client.app, info.id, &account.biz_id).await?.map(|s| s.account.state) {
            Some(Binding::Bound) => return Err(Error::AlreadyBound),
            Some(Binding::UnderReview) => return Err(Error::UnderReview),
            Some(Binding::Refused) | None => {}
        }
    }
    let carrier = carriers.get(info.id).ok_or(Error::CarrierNotConnected)?;
    let standing = carrier.check_account(account).await.map_err(|e| match e {
        CarrierError::Refused { code: UNKNOWN_CUSTOMER | WRONG_PASSWORD, .. } => Error::BadAccount,
        other => refusal(other),
    })?;
    let review = standing == Standing::UnderReview;
    store.write(caller, Bind { delivery_id: info.id, account: account.clone(), standing }).await?;
    if review { Err(Error::UnderReview) } else { Ok(()) }
}

struct Bind {
    delivery_id: &'static str,
    account: CarrierAccount,
    standing: Standing,
}

impl Command for Bind {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "logistics.bind_account";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        let client = client(ctx, Permission::OrderShip)?;
        let (state, quota) = match self.standing {
            Standing::Good { quota } => (Binding::Bound, quota),
            Standing::UnderReview => (Binding::UnderReview, None),
        };
        let account = &self.account;
        let sealed = tx
            .vault()
            .seal(&purpose(client.app, self.delivery_id, &account.biz_id), account.password.as_bytes())?;
        let key = p![client.app, self.delivery_id, &account.biz_id, Binding::Refused];
        tx.exec(sql::account::DELETE_REFUSED, key).await?;
        let bound = tx
            .exec(
                sql::account::INSERT,
                p![
                    client.app,
                    self.delivery_id,
                    &account.biz_id,
                    client.shop,
                    sealed,
                    &account.remark,
                    state,
                    quota.unwrap_or(0),
                    quota.map_or(0, |_| ctx.now.ms()),
                    ctx.now
                ],
            )
            .await?;
        if bound == 0 { Err(Error::AlreadyBound) } else { Ok(()) }
    }
}

/// Takes a binding back.
#[derive(Debug, Clone)]
pub struct UnbindAccount {
    /// The carrier.
    pub delivery_id: String,
    /// The customer code.
    pub biz_id: String,
}

/// Forgets the account and its password. Waybills that were made with it stay.
pub async fn unbind_account(tx: &mut Tx, ctx: &Ctx, cmd: &UnbindAccount) -> Result<(), Error> {
    let client = client(ctx, Permission::OrderShip)?;
    directory::find(&cmd.delivery_id).ok_or(Error::UnknownCarrier)?;
    let gone = tx.exec(sql::account::DELETE, p![client.app, &cmd.delivery_id, &cmd.biz_id]).await?;
    if gone == 0 { Err(Error::NothingToUnbind) } else { Ok(()) }
}

impl Command for UnbindAccount {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "logistics.unbind_account";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        unbind_account(tx, ctx, self).await
    }
}
