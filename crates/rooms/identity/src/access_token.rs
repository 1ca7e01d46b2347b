//! Access tokens: what programs call the open APIs with (`docs/wire/tokens.md`).
//!
//! Two families that know nothing of each other. Classic: each call issues a new token and lets the one before live
//! five minutes on. Stable: each call gives the same token until its last five minutes; forcing a new one ends the
//! old at once. All of it runs on wall time.

use kernel::{Actor, AppId, Caller, Ctx, Scope, ShopId, Timestamp, hour_ms, minute_ms, second_ms};
use store::{Batch, FromCol, Row, Store, Tx, Val, p};

use face::TokenFault;

use crate::{
    App, AppKind, Error, Gate, Tokens, apps,
    code::day_of,
    secret::{self, Hash},
    sql,
    tokens::Known,
};

/// Life of a fresh token, in ms.
pub const LIFE_MS: i64 = hour_ms(2);
/// How long old and new hold side by side, in ms.
pub const OVERLAP_MS: i64 = minute_ms(5);
/// Forced renewals a day.
pub const FORCED_A_DAY: i64 = 20;
/// Pause between two forced renewals, in ms.
pub const FORCED_PAUSE_MS: i64 = second_ms(30);

/// What current tokens are sealed for.
const PURPOSE: &str = "identity access token";

/// The two families.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// `GET /cgi-bin/token`.
    Classic,
    /// `POST /cgi-bin/stable_token`.
    Stable,
}

impl From<Family> for Val<'_> {
    fn from(family: Family) -> Self {
        Self::Int(match family {
            Family::Classic => 1,
            Family::Stable => 2,
        })
    }
}

/// A token as its application gets it.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// The token.
    pub access_token: String,
    /// What is left of its life, in seconds.
    pub expires_in: i64,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

impl Issued {
    const fn fresh(access_token: String) -> Self {
        Self { access_token, expires_in: LIFE_MS / 1000 }
    }
}

/// An appid and a secret that were found to belong together.
#[derive(Debug, Clone)]
pub(crate) struct Credential {
    pub(crate) app: App,
    secret_hash: Hash,
}

impl Credential {
    /// Checks an appid and its secret.
    pub(crate) async fn check(tx: &mut Tx, appid: &str, secret: &str) -> Result<Self, Error> {
        Self::of_hash(tx, appid, secret::hash(secret)).await
    }

    /// Checks once more, inside the transaction that relies on it.
    async fn recheck(&self, tx: &mut Tx) -> Result<(), Error> {
        Self::of_hash(tx, &self.app.names.appid, self.secret_hash).await.map(drop)
    }

    async fn of_hash(tx: &mut Tx, appid: &str, secret_hash: Hash) -> Result<Self, Error> {
        let read = |r: &Row<'_>| Ok((apps::read(r)?, Vec::<u8>::from_col(r, 8)?));
        let (app, kept) = tx.opt(sql::app::BY_APPID, p![appid], read).await?.ok_or(Error::AppidUnknown)?;
        if secret::same(&kept, &secret_hash) {
            Ok(Self { app, secret_hash })
        } else {
            Err(Error::SecretWrong)
        }
    }
}

/// Issues a classic token.
pub async fn issue_token(gate: &Gate, store: &Store, appid: &str, secret: &str) -> Result<Issued, Error> {
    let credential = {
        let mut tx = store.read().await?;
        Credential::check(&mut tx, appid, secret).await?
    };
    gate.admits_token(credential.app.names.app)?;
    let token = secret::access_token();
    let issue = IssueClassic { credential, hash: secret::hash(&token) };
    store.write(&Caller::system(Scope::Platform), issue).await?;
    Ok(Issued::fresh(token))
}

pub(crate) struct IssueClassic {
    pub(crate) credential: Credential,
    pub(crate) hash: Hash,
}

impl store::Command for IssueClassic {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "identity.issue_token";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        let app = self.credential.app.names.app;
        tx.exec(sql::token::HOLD_FAMILY, p![app, Family::Classic]).await?;
        self.credential.recheck(tx).await?;
        let mut batch = Batch::new();
        batch.add(sql::token::END_FAMILY, p![app, Family::Classic, ctx.wall + OVERLAP_MS]);
        add(&mut batch, app, Family::Classic, &self.hash, ctx.wall);
        tx.exec_all(batch).await?;
        Ok(())
    }
}

fn add<'a>(batch: &mut Batch<'a>, app: AppId, family: Family, hash: &'a Hash, wall: Timestamp) {
    batch.add(sql::token::ADD, p![hash.as_slice(), app, family, wall + LIFE_MS]);
}

/// Gives the stable token; with `force` a new one, at most 20 times a day and 30 seconds apart.
pub async fn stable_token(
    gate: &Gate,
    tokens: &Tokens,
    store: &Store,
    (appid, secret): (&str, &str),
    force: bool,
) -> Result<Issued, Error> {
    let credential = {
        let mut tx = store.read().await?;
        let credential = Credential::check(&mut tx, appid, secret).await?;
        gate.admits_token(credential.app.names.app)?;
        if !force && let Some(issued) = current(&mut tx, credential.app.names.app, store.wall()).await? {
            return Ok(issued);
        }
        credential
    };
    let token = secret::access_token();
    let renew = Renew { credential, hash: secret::hash(&token), token, force };
    let issued = store.write(&Caller::system(Scope::Platform), renew).await?;
    if force {
        tokens.forget_all();
    }
    Ok(issued)
}

