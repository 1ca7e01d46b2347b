//! Takes pushes up for delivery, with a lease: of two jobs that reach for the same push, one gets it.

use kernel::{AppId, Ctx, Scope};
use store::{Command, Row, Tx, p};

use crate::{
    AesKey, Error,
    envelope::{Claimed, Route},
    schedule::LEASE_MS,
    send::SendPush,
    set_endpoint::purpose,
    sql,
};

/// Takes up what is to be sent now.
pub(crate) struct Claim(pub(crate) SendPush);

pub(crate) struct Claims {
    pub(crate) pushes: Vec<Claimed>,
    /// `None` if the endpoint was removed.
    pub(crate) route: Option<Route>,
}

impl Command for Claim {
    type Out = Claims;
    type Err = Error;
    const NAME: &'static str = "push.claim";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Claims, Error> {
        ctx.system()?;
        let (scope, job, lease) = (ctx.scope.key(), self.0, ctx.wall + LEASE_MS);
        let first = tx.opt(sql::CLAIM_FIRST_IN_LINE, p![scope, job.app, lease], claimed).await?;
        let due = tx.opt(sql::CLAIM_DUE, p![scope, job.push, ctx.wall, lease], claimed).await?;
        let pushes: Vec<Claimed> = first.into_iter().chain(due).collect();
        let route = if pushes.is_empty() { None } else { route(tx, ctx.scope, job.app).await? };
        Ok(Claims { pushes, route })
    }
}

fn claimed(row: &Row<'_>) -> Result<Claimed, store::Error> {
    Ok(Claimed {
        push: row.get(0)?,
        series: row.get(1)?,
        attempt: row.get(2)?,
        event: row.get(3)?,
        to_user: row.get(4)?,
        from_user: row.get(5)?,
        at: row.get(6)?,
        body: row.get(7)?,
    })
}

/// The endpoint with its secrets open; `None` if there is none.
pub(crate) async fn route(tx: &mut Tx, scope: Scope, app: AppId) -> Result<Option<Route>, Error> {
    let vault = tx.vault().clone();
    let open = |what: &str, sealed: &[u8]| -> Result<String, store::Error> {
        let plain = vault.open(&purpose(what, scope, app), sealed)?;
        String::from_utf8(plain).map_err(|_| store::Error::internal("a sealed secret is not text"))
    };
    let found = tx
        .opt(sql::SELECT_ROUTE, p![scope.key(), app], |r| {
            let key = match r.get::<Option<Vec<u8>>>(2)? {
                Some(sealed) => AesKey::parse(&open("aes key", &sealed)?),
                None => None,
            };
            Ok(Route {
                url: r.get(0)?,
                token: open("token", &r.get::<Vec<u8>>(1)?)?,
                aes_key: key,
                appid: r.get(3)?,
                mode: r.get(4)?,
                format: r.get(5)?,
                version: r.get(6)?,
            })
        })
        .await?;
    Ok(found)
}
