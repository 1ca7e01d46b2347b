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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        AddOperator, Login, OperatorRole, authenticate, login,
        testing::{HERE, anonymous, code, gate, login_name, name, rooms, shopper, system},
    };
    use kernel::Caller;
    use store::Registry;

    fn change(old: &str, new: &str) -> ChangePassword {
        ChangePassword { old: Password::tried(old), new: Password::chosen(new).unwrap(), ip: HERE }
    }

    store::on_both! {
        rooms = rooms();

        async fn a_changed_password_ends_every_session_and_begins_one(kit) {
            let (gate, tokens, store) = (gate(), Tokens::new(), kit.store(Registry::new()).await);
            let password = gate.hash_password(Password::tried("first password")).await.unwrap();
            let add = AddOperator { login: login_name("root"), password, name: name(), role: OperatorRole::Admin };
            store.write(&system(Scope::Platform), add).await.unwrap();
            let with = |password: &str| Login { login: "root".into(), password: Password::tried(password), ip: HERE };
            let old = login(&gate, &store, &with("first password")).await.unwrap();
            let caller = authenticate(&tokens, &store, &old.token).await.unwrap().unwrap();

            let wrong = change_password(&gate, &tokens, &store, &caller, &change("not this one", "second password")).await;
            assert_eq!(code(wrong), "identity.login_failed");
            let new = change_password(&gate, &tokens, &store, &caller, &change("first password", "second password"))
                .await
                .unwrap();

            assert!(authenticate(&tokens, &store, &old.token).await.unwrap().is_none());
            assert!(authenticate(&tokens, &store, &new.token).await.unwrap().is_some());
            assert_eq!(code(login(&gate, &store, &with("first password")).await), "identity.login_failed");
            login(&gate, &store, &with("second password")).await.unwrap();
        }

        async fn only_people_with_a_password_change_one(kit) {
            let (gate, tokens, store) = (gate(), Tokens::new(), kit.store(Registry::new()).await);
            let by = |caller: Caller| {
                let (gate, tokens, store) = (&gate, &tokens, &store);
                async move { code(change_password(gate, tokens, store, &caller, &change("a", "12345678")).await) }
            };
            assert_eq!(by(anonymous()).await, "auth.unauthenticated");
            let shopper = shopper(&store, "13800138000").await;
            assert_eq!(by(Caller::shopper(shopper)).await, "auth.forbidden");
        }
    }
}
