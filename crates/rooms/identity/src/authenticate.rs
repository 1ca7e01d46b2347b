//! Finds out whose session a token is. Each request asks, so a token is read at most every few seconds.

use kernel::{Actor, Caller, OperatorId, Scope, ShopId, ShopperId, StaffId, Timestamp};
use store::{Row, Store, p};

use crate::{OperatorRole, PersonKind, Role, Tokens, secret, secret::Hash, sql, tokens::Known};

/// The caller behind a session token; `None` if it is unknown, ended, or its person was removed. The caller has the
/// person's present role; a change elsewhere shows after three seconds at the latest.
pub async fn authenticate(
    tokens: &Tokens,
    store: &Store,
    token: &str,
) -> Result<Option<Caller>, store::Error> {
    if !secret::is_session_token(token) {
        return Ok(None);
    }
    let (hash, wall) = (secret::hash(token), store.wall());
    if let Some(caller) = tokens.get(&hash, wall) {
        return Ok(Some(caller));
    }
    let Some(known) = look_up(store, &hash, wall).await? else { return Ok(None) };
    tokens.keep(hash, known.clone());
    Ok(Some(known.caller))
}

pub(crate) async fn look_up(
    store: &Store,
    hash: &Hash,
    wall: Timestamp,
) -> Result<Option<Known>, store::Error> {
    let mut tx = store.read().await?;
    let found = tx.opt(sql::session::FIND, p![hash.as_slice()], read).await?;
    Ok(found.flatten().filter(|known| wall < known.until))
}

fn read(row: &Row<'_>) -> Result<Option<Known>, store::Error> {
    let (id, shop): (i64, i64) = (row.get(1)?, row.get(2)?);
    let until = row.get(3)?;
    let as_caller = |scope, actor| Known { caller: Caller { scope, actor, request: "".into() }, until };
    Ok(match row.get::<PersonKind>(0)? {
        PersonKind::Shopper => Some(as_caller(Scope::Shopper(ShopperId(id)), Actor::Shopper(ShopperId(id)))),
        PersonKind::Staff => {
            let Some(role) = row.get::<Option<String>>(4)? else { return Ok(None) };
            let may = Role::stored(&role)?.permissions();
            let (shop, staff) = (ShopId(shop), StaffId(id));
            Some(as_caller(Scope::Shop(shop), Actor::Staff { shop, staff, may }))
        }
        PersonKind::Operator => {
            let Some(role) = row.get::<Option<String>>(5)? else { return Ok(None) };
            let may = OperatorRole::stored(&role)?.permissions();
            Some(as_caller(Scope::Platform, Actor::Operator { operator: OperatorId(id), may }))
        }
    })
}
