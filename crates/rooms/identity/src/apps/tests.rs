//! The rules of applications, each where it refuses.

use kernel::{AppId, Caller, Cursor, PageSize, Permission, Scope, ShopId, StaffId};
use store::{Registry, Store};

use crate::{
    App, AppKind, CreateApp, Error, LinkApp, NewApp, OperatorRole, Role, RotateSecret, app, app_of_appid,
    app_of_shop, apps_linked, list_apps, shops_of,
    testing::{
        OTHER_SHOP, SHOP, anonymous, code, name, new_app, operator_caller, rooms, staff_caller, system,
        with_permission,
    },
};

fn developer() -> Caller {
    with_permission(Permission::DeveloperWrite)
}

fn create(kind: AppKind, shop: Option<ShopId>) -> CreateApp {
    CreateApp { kind, shop, name: name() }
}

async fn made(store: &Store, caller: &Caller, kind: AppKind, shop: Option<ShopId>) -> Result<NewApp, Error> {
    store.write(caller, create(kind, shop)).await?.open(store.vault())
}

async fn listed(store: &Store, caller: &Caller) -> Result<Vec<App>, Error> {
    let ctx = store.ctx(caller).await.unwrap();
    let mut tx = store.read().await.unwrap();
    Ok(list_apps(&mut tx, &ctx, Cursor::NEWEST, PageSize::default()).await?.items)
}

