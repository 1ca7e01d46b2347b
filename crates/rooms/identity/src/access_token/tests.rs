//! The two families of tokens, on a moved wall clock.

use kernel::{Actor, Caller, Permission, Scope, Timestamp, day_ms, hour_ms};
use store::{Registry, Store};

use super::{
    Credential, FORCED_A_DAY, FORCED_PAUSE_MS, IssueClassic, Issued, LIFE_MS, OVERLAP_MS, Renew,
    authenticate_access_token, issue_token, look_up, stable_token,
};
use crate::{
    AppKind, Error, NewApp, RotateSecret, TokenFault, Tokens, secret,
    testing::{At, SHOP, code, gate, new_app, rooms, system, with_permission},
};

/// Who a token belongs to at a moment.
async fn at(store: &Store, token: &str, wall: Timestamp) -> Result<Caller, TokenFault> {
    look_up(store, &secret::hash(token), wall).await.unwrap().map(|known| known.caller)
}

async fn credential(store: &Store, new: &NewApp) -> Credential {
    let mut tx = store.read().await.unwrap();
    Credential::check(&mut tx, &new.appid, &new.secret).await.unwrap()
}

/// Issues a classic token `later_ms` from now.
async fn classic(store: &Store, new: &NewApp, later_ms: i64) -> String {
    let token = secret::access_token();
    let command = IssueClassic { credential: credential(store, new).await, hash: secret::hash(&token) };
    store.write(&system(Scope::Platform), At { later_ms, command }).await.unwrap();
    token
}

/// Asks for the stable token `later_ms` from now.
async fn stable(store: &Store, new: &NewApp, force: bool, later_ms: i64) -> Result<Issued, Error> {
    let token = secret::access_token();
    let command =
        Renew { credential: credential(store, new).await, hash: secret::hash(&token), token, force };
    store.write(&system(Scope::Platform), At { later_ms, command }).await
}

