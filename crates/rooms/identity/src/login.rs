//! Logs staff and operators in by password.
//!
//! An attempt is counted before the password is looked at, so that parallel guesses can't outrun the lock-out; known
//! and unknown logins take the same statements and the same time. The password is verified between two transactions,
//! never inside one.

use kernel::{Caller, Ctx, Scope, minute_ms};
use std::net::IpAddr;
use store::{Batch, Store, Tx, p};

use crate::{
    Error, Gate, Hashed, LoginName, Password, Session, secret,
    secret::Hash,
    session::{self, Begun, NewToken, Person},
    sql,
};

/// Attempts at a login before it is locked.
pub const ATTEMPTS: i64 = 5;
/// How long a login stays locked after the last attempt, in ms of wall time.
pub const LOCKED_MS: i64 = minute_ms(15);

/// An attempt to log in.
#[derive(Debug, Clone)]
pub struct Login {
    /// The login as it was typed.
    pub login: String,
    /// The password as it was typed.
    pub password: Password,
    /// Where the attempt comes from.
    pub ip: IpAddr,
}

/// Logs a member of staff or an operator in.
pub async fn login(gate: &Gate, store: &Store, attempt: &Login) -> Result<Session, Error> {
    let name = LoginName::new(&attempt.login).map_err(|_| Error::LoginFailed)?;
    gate.admits_login(attempt.ip, name.as_str())?;
    let known = verified(gate, store, &name, &attempt.password).await?;
    let token = NewToken::fresh();
    let begin = Begin { name, known, token: token.hash };
    Ok(token.session(store.write(&system(), begin).await?))
}

/// Counts an attempt and verifies the password; the login as it was when its password was read.
pub(crate) async fn verified(
    gate: &Gate,
    store: &Store,
    name: &LoginName,
    password: &Password,
) -> Result<Known, Error> {
    let known = store.write(&system(), Count { name: name.clone() }).await?;
    let hashed = known.as_ref().map(|known| known.password.clone());
    let good = gate.hasher.verify(password.clone(), hashed).await?;
    known.filter(|_| good).ok_or(Error::LoginFailed)
}

fn system() -> Caller {
    Caller::system(Scope::Platform)
}

/// Guesses are counted under the hash of the login: unknown ones are whatever somebody typed, perhaps a password.
pub(crate) fn attempt_key(name: &LoginName) -> Hash {
    secret::hash(name.as_str())
}

/// A login and its password's hash.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) person: Person,
    pub(crate) password: Hashed,
}

/// Counts an attempt, whether or not the login is known.
struct Count {
    name: LoginName,
}

impl store::Command for Count {
    type Out = Option<Known>;
    type Err = Error;
    const NAME: &'static str = "identity.count_attempt";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Option<Known>, Error> {
        let key = attempt_key(&self.name);
        let free_since = ctx.wall + -LOCKED_MS;
        let counted =
            tx.exec(sql::login::COUNT_ATTEMPT, p![key.as_slice(), ctx.wall, free_since, ATTEMPTS]).await?;
        if counted == 0 {
            let last = tx.opt(sql::login::LAST_ATTEMPT, p![key.as_slice()], |r| r.get(0)).await?;
            return Err(Error::LoginLocked { until: last.unwrap_or(ctx.wall) + LOCKED_MS });
        }
        let known = tx
            .opt(sql::login::FIND, p![&self.name], |r| {
                let person = Person { kind: r.get(0)?, id: r.get(1)?, shop: r.get(2)? };
                Ok(Known { person, password: Hashed(r.get(3)?) })
            })
            .await?;
        Ok(known)
    }
}

/// Begins a session, if the login is still what was verified.
struct Begin {
    name: LoginName,
    known: Known,
    token: Hash,
}

impl store::Command for Begin {
    type Out = Begun;
    type Err = Error;
    const NAME: &'static str = "identity.login";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Begun, Error> {
        // The same text is written back: it holds the row, so that a removal or a new password comes before or after.
        let password = &self.known.password.0;
        let same = tx.exec(sql::login::CHANGE_PASSWORD, p![&self.name, password, password]).await?;
        if same == 0 {
            return Err(Error::LoginFailed);
        }
        let key = attempt_key(&self.name);
        let mut batch = Batch::new();
        batch.add(sql::login::FORGET_ATTEMPTS, p![key.as_slice()]);
        let begun = session::begin(&mut batch, ctx, self.known.person, &self.token);
        tx.exec_all(batch).await?;
        Ok(begun)
    }
}
