//! The rules of login codes, each where it refuses.

use kernel::{Actor, Caller, Scope, ShopperId, day_ms};
use std::sync::Arc;
use store::{Outcome, Registry, Store};

use super::{
    Ask, CODE_LIVES_MS, CODE_TRIES, DemoCode, Enter, day_of, demo_codes, login_with_code, request_code,
};
use crate::{
    DemoSender, Error, Gate, Limits, Phone, Tokens, authenticate, secret,
    testing::{At, HERE, anonymous, code, gate, rooms, shopper, system},
};

fn phone() -> Phone {
    Phone::new("13800138000").unwrap()
}

fn program() -> Caller {
    system(Scope::Platform)
}

async fn shown(store: &Store) -> Vec<DemoCode> {
    let ctx = store.ctx(&program()).await.unwrap();
    let mut tx = store.read().await.unwrap();
    demo_codes(&mut tx, &ctx).await.unwrap()
}

/// Asks for a code and reads it from where the demo shows it.
async fn sent(gate: &Gate, store: &Store) -> String {
    request_code(gate, store, &phone(), HERE).await.unwrap();
    shown(store).await.remove(0).code
}

fn other_than(code: &str) -> String {
    if code == "000000" { "000001".into() } else { "000000".into() }
}

fn ask(pause_ms: i64, a_day: i64) -> Ask {
    Ask { phone: phone(), code: secret::six_digits(), pause_ms, a_day }
}

store::on_both! {
    rooms = rooms();

    async fn a_code_logs_in_once_and_makes_a_shopper(kit) {
        let (gate, store) = (gate(), kit.store(Registry::new()).await);
        let digits = sent(&gate, &store).await;
        let session = login_with_code(&gate, &store, &phone(), &format!(" {digits} "), HERE).await.unwrap();
        let caller = authenticate(&Tokens::new(), &store, &session.token).await.unwrap().unwrap();
        let Actor::Shopper(first) = caller.actor else { panic!("{:?}", caller.actor) };
        let again = login_with_code(&gate, &store, &phone(), &digits, HERE).await;
        assert_eq!(code(again), "identity.code_gone");
        assert!(shown(&store).await.is_empty());
        // The same person next time.
        assert_eq!(shopper(&store, "+86 138 0013 8000").await, first);
    }

    async fn a_wrong_code_counts_and_five_end_it(kit) {
        let (gate, store) = (gate(), kit.store(Registry::new()).await);
        let digits = sent(&gate, &store).await;
        for _ in 0..CODE_TRIES {
            let wrong = login_with_code(&gate, &store, &phone(), &other_than(&digits), HERE).await;
            assert_eq!(code(wrong), "identity.code_wrong");
        }
        assert_eq!(code(login_with_code(&gate, &store, &phone(), &digits, HERE).await), "identity.code_gone");
        let digits = sent(&gate, &store).await;
        login_with_code(&gate, &store, &phone(), &digits, HERE).await.unwrap();
    }

    async fn a_code_that_was_never_sent_is_gone(kit) {
        let (gate, store) = (gate(), kit.store(Registry::new()).await);
        assert_eq!(code(login_with_code(&gate, &store, &phone(), "123456", HERE).await), "identity.code_gone");
    }

    async fn a_code_lives_five_minutes(kit) {
        let (gate, store) = (gate(), kit.store(Registry::new()).await);
        let digits = sent(&gate, &store).await;
        let enter = || Enter { phone: phone(), code: digits.clone(), token: secret::random() };
        let late = At { later_ms: CODE_LIVES_MS, command: enter() };
        assert_eq!(code(store.write(&program(), late).await.map(drop)), "identity.code_gone");
        let just = At { later_ms: CODE_LIVES_MS - 60_000, command: enter() };
        assert!(store.write(&program(), just).await.unwrap().is_some());
    }

    async fn a_new_code_replaces_the_last(kit) {
        let (gate, store) = (gate(), kit.store(Registry::new()).await);
        let first = sent(&gate, &store).await;
        let second = sent(&gate, &store).await;
        assert_eq!(shown(&store).await.len(), 1);
        if first != second {
            assert_eq!(code(login_with_code(&gate, &store, &phone(), &first, HERE).await), "identity.code_wrong");
        }
        login_with_code(&gate, &store, &phone(), &second, HERE).await.unwrap();
    }

    async fn codes_for_one_phone_are_a_minute_apart_and_ten_a_day(kit) {
        let store = kit.store(Registry::new()).await;
        let at = |later_ms| At { later_ms, command: ask(60_000, 10) };
        // Begins with a fresh day, so that the ten fit into it.
        let begin = day_ms(1) - (store.wall().ms() + kernel::hour_ms(8)).rem_euclid(day_ms(1));
        store.write(&program(), at(begin)).await.unwrap();
        let soon = store.write(&program(), at(begin + 50_000)).await;
        let Err(Error::CodeTooSoon { until }) = soon else { panic!("{soon:?}") };
        assert!(until - store.wall() > begin);
        for n in 1..10 {
            store.write(&program(), at(begin + n * 70_000)).await.unwrap();
        }
        assert_eq!(code(store.write(&program(), at(begin + 10 * 70_000)).await), "identity.codes_used_up");
        store.write(&program(), at(begin + day_ms(1))).await.unwrap();
    }

    async fn the_job_sends_what_was_sealed_and_nothing_that_is_over(kit) {
        let (gate, store) = (gate(), kit.store(Registry::new()).await);
        let digits = sent(&gate, &store).await;
        let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
        let sender = Ear(Arc::clone(&heard));
        let job = waiting(&store).await;
        assert_eq!(crate::send_code::send(&store, &sender, job).await.unwrap(), Outcome::Done);
        assert_eq!(*heard.lock().unwrap(), [("13800138000".to_owned(), digits.clone())]);
        login_with_code(&gate, &store, &phone(), &digits, HERE).await.unwrap();
        assert_eq!(crate::send_code::send(&store, &sender, job).await.unwrap(), Outcome::Done);
        assert_eq!(heard.lock().unwrap().len(), 1);
    }

    async fn a_gateway_that_fails_is_asked_again(kit) {
        let (gate, store) = (gate(), kit.store(Registry::new()).await);
        sent(&gate, &store).await;
        let job = waiting(&store).await;
        let outcome = crate::send_code::send(&store, &Deaf, job).await.unwrap();
        assert!(matches!(outcome, Outcome::Again { in_ms } if in_ms > 0));
    }

    async fn codes_are_shown_to_the_program_alone(kit) {
        let store = kit.store(Registry::new()).await;
        for (caller, refusal) in
            [(anonymous(), "auth.unauthenticated"), (Caller::shopper(ShopperId(1)), "auth.forbidden")]
        {
            let ctx = store.ctx(&caller).await.unwrap();
            let mut tx = store.read().await.unwrap();
            assert_eq!(code(demo_codes(&mut tx, &ctx).await), refusal);
        }
    }

    async fn only_the_program_makes_shoppers_known(kit) {
        let store = kit.store(Registry::new()).await;
        let made = store.write(&anonymous(), crate::EnsureShopper(phone())).await;
        assert_eq!(code(made), "auth.unauthenticated");
        let made = store.write(&Caller::shopper(ShopperId(1)), crate::EnsureShopper(phone())).await;
        assert_eq!(code(made), "auth.forbidden");
    }
}