store::on_both! {
    rooms = rooms();

    async fn a_token_stands_for_its_application(kit) {
        let (gate, store) = (gate(), kit.store(Registry::new()).await);
        let shop_app = new_app(&store, AppKind::Shop).await;
        let mini = new_app(&store, AppKind::MiniProgram).await;
        let tokens = Tokens::new();
        let issued = issue_token(&gate, &store, &shop_app.appid, &shop_app.secret).await.unwrap();
        assert_eq!(issued.expires_in, 7200);
        let caller = authenticate_access_token(&tokens, &store, &issued.access_token).await.unwrap().unwrap();
        let Actor::ShopApp { shop, app, may } = caller.actor else { panic!("{:?}", caller.actor) };
        assert_eq!((caller.scope, shop, app), (Scope::Shop(SHOP), SHOP, shop_app.app));
        assert!(may.has(Permission::OrderShip) && !may.has(Permission::StaffWrite));
        let issued = issue_token(&gate, &store, &mini.appid, &mini.secret).await.unwrap();
        let caller = authenticate_access_token(&tokens, &store, &issued.access_token).await.unwrap().unwrap();
        assert_eq!((caller.scope, caller.actor), (Scope::Platform, Actor::MiniProgram { app: mini.app }));
    }

    async fn a_token_that_is_missing_malformed_or_unknown_is_no_token(kit) {
        let store = kit.store(Registry::new()).await;
        let tokens = Tokens::new();
        for (token, fault) in [
            ("", TokenFault::Missing),
            ("nonsense", TokenFault::Invalid),
            (&secret::access_token(), TokenFault::Invalid),
            (&secret::session_token(), TokenFault::Invalid),
        ] {
            let found = authenticate_access_token(&tokens, &store, token).await.unwrap();
            assert_eq!(found.unwrap_err(), fault);
        }
    }

    async fn a_seen_token_costs_no_statement_for_a_while(kit) {
        let (gate, store) = (gate(), kit.store(Registry::new()).await);
        let new = new_app(&store, AppKind::Shop).await;
        let token = issue_token(&gate, &store, &new.appid, &new.secret).await.unwrap().access_token;
        let tokens = Tokens::new();
        authenticate_access_token(&tokens, &store, &token).await.unwrap().unwrap();
        let before = store.statements();
        authenticate_access_token(&tokens, &store, &token).await.unwrap().unwrap();
        assert_eq!(store.statements(), before);
    }

    async fn wrong_credentials_are_told_apart_as_published(kit) {
        let (gate, store) = (gate(), kit.store(Registry::new()).await);
        let new = new_app(&store, AppKind::Shop).await;
        let (appid, secret) = (new.appid.as_str(), new.secret.as_str());
        assert_eq!(code(issue_token(&gate, &store, "wx0", secret).await), "identity.appid_unknown");
        assert_eq!(code(issue_token(&gate, &store, appid, "0").await), "identity.secret_wrong");
        let tokens = Tokens::new();
        let stable = |credential, force| stable_token(&gate, &tokens, &store, credential, force);
        assert_eq!(code(stable(("wx0", secret), false).await), "identity.appid_unknown");
        assert_eq!(code(stable((appid, "0"), true).await), "identity.secret_wrong");
    }

    async fn a_classic_token_lives_two_hours(kit) {
        let store = kit.store(Registry::new()).await;
        let new = new_app(&store, AppKind::Shop).await;
        let before = store.wall();
        let token = classic(&store, &new, 0).await;
        assert!(at(&store, &token, before + LIFE_MS + -1).await.is_ok());
        assert_eq!(at(&store, &token, store.wall() + LIFE_MS).await.unwrap_err(), TokenFault::Expired);
    }

    async fn the_classic_token_before_lives_five_minutes_on(kit) {
        let store = kit.store(Registry::new()).await;
        let new = new_app(&store, AppKind::Shop).await;
        let first = classic(&store, &new, 0).await;
        let second = classic(&store, &new, 60_000).await;
        assert_ne!(first, second);
        let replaced = store.wall() + 60_000;
        assert!(at(&store, &first, replaced + OVERLAP_MS + -30_000).await.is_ok());
        assert_eq!(at(&store, &first, replaced + OVERLAP_MS).await.unwrap_err(), TokenFault::Invalid);
        assert!(at(&store, &second, replaced + OVERLAP_MS).await.is_ok());
        // A third one does not prolong the first.
        classic(&store, &new, 120_000).await;
        assert_eq!(at(&store, &first, replaced + OVERLAP_MS).await.unwrap_err(), TokenFault::Invalid);
    }

    async fn a_token_in_its_last_minutes_is_not_prolonged_by_its_replacement(kit) {
        let store = kit.store(Registry::new()).await;
        let new = new_app(&store, AppKind::Shop).await;
        let first = classic(&store, &new, 0).await;
        classic(&store, &new, LIFE_MS - 60_000).await;
        assert_eq!(at(&store, &first, store.wall() + LIFE_MS).await.unwrap_err(), TokenFault::Expired);
    }

    async fn the_stable_token_stays_the_same_until_its_last_five_minutes(kit) {
        let (gate, store) = (gate(), kit.store(Registry::new()).await);
        let (tokens, new) = (Tokens::new(), new_app(&store, AppKind::Shop).await);
        let credential = (new.appid.as_str(), new.secret.as_str());
        let first = stable_token(&gate, &tokens, &store, credential, false).await.unwrap();
        assert_eq!(first.expires_in, 7200);
        let again = stable_token(&gate, &tokens, &store, credential, false).await.unwrap();
        assert_eq!(again.access_token, first.access_token);
        let later = stable(&store, &new, false, LIFE_MS - OVERLAP_MS - 60_000).await.unwrap();
        assert_eq!(later.access_token, first.access_token);
        assert!((300..=360).contains(&later.expires_in), "{}", later.expires_in);
        let renewed = stable(&store, &new, false, LIFE_MS - OVERLAP_MS).await.unwrap();
        assert_ne!(renewed.access_token, first.access_token);
        assert_eq!(renewed.expires_in, 7200);
        // Both hold for the last minutes of the old.
        let near_end = store.wall() + LIFE_MS + -60_000;
        assert!(at(&store, &first.access_token, near_end).await.is_ok());
        assert!(at(&store, &renewed.access_token, near_end).await.is_ok());
        let end = store.wall() + LIFE_MS;
        assert_eq!(at(&store, &first.access_token, end).await.unwrap_err(), TokenFault::Expired);
    }

    async fn many_who_ask_at_once_get_one_stable_token(kit) {
        let (gate, store) = (gate(), kit.store(Registry::new()).await);
        let (tokens, new) = (Tokens::new(), new_app(&store, AppKind::Shop).await);
        let credential = (new.appid.as_str(), new.secret.as_str());
        let all = (0..8).map(|_| stable_token(&gate, &tokens, &store, credential, false));
        let all = futures::future::join_all(all).await;
        let first = all[0].as_ref().unwrap().access_token.clone();
        assert!(all.into_iter().all(|issued| issued.unwrap().access_token == first));
    }

    async fn a_forced_renewal_ends_the_old_stable_tokens_at_once(kit) {
        let (gate, store) = (gate(), kit.store(Registry::new()).await);
        let (tokens, new) = (Tokens::new(), new_app(&store, AppKind::Shop).await);
        let credential = (new.appid.as_str(), new.secret.as_str());
        let old = stable_token(&gate, &tokens, &store, credential, false).await.unwrap().access_token;
        assert!(authenticate_access_token(&tokens, &store, &old).await.unwrap().is_ok());
        let forced = stable_token(&gate, &tokens, &store, credential, true).await.unwrap();
        assert_eq!(forced.expires_in, 7200);
        let found = authenticate_access_token(&tokens, &store, &old).await.unwrap();
        assert_eq!(found.unwrap_err(), TokenFault::Invalid);
        let found = authenticate_access_token(&tokens, &store, &forced.access_token).await.unwrap();
        assert!(found.is_ok());
        let now = stable_token(&gate, &tokens, &store, credential, false).await.unwrap();
        assert_eq!(now.access_token, forced.access_token);
    }

    async fn forced_renewals_are_thirty_seconds_apart(kit) {
        let store = kit.store(Registry::new()).await;
        let new = new_app(&store, AppKind::Shop).await;
        stable(&store, &new, true, 0).await.unwrap();
        let soon = stable(&store, &new, true, FORCED_PAUSE_MS - 10_000).await;
        assert_eq!(code(soon), "identity.tokens_too_fast");
        stable(&store, &new, true, FORCED_PAUSE_MS).await.unwrap();
    }

    async fn forced_renewals_are_twenty_a_day(kit) {
        let store = kit.store(Registry::new()).await;
        let new = new_app(&store, AppKind::Shop).await;
        // Begins with a fresh day, so that the twenty fit into it.
        let begin = day_ms(1) - (store.wall().ms() + hour_ms(8)).rem_euclid(day_ms(1));
        for n in 0..FORCED_A_DAY {
            stable(&store, &new, true, begin + n * 60_000).await.unwrap();
        }
        let more = stable(&store, &new, true, begin + FORCED_A_DAY * 60_000).await;
        assert_eq!(code(more), "identity.tokens_used_up");
        stable(&store, &new, false, begin + FORCED_A_DAY * 60_000).await.unwrap();
        stable(&store, &new, true, begin + day_ms(1)).await.unwrap();
    }

    async fn the_two_families_know_nothing_of_each_other(kit) {
        let store = kit.store(Registry::new()).await;
        let new = new_app(&store, AppKind::Shop).await;
        let first_classic = classic(&store, &new, 0).await;
        let first_stable = stable(&store, &new, false, 0).await.unwrap().access_token;
        classic(&store, &new, 0).await;
        let later = store.wall() + OVERLAP_MS + 60_000;
        assert!(at(&store, &first_stable, later).await.is_ok());
        let second_classic = classic(&store, &new, 0).await;
        stable(&store, &new, true, 0).await.unwrap();
        assert!(at(&store, &second_classic, later).await.is_ok());
        assert!(at(&store, &first_classic, store.wall()).await.is_ok());
        assert!(at(&store, &first_stable, later).await.is_err());
    }

    async fn a_new_secret_ends_the_old_one_and_every_token(kit) {
        let (gate, store) = (gate(), kit.store(Registry::new()).await);
        let (tokens, new) = (Tokens::new(), new_app(&store, AppKind::Shop).await);
        let old = credential(&store, &new).await;
        let before = [
            issue_token(&gate, &store, &new.appid, &new.secret).await.unwrap().access_token,
            stable_token(&gate, &tokens, &store, (&new.appid, &new.secret), false).await.unwrap().access_token,
        ];
        let by = with_permission(Permission::DeveloperWrite);
        let rotated = store.write(&by, RotateSecret { app: new.app }).await.unwrap().open(store.vault()).unwrap();
        assert_eq!((rotated.app, &rotated.appid), (new.app, &new.appid));
        for token in &before {
            assert_eq!(at(&store, token, store.wall()).await.unwrap_err(), TokenFault::Invalid);
        }
        let refused = issue_token(&gate, &store, &new.appid, &new.secret).await;
        assert_eq!(code(refused), "identity.secret_wrong");
        // A request that had checked the old secret a moment before gets no token either.
        let late = IssueClassic { credential: old.clone(), hash: [1; 32] };
        assert_eq!(code(store.write(&system(Scope::Platform), late).await), "identity.secret_wrong");
        let late = Renew { credential: old, hash: [2; 32], token: "late".into(), force: false };
        assert_eq!(code(store.write(&system(Scope::Platform), late).await), "identity.secret_wrong");
        let now = stable_token(&gate, &tokens, &store, (&new.appid, &rotated.secret), false).await.unwrap();
        assert!(!before.contains(&now.access_token));
    }

    async fn no_token_and_no_secret_lies_in_the_database(kit) {
        let (gate, store) = (gate(), kit.store(Registry::new()).await);
        let (tokens, new) = (Tokens::new(), new_app(&store, AppKind::Shop).await);
        let token = stable_token(&gate, &tokens, &store, (&new.appid, &new.secret), false).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let sql = "SELECT sealed FROM identity_token_family WHERE sealed IS NOT NULL \
                   UNION ALL SELECT token_hash FROM identity_token \
                   UNION ALL SELECT secret_hash FROM identity_app";
        let kept: Vec<Vec<u8>> = tx.all(sql, vec![], |r| r.get(0)).await.unwrap();
        assert_eq!(kept.len(), 3);
        for secret in [&token.access_token, &new.secret] {
            let holds = |row: &Vec<u8>| row.windows(secret.len()).any(|w| w == secret.as_bytes());
            assert!(!kept.iter().any(holds));
        }
    }
}
