//! Changes one's own password. All sessions of the person end; a new one begins.

use kernel::{Caller, Ctx, Denied, Scope};
use std::net::IpAddr;
use store::{Batch, Store, Tx, p};

use crate::{
    Error, Gate, Hashed, LoginName, Password, Session, Tokens,
    login::{self, Known},
    secret::Hash,
    session::{self, Begun, NewToken, Person},
    sql,
};

/// The old and the new password.
#[derive(Debug, Clone)]
pub struct ChangePassword {
    /// The present one; verified as at a login, lock-out included.
    pub old: Password,
    /// The one to be.
    pub new: Password,
    /// Where the request comes from.
    pub ip: IpAddr,
}

/// Changes the password of the caller, a member of staff or an operator.
pub async fn change_password(
    gate: &Gate,
    tokens: &Tokens,
    store: &Store,
    caller: &Caller,
    change: &ChangePassword,
) -> Result<Session, Error> {
    let person = Person::behind(&caller.actor).ok_or(Denied::Unauthenticated)?;
    let name = login_of(store, person).await?;
    gate.admits_login(change.ip, name.as_str())?;
    let known = login::verified(gate, store, &name, &change.old).await?;
    let new = gate.hash_password(change.new.clone()).await?;
    let token = NewToken::fresh();
    let set = Set { name, known, new, token: token.hash };
    let begun = store.write(&Caller::system(Scope::Platform), set).await?;
    tokens.forget_all();
    Ok(token.session(begun))
}

/// The login of a person; shoppers have none.
async fn login_of(store: &Store, person: Person) -> Result<LoginName, Error> {
    let mut tx = store.read().await?;
    let login = tx.opt(sql::login::OF_PERSON, p![person.kind, person.id], |r| r.get::<String>(0)).await?;
    LoginName::new(&login.ok_or(Denied::Forbidden)?)
}

struct Set {
    name: LoginName,
    known: Known,
    new: Hashed,
    token: Hash,
}

impl store::Command for Set {
    type Out = Begun;
    type Err = Error;
    const NAME: &'static str = "identity.change_password";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Begun, Error> {
        let old = &self.known.password.0;
        if tx.exec(sql::login::CHANGE_PASSWORD, p![&self.name, old, &self.new.0]).await? == 0 {
            return Err(Error::LoginFailed);
        }
        let person = self.known.person;
        let key = login::attempt_key(&self.name);
        let mut batch = Batch::new();
        batch.add(sql::login::FORGET_ATTEMPTS, p![key.as_slice()]);
        session::end_all(&mut batch, person.kind, person.id);
        let begun = session::begin(&mut batch, ctx, person, &self.token);
        tx.exec_all(batch).await?;
        Ok(begun)
    }
}
