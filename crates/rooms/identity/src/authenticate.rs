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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Error, RemoveStaff, Role,
        session::{self, Begun, NewToken, Person},
        testing::{SHOP, member, rooms, shopper, staff_caller, system},
    };
    use kernel::{Ctx, day_ms};
    use store::{Batch, Command, Registry, Tx};

    struct Begin(Person, Hash);

    impl Command for Begin {
        type Out = Begun;
        type Err = Error;
        const NAME: &'static str = "test.begin";

        async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Begun, Error> {
            let mut batch = Batch::new();
            let begun = session::begin(&mut batch, ctx, self.0, &self.1);
            tx.exec_all(batch).await?;
            Ok(begun)
        }
    }

    async fn begin(store: &Store, person: Person) -> crate::Session {
        let token = NewToken::fresh();
        let begun = store.write(&system(Scope::Platform), Begin(person, token.hash)).await.unwrap();
        token.session(begun)
    }

    store::on_both! {
        rooms = rooms();

        async fn a_shoppers_session_lasts_thirty_days(kit) {
            let store = kit.store(Registry::new()).await;
            let id = shopper(&store, "13800138000").await;
            let session = begin(&store, Person { kind: PersonKind::Shopper, id: id.0, shop: 0 }).await;
            let hash = secret::hash(&session.token);
            let caller = authenticate(&Tokens::new(), &store, &session.token).await.unwrap().unwrap();
            assert_eq!((caller.scope, caller.actor), (Scope::Shopper(id), Actor::Shopper(id)));
            let left = session.expires_wall - store.wall();
            assert!(left > day_ms(29) && left <= day_ms(30));
            assert!(look_up(&store, &hash, session.expires_wall + -1).await.unwrap().is_some());
            assert!(look_up(&store, &hash, session.expires_wall).await.unwrap().is_none());
        }

        async fn an_unknown_or_malformed_token_is_nobodys(kit) {
            let store = kit.store(Registry::new()).await;
            let tokens = Tokens::new();
            for token in ["", "x", &secret::session_token(), &secret::access_token()] {
                assert!(authenticate(&tokens, &store, token).await.unwrap().is_none());
            }
        }

        async fn a_logout_ends_the_session_at_once(kit) {
            let store = kit.store(Registry::new()).await;
            let tokens = Tokens::new();
            let id = shopper(&store, "13800138000").await;
            let session = begin(&store, Person { kind: PersonKind::Shopper, id: id.0, shop: 0 }).await;
            assert!(authenticate(&tokens, &store, &session.token).await.unwrap().is_some());
            session::logout(&tokens, &store, &session.token).await.unwrap();
            assert!(authenticate(&tokens, &store, &session.token).await.unwrap().is_none());
            session::logout(&tokens, &store, "not a token").await.unwrap();
        }

        async fn a_seen_token_costs_no_statement_for_a_while(kit) {
            let store = kit.store(Registry::new()).await;
            let tokens = Tokens::new();
            let id = shopper(&store, "13800138000").await;
            let session = begin(&store, Person { kind: PersonKind::Shopper, id: id.0, shop: 0 }).await;
            authenticate(&tokens, &store, &session.token).await.unwrap();
            let before = store.statements();
            authenticate(&tokens, &store, &session.token).await.unwrap().unwrap();
            assert_eq!(store.statements(), before);
        }

        async fn removed_staff_have_no_session(kit) {
            let store = kit.store(Registry::new()).await;
            let tokens = Tokens::new();
            let owner = member(&store, "owner", Role::Owner).await;
            let clerk = member(&store, "clerk", Role::Clerk).await;
            let session = begin(&store, Person { kind: PersonKind::Staff, id: clerk.0, shop: SHOP.0 }).await;
            assert!(authenticate(&tokens, &store, &session.token).await.unwrap().is_some());
            let by = staff_caller(SHOP, owner, Role::Owner);
            store.write(&by, RemoveStaff { staff: clerk }).await.unwrap();
            tokens.forget_all();
            assert!(authenticate(&tokens, &store, &session.token).await.unwrap().is_none());
            // A session that was begun against all odds does not help either.
            let ghost = begin(&store, Person { kind: PersonKind::Staff, id: clerk.0, shop: SHOP.0 }).await;
            assert!(authenticate(&tokens, &store, &ghost.token).await.unwrap().is_none());
        }
    }
}