store::on_both! {
    rooms = rooms();

    async fn an_application_has_names_of_the_published_form_and_is_found_by_each(kit) {
        let store = kit.store(Registry::new()).await;
        let new = made(&store, &developer(), AppKind::Shop, None).await.unwrap();
        let hex = |text: &str, prefix: &str, len| {
            text.strip_prefix(prefix).is_some_and(|rest| rest.len() == len && rest.bytes().all(|b| b.is_ascii_hexdigit()))
        };
        assert!(hex(&new.appid, "wx", 16) && hex(&new.original_id, "gh_", 12) && hex(&new.secret, "", 32));
        let mut tx = store.read().await.unwrap();
        let by_id = app(&mut tx, new.app).await.unwrap().unwrap();
        assert_eq!((by_id.app, by_id.appid, by_id.original_id), (new.app, new.appid.clone(), new.original_id));
        assert_eq!(app_of_appid(&mut tx, &new.appid).await.unwrap().map(|a| a.app), Some(new.app));
        assert_eq!(app_of_shop(&mut tx, SHOP).await.unwrap().map(|a| a.app), Some(new.app));
        assert_eq!(app_of_shop(&mut tx, OTHER_SHOP).await.unwrap(), None);
        assert_eq!(app(&mut tx, AppId(4711)).await.unwrap(), None);
        let shown = listed(&store, &developer()).await.unwrap();
        assert_eq!((shown.len(), shown[0].kind, shown[0].shop), (1, AppKind::Shop, Some(SHOP)));
    }

    async fn a_shops_application_is_its_first_one(kit) {
        let store = kit.store(Registry::new()).await;
        new_app(&store, AppKind::MiniProgram).await;
        let first = new_app(&store, AppKind::Shop).await;
        new_app(&store, AppKind::Shop).await;
        let mut tx = store.read().await.unwrap();
        assert_eq!(app_of_shop(&mut tx, SHOP).await.unwrap().map(|a| a.app), Some(first.app));
    }

    async fn a_mini_program_of_a_shop_is_linked_with_it_and_with_others_by_an_operator(kit) {
        let store = kit.store(Registry::new()).await;
        let mini = made(&store, &developer(), AppKind::MiniProgram, None).await.unwrap();
        let link = LinkApp { app: mini.app, shop: OTHER_SHOP };
        assert_eq!(code(store.write(&developer(), link).await), "identity.shop_not_found");
        for _ in 0..2 {
            store.write(&operator_caller(OperatorRole::Admin), link).await.unwrap();
        }
        store.write(&developer(), LinkApp { app: mini.app, shop: SHOP }).await.unwrap();
        let mut tx = store.read().await.unwrap();
        assert_eq!(shops_of(&mut tx, mini.app).await.unwrap(), [SHOP, OTHER_SHOP]);
        let linked = apps_linked(&mut tx, OTHER_SHOP).await.unwrap();
        assert_eq!(linked.iter().map(|a| a.app).collect::<Vec<_>>(), [mini.app]);
    }

    async fn only_a_mini_program_is_linked(kit) {
        let store = kit.store(Registry::new()).await;
        let shop_app = new_app(&store, AppKind::Shop).await;
        let link = LinkApp { app: shop_app.app, shop: SHOP };
        assert_eq!(code(store.write(&developer(), link).await), "identity.not_a_mini_program");
    }

    async fn the_platform_owns_mini_programs_but_no_shops_application(kit) {
        let store = kit.store(Registry::new()).await;
        let admin = operator_caller(OperatorRole::Admin);
        assert_eq!(code(made(&store, &admin, AppKind::Shop, None).await), "identity.app_needs_shop");
        let mini = made(&store, &admin, AppKind::MiniProgram, None).await.unwrap();
        let mut tx = store.read().await.unwrap();
        assert!(shops_of(&mut tx, mini.app).await.unwrap().is_empty());
        drop(tx);
        store.write(&admin, RotateSecret { app: mini.app }).await.unwrap();
        made(&store, &admin, AppKind::Shop, Some(SHOP)).await.unwrap();
    }

    async fn staff_make_applications_for_their_own_shop_alone(kit) {
        let store = kit.store(Registry::new()).await;
        let other = made(&store, &developer(), AppKind::Shop, Some(OTHER_SHOP)).await;
        assert_eq!(code(other), "identity.shop_not_found");
        made(&store, &developer(), AppKind::Shop, Some(SHOP)).await.unwrap();
    }

    async fn only_who_may_keep_credentials_does(kit) {
        let store = kit.store(Registry::new()).await;
        let new = new_app(&store, AppKind::Shop).await;
        for (caller, refusal) in [
            (anonymous(), "auth.unauthenticated"),
            (staff_caller(SHOP, StaffId(1), Role::Manager), "auth.forbidden"),
            (operator_caller(OperatorRole::Auditor), "auth.forbidden"),
            (Caller::shopper(kernel::ShopperId(1)), "auth.forbidden"),
        ] {
            assert_eq!(code(made(&store, &caller, AppKind::Shop, None).await), refusal);
            assert_eq!(code(store.write(&caller, RotateSecret { app: new.app }).await), refusal);
            assert_eq!(code(store.write(&caller, LinkApp { app: new.app, shop: SHOP }).await), refusal);
            assert_eq!(code(listed(&store, &caller).await), refusal);
        }
    }

    async fn another_shops_application_is_like_none(kit) {
        let store = kit.store(Registry::new()).await;
        let theirs = made(&store, &system(Scope::Shop(OTHER_SHOP)), AppKind::MiniProgram, None).await.unwrap();
        let mut statements = Vec::new();
        for id in [theirs.app, AppId(4711)] {
            let before = store.statements();
            assert_eq!(code(store.write(&developer(), RotateSecret { app: id }).await), "identity.app_not_found");
            let link = LinkApp { app: id, shop: SHOP };
            assert_eq!(code(store.write(&developer(), link).await), "identity.app_not_found");
            statements.push(store.statements() - before);
        }
        assert_eq!(statements[0], statements[1]);
        assert!(listed(&store, &developer()).await.unwrap().is_empty());
    }

    async fn a_repeated_request_makes_one_application_and_shows_its_secret_again(kit) {
        let store = kit.store(Registry::new()).await;
        let key = || store::Key::new(1, "POST /api/v1/apps", "k1", b"{}");
        let mut answers = Vec::new();
        for _ in 0..2 {
            let sealed = store.once(&developer(), key(), create(AppKind::Shop, None)).await.unwrap();
            answers.push(sealed.open(store.vault()).unwrap());
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(listed(&store, &developer()).await.unwrap().len(), 1);
        // What is kept for the repeat does not hold the secret.
        let mut tx = store.read().await.unwrap();
        let kept: Vec<String> = tx.all("SELECT answer FROM store_idempotency", vec![], |r| r.get(0)).await.unwrap();
        assert!(kept.len() == 1 && !kept[0].contains(&answers[0].secret));
    }

    async fn two_rotations_at_once_come_one_after_the_other(kit) {
        let store = kit.store(Registry::new()).await;
        let new = new_app(&store, AppKind::Shop).await;
        let by = developer();
        let rotate = || store.write(&by, RotateSecret { app: new.app });
        let (a, b) = futures::future::join(rotate(), rotate()).await;
        let secrets = [a, b].map(|s| s.unwrap().open(store.vault()).unwrap().secret);
        assert_ne!(secrets[0], secrets[1]);
        let mut tx = store.read().await.unwrap();
        let mut good = 0;
        for secret in &secrets {
            good += i32::from(crate::access_token::Credential::check(&mut tx, &new.appid, secret).await.is_ok());
        }
        assert_eq!(good, 1);
    }
}