/// The job that waits to send the code of [`phone`].
async fn waiting(store: &Store) -> crate::send_code::SendCode {
    let mut tx = store.read().await.unwrap();
    let code = tx.all("SELECT code_id FROM identity_code", vec![], |r| r.get(0)).await.unwrap()[0];
    crate::send_code::SendCode { code }
}

struct Ear(Arc<std::sync::Mutex<Vec<(String, String)>>>);

impl crate::CodeSender for Ear {
    fn send<'a>(
        &'a self,
        phone: &'a Phone,
        code: &'a str,
    ) -> store::BoxFuture<'a, Result<(), crate::CodeNotSent>> {
        self.0.lock().unwrap().push((phone.as_str().to_owned(), code.to_owned()));
        Box::pin(std::future::ready(Ok(())))
    }
}

struct Deaf;

impl crate::CodeSender for Deaf {
    fn send<'a>(&'a self, _: &'a Phone, _: &'a str) -> store::BoxFuture<'a, Result<(), crate::CodeNotSent>> {
        Box::pin(std::future::ready(Err(crate::CodeNotSent)))
    }
}

#[tokio::test]
async fn too_many_codes_from_one_address_are_refused_before_any_work() {
    let kit = store::testkit::Kit::new(store::testkit::Engine::Sqlite, &rooms()).await;
    let mut registry = Registry::new();
    crate::register(&mut registry, Arc::new(DemoSender));
    let store = kit.store(registry).await;
    let gate = Gate::new(Limits { codes_per_address: std::num::NonZeroU32::MIN, ..Limits::relaxed() });
    request_code(&gate, &store, &phone(), HERE).await.unwrap();
    let other = Phone::new("13900139000").unwrap();
    assert_eq!(code(request_code(&gate, &store, &other, HERE).await), "identity.too_many_requests");
}

#[test]
fn a_day_begins_at_midnight_in_china() {
    let midnight = kernel::Timestamp::from_secs(1_732_377_600); // 2024-11-24T00:00:00+08:00
    assert_eq!(day_of(midnight), day_of(midnight + -1) + 1);
    assert_eq!(day_of(midnight), day_of(midnight + day_ms(1) + -1));
}

#[test]
fn a_code_and_its_phone_are_never_shown_by_debug() {
    let shown =
        DemoCode { phone: phone(), code: "123456".into(), expires_wall: kernel::Timestamp::default() };
    assert_eq!(format!("{shown:?}"), "DemoCode");
}
