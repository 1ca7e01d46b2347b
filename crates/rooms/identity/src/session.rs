//! Sessions: what a login leaves behind.

use kernel::{Actor, Caller, Ctx, Scope, Timestamp, day_ms, hour_ms};
use serde::{Deserialize, Serialize};
use store::{Batch, FromCol, Row, Store, Tx, Val, p};
use utoipa::ToSchema;

use crate::{Error, Tokens, secret, secret::Hash, sql};

/// The kinds of people who log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonKind {
    /// A member of a shop's staff.
    Staff,
    /// A shopper.
    Shopper,
    /// A person who runs the platform.
    Operator,
}

impl PersonKind {
    /// How long a session lasts, in ms of wall time. It is not prolonged by use.
    pub const fn session_ms(self) -> i64 {
        match self {
            Self::Staff | Self::Operator => hour_ms(12),
            Self::Shopper => day_ms(30),
        }
    }
}

impl From<PersonKind> for Val<'_> {
    fn from(kind: PersonKind) -> Self {
        Self::Int(match kind {
            PersonKind::Staff => 1,
            PersonKind::Shopper => 2,
            PersonKind::Operator => 3,
        })
    }
}

impl FromCol for PersonKind {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, store::Error> {
        match row.get::<i64>(index)? {
            1 => Ok(Self::Staff),
            2 => Ok(Self::Shopper),
            3 => Ok(Self::Operator),
            _ => Err(store::Error::internal("a stored kind of person can't be read")),
        }
    }
}

/// A person as logins and sessions refer to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) kind: PersonKind,
    pub(crate) id: i64,
    /// Their shop; 0 for whoever has none.
    pub(crate) shop: i64,
}

impl Person {
    /// The person behind a caller; `None` for programs and for nobody.
    pub(crate) const fn behind(actor: &Actor) -> Option<Self> {
        match actor {
            Actor::Staff { shop, staff, .. } => {
                Some(Self { kind: PersonKind::Staff, id: staff.0, shop: shop.0 })
            }
            Actor::Shopper(id) => Some(Self { kind: PersonKind::Shopper, id: id.0, shop: 0 }),
            Actor::Operator { operator, .. } => {
                Some(Self { kind: PersonKind::Operator, id: operator.0, shop: 0 })
            }
            Actor::Anonymous | Actor::System | Actor::ShopApp { .. } | Actor::MiniProgram { .. } => None,
        }
    }
}

/// A session that has begun. Its token is shown once, here.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// The bearer token: 256 random bits in base64url.
    pub token: String,
    /// Whose kind of session it is.
    pub kind: PersonKind,
    /// When it ends, wall time.
    pub expires_wall: Timestamp,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("kind", &self.kind).field("expires_wall", &self.expires_wall).finish()
    }
}

/// A token that waits for its session to be written.
pub(crate) struct NewToken {
    text: String,
    pub(crate) hash: Hash,
}

impl NewToken {
    pub(crate) fn fresh() -> Self {
        let text = secret::session_token();
        let hash = secret::hash(&text);
        Self { text, hash }
    }

    /// The session of this token, once it was written.
    pub(crate) fn session(self, begun: Begun) -> Session {
        Session { token: self.text, kind: begun.kind, expires_wall: begun.expires_wall }
    }
}

/// What of a session comes out of the transaction that wrote it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun {
    kind: PersonKind,
    expires_wall: Timestamp,
}

/// Adds a session of `person` to what will be written.
pub(crate) fn begin<'a>(batch: &mut Batch<'a>, ctx: &Ctx, person: Person, hash: &'a Hash) -> Begun {
    let expires_wall = ctx.wall + person.kind.session_ms();
    batch.add(
        sql::session::ADD,
        p![hash.as_slice(), person.kind, person.id, person.shop, ctx.wall, expires_wall],
    );
    Begun { kind: person.kind, expires_wall }
}

/// Ends all sessions of `person`.
pub(crate) fn end_all(batch: &mut Batch<'_>, kind: PersonKind, id: i64) {
    batch.add(sql::session::END_OF_PERSON, p![kind, id]);
}

/// Ends the session of this token; nothing happens if there is none.
pub async fn logout(tokens: &Tokens, store: &Store, token: &str) -> Result<(), Error> {
    if !secret::is_session_token(token) {
        return Ok(());
    }
    let hash = secret::hash(token);
    store.write(&Caller::system(Scope::Platform), End { hash }).await?;
    tokens.forget(&hash);
    Ok(())
}

struct End {
    hash: Hash,
}

impl store::Command for End {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "identity.logout";

    async fn run(&self, tx: &mut Tx, _: &Ctx) -> Result<(), Error> {
        tx.exec(sql::session::END, p![self.hash.as_slice()]).await?;
        Ok(())
    }
}
