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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        AddStaff, Role, Tokens, authenticate,
        testing::{At, HERE, SHOP, code, gate, login_name, name, rooms, system as program},
    };
    use kernel::{Actor, StaffId};
    use store::Registry;

    const PASSWORD: &str = "correct horse";

    async fn employed(gate: &Gate, store: &Store) -> StaffId {
        let password = gate.hash_password(Password::chosen(PASSWORD).unwrap()).await.unwrap();
        let add = AddStaff { login: login_name("li.wei"), password, name: name(), role: Role::Clerk };
        store.write(&program(Scope::Shop(SHOP)), add).await.unwrap()
    }

    fn attempt(login: &str, password: &str) -> Login {
        Login { login: login.into(), password: Password::tried(password), ip: HERE }
    }

    store::on_both! {
        rooms = rooms();

        async fn the_right_password_begins_a_session_of_twelve_hours(kit) {
            let (gate, store) = (gate(), kit.store(Registry::new()).await);
            let staff = employed(&gate, &store).await;
            let before = store.wall();
            let session = login(&gate, &store, &attempt(" Li.Wei ", PASSWORD)).await.unwrap();
            assert!(session.expires_wall - before >= kernel::hour_ms(12));
            assert!(session.expires_wall - store.wall() <= kernel::hour_ms(12));
            let caller = authenticate(&Tokens::new(), &store, &session.token).await.unwrap().unwrap();
            let Actor::Staff { shop, staff: who, may } = caller.actor else { panic!("{:?}", caller.actor) };
            assert_eq!((shop, who, may), (SHOP, staff, Role::Clerk.permissions()));
            assert_eq!(caller.scope, Scope::Shop(SHOP));
            assert!(!format!("{session:?}").contains(&session.token));
        }

        async fn a_wrong_password_and_an_unknown_login_are_refused_alike(kit) {
            let (gate, store) = (gate(), kit.store(Registry::new()).await);
            employed(&gate, &store).await;
            let mut statements = Vec::new();
            for login_as in ["li.wei", "nobody", "not a login!"] {
                let before = store.statements();
                assert_eq!(code(login(&gate, &store, &attempt(login_as, "wrong horse")).await), "identity.login_failed");
                statements.push(store.statements() - before);
            }
            assert_eq!(statements[0], statements[1]);
        }

        async fn a_login_is_locked_after_five_failures_known_or_not_and_opens_after_fifteen_minutes(kit) {
            let (gate, store) = (gate(), kit.store(Registry::new()).await);
            employed(&gate, &store).await;
            for login_as in ["li.wei", "nobody"] {
                for _ in 0..ATTEMPTS {
                    let failed = login(&gate, &store, &attempt(login_as, "wrong horse")).await;
                    assert_eq!(code(failed), "identity.login_failed");
                }
                let locked = login(&gate, &store, &attempt(login_as, PASSWORD)).await;
                let Err(Error::LoginLocked { until }) = locked else { panic!("{locked:?}") };
                assert!(until - store.wall() > LOCKED_MS - 60_000 && until - store.wall() <= LOCKED_MS);
            }
            let count = || Count { name: login_name("li.wei") };
            let later = |later_ms| At { later_ms, command: count() };
            assert_eq!(code(store.write(&system(), later(LOCKED_MS - 60_000)).await.map(drop)), "identity.login_locked");
            assert!(store.write(&system(), later(LOCKED_MS + 1)).await.unwrap().is_some());
        }

        async fn a_success_forgets_the_failures_before_it(kit) {
            let (gate, store) = (gate(), kit.store(Registry::new()).await);
            employed(&gate, &store).await;
            for _ in 0..3 {
                for _ in 0..ATTEMPTS - 1 {
                    assert!(login(&gate, &store, &attempt("li.wei", "wrong horse")).await.is_err());
                }
                login(&gate, &store, &attempt("li.wei", PASSWORD)).await.unwrap();
            }
        }

        async fn parallel_guesses_do_not_outrun_the_lock(kit) {
            let (gate, store) = (gate(), kit.store(Registry::new()).await);
            let guesses = (0..12).map(|_| async { code(login(&gate, &store, &attempt("nobody", "guess guess")).await) });
            let answers = futures::future::join_all(guesses).await;
            let of = |wanted: &str| answers.iter().filter(|c| **c == wanted).count();
            assert_eq!((of("identity.login_failed"), of("identity.login_locked")), (5, 7));
        }

        async fn a_password_that_changed_while_it_was_verified_begins_no_session(kit) {
            let (gate, store) = (gate(), kit.store(Registry::new()).await);
            employed(&gate, &store).await;
            let name = login_name("li.wei");
            let mut known = verified(&gate, &store, &name, &Password::tried(PASSWORD)).await.unwrap();
            known.password = Hashed("another".into());
            let begin = Begin { name, known, token: [1; 32] };
            assert_eq!(code(store.write(&system(), begin).await), "identity.login_failed");
        }
    }

    #[tokio::test]
    async fn too_many_attempts_from_one_address_are_refused_before_any_work() {
        let kit = store::testkit::Kit::new(store::testkit::Engine::Sqlite, &rooms()).await;
        let store = kit.store(Registry::new()).await;
        let limits =
            crate::Limits { attempts_per_login: std::num::NonZeroU32::MIN, ..crate::Limits::relaxed() };
        let gate = Gate::new(limits);
        assert_eq!(
            code(login(&gate, &store, &attempt("nobody", "guess guess")).await),
            "identity.login_failed"
        );
        assert_eq!(
            code(login(&gate, &store, &attempt("nobody", "guess guess")).await),
            "identity.too_many_requests"
        );
    }
}
