//! Waybill numbers left on an account: `quota/get`. The carrier is asked between reading the account and writing down
//! what it said.

use kernel::{AppId, Caller, Ctx, Permission};
use store::{Command, Store, Tx, p};

use super::usable;
use crate::{Carriers, Error, Standing, directory, door::client, sql, waybill::add::refusal};

/// Asks the carrier how many numbers are left.
pub async fn quota(
    store: &Store,
    carriers: &Carriers,
    caller: &Caller,
    delivery_id: &str,
    biz_id: &str,
) -> Result<i64, Error> {
    let client = client(&store.ctx(caller).await?, Permission::OrderRead)?;
    let info = directory::find(delivery_id).ok_or(Error::UnknownCarrier)?;
    if !info.has_quota {
        return Err(Error::NoQuota);
    }
    let account = {
        let mut tx = store.read().await?;
        usable(&mut tx, client.app, info, biz_id).await?
    };
    let carrier = carriers.get(info.id).ok_or(Error::CarrierNotConnected)?;
    match carrier.check_account(&account).await.map_err(refusal)? {
        Standing::UnderReview => Err(Error::NotBound),
        Standing::Good { quota: None } => Err(Error::NoQuota),
        Standing::Good { quota: Some(quota) } => {
            let note = NoteQuota { app: client.app, delivery_id: info.id, biz_id: account.biz_id, quota };
            store.write(caller, note).await?;
            Ok(quota)
        }
    }
}

struct NoteQuota {
    app: AppId,
    delivery_id: &'static str,
    biz_id: String,
    quota: i64,
}

impl Command for NoteQuota {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "logistics.note_quota";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        let key = p![self.quota, ctx.now, self.app, self.delivery_id, &self.biz_id];
        tx.exec(sql::account::SET_QUOTA, key).await?;
        Ok(())
    }
}