/// A family's state.
struct State {
    sealed: Option<Vec<u8>>,
    expires: Timestamp,
    forced: Timestamp,
    forced_day: i64,
    forced_today: i64,
}

async fn state(tx: &mut Tx, app: AppId) -> Result<Option<State>, store::Error> {
    tx.opt(sql::token::FAMILY, p![app, Family::Stable], |r| {
        Ok(State {
            sealed: r.get(0)?,
            expires: r.get(1)?,
            forced: r.get(2)?,
            forced_day: r.get(3)?,
            forced_today: r.get(4)?,
        })
    })
    .await
}

/// The current stable token, if it has more than five minutes to live.
async fn current(tx: &mut Tx, app: AppId, wall: Timestamp) -> Result<Option<Issued>, Error> {
    let Some(State { sealed: Some(sealed), expires, .. }) = state(tx, app).await? else { return Ok(None) };
    let left = expires - wall;
    if left <= OVERLAP_MS {
        return Ok(None);
    }
    let access_token = String::from_utf8_lossy(&tx.vault().open(PURPOSE, &sealed)?).into_owned();
    Ok(Some(Issued { access_token, expires_in: left / 1000 }))
}

/// Puts a new stable token in the place of the old one.
pub(crate) struct Renew {
    pub(crate) credential: Credential,
    pub(crate) token: String,
    pub(crate) hash: Hash,
    pub(crate) force: bool,
}

impl store::Command for Renew {
    type Out = Issued;
    type Err = Error;
    const NAME: &'static str = "identity.renew_token";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Issued, Error> {
        let app = self.credential.app.names.app;
        tx.exec(sql::token::HOLD_FAMILY, p![app, Family::Stable]).await?;
        self.credential.recheck(tx).await?;
        let mut batch = Batch::new();
        if self.force {
            force(tx, ctx, app, &mut batch).await?;
        } else if let Some(issued) = current(tx, app, ctx.wall).await? {
            return Ok(issued); // somebody else renewed it while this one waited
        }
        // Nothing below may refuse.
        let sealed = tx.vault().seal(PURPOSE, self.token.as_bytes())?;
        batch.add(sql::token::SET_CURRENT, p![app, Family::Stable, sealed, ctx.wall + LIFE_MS]);
        add(&mut batch, app, Family::Stable, &self.hash, ctx.wall);
        tx.exec_all(batch).await?;
        Ok(Issued::fresh(self.token.clone()))
    }
}

/// Counts a forced renewal, and ends every token before it at once.
async fn force(tx: &mut Tx, ctx: &Ctx, app: AppId, batch: &mut Batch<'_>) -> Result<(), Error> {
    let state = state(tx, app).await?.ok_or(Error::AppNotFound)?;
    let today = day_of(ctx.wall);
    let forced = if state.forced_day == today { state.forced_today } else { 0 };
    if forced >= FORCED_A_DAY {
        return Err(Error::TokensUsedUp);
    }
    if ctx.wall - state.forced < FORCED_PAUSE_MS {
        return Err(Error::TokensTooFast);
    }
    batch.add(sql::token::COUNT_FORCED, p![app, Family::Stable, ctx.wall, today, forced + 1]);
    batch.add(sql::token::END_FAMILY, p![app, Family::Stable, ctx.wall]);
    Ok(())
}

/// The caller behind an access token: a shop's application in its shop's scope, or a mini program. A token that was
/// ended elsewhere may hold three seconds longer.
pub async fn authenticate_access_token(
    tokens: &Tokens,
    store: &Store,
    token: &str,
) -> Result<Result<Caller, TokenFault>, store::Error> {
    if token.is_empty() {
        return Ok(Err(TokenFault::Missing));
    }
    if !secret::is_access_token(token) {
        return Ok(Err(TokenFault::Invalid));
    }
    let (hash, wall) = (secret::hash(token), store.wall());
    if let Some(caller) = tokens.get(&hash, wall) {
        return Ok(Ok(caller));
    }
    let found = look_up(store, &hash, wall).await?;
    if let Ok(known) = &found {
        tokens.keep(hash, known.clone());
    }
    Ok(found.map(|known| known.caller))
}

pub(crate) async fn look_up(
    store: &Store,
    hash: &Hash,
    wall: Timestamp,
) -> Result<Result<Known, TokenFault>, store::Error> {
    let mut tx = store.read().await?;
    let Some(found) = tx.opt(sql::token::FIND, p![hash.as_slice()], read).await? else {
        return Ok(Err(TokenFault::Invalid));
    };
    let (expires, dies, caller) = found;
    Ok(if dies.is_some_and(|dies| dies <= wall) {
        Err(TokenFault::Invalid)
    } else if expires <= wall {
        Err(TokenFault::Expired)
    } else {
        Ok(Known { caller, until: dies.map_or(expires, |dies| dies.min(expires)) })
    })
}

fn read(row: &Row<'_>) -> Result<(Timestamp, Option<Timestamp>, Caller), store::Error> {
    let (app, kind): (AppId, AppKind) = (row.get(2)?, row.get(3)?);
    let (scope, actor) = match (kind, row.get::<Option<ShopId>>(4)?) {
        (AppKind::Shop, Some(shop)) => {
            (Scope::Shop(shop), Actor::ShopApp { shop, app, may: kind.permissions() })
        }
        (AppKind::MiniProgram, _) => (Scope::Platform, Actor::MiniProgram { app }),
        (AppKind::Shop, None) => return Err(store::Error::internal("an application of a shop has no shop")),
    };
    Ok((row.get(0)?, row.get(1)?, Caller { scope, actor, request: "".into() }))
}

#[cfg(test)]
mod tests;
