//! The rules of staff, each where it refuses.

use kernel::{Caller, Cursor, PageSize, Permission, Scope, StaffId};
use store::{Registry, Store};

use crate::{
    AddStaff, ChangeStaffRole, Error, RemoveStaff, ResetStaffPassword, Role, StaffMember, list_staff,
    testing::{
        OTHER_SHOP, SHOP, add_staff, anonymous, code, member, no_password, rooms, staff_caller, system,
        with_permission,
    },
};

async fn staff_of(store: &Store, caller: &Caller) -> Result<Vec<StaffMember>, Error> {
    let ctx = store.ctx(caller).await.unwrap();
    let mut tx = store.read().await.unwrap();
    Ok(list_staff(&mut tx, &ctx, Cursor::NEWEST, PageSize::default()).await?.items)
}

store::on_both! {
    rooms = rooms();

    async fn staff_are_added_listed_and_removed(kit) {
        let store = kit.store(Registry::new()).await;
        let owner = member(&store, "owner", Role::Owner).await;
        let by = staff_caller(SHOP, owner, Role::Owner);
        let clerk = store.write(&by, add_staff("clerk", Role::Clerk)).await.unwrap();
        let listed: Vec<_> = staff_of(&store, &by).await.unwrap().iter().map(|m| (m.staff, m.role)).collect();
        assert_eq!(listed, [(clerk, Role::Clerk), (owner, Role::Owner)]);
        store.write(&by, RemoveStaff { staff: clerk }).await.unwrap();
        assert_eq!(staff_of(&store, &by).await.unwrap().len(), 1);
        assert_eq!(code(store.write(&by, RemoveStaff { staff: clerk }).await), "identity.staff_not_found");
        // The login is free again.
        store.write(&by, add_staff("clerk", Role::Finance)).await.unwrap();
    }

    async fn a_page_of_staff_leads_to_the_next(kit) {
        let store = kit.store(Registry::new()).await;
        for n in 0..5 {
            member(&store, &format!("clerk{n}"), Role::Clerk).await;
        }
        let ctx = store.ctx(&with_permission(Permission::StaffWrite)).await.unwrap();
        let (mut seen, mut after) = (Vec::new(), Cursor::NEWEST);
        loop {
            let mut tx = store.read().await.unwrap();
            let page = list_staff(&mut tx, &ctx, after, PageSize::new(2).unwrap()).await.unwrap();
            seen.extend(page.items.into_iter().map(|m| m.login));
            let Some(next) = page.next else { break };
            after = Cursor::parse(&next).unwrap();
        }
        assert_eq!(seen, ["clerk4", "clerk3", "clerk2", "clerk1", "clerk0"]);
    }

    async fn a_login_belongs_to_one_person_on_the_platform(kit) {
        let store = kit.store(Registry::new()).await;
        member(&store, "li.wei", Role::Owner).await;
        let elsewhere = store.write(&system(Scope::Shop(OTHER_SHOP)), add_staff("Li.Wei", Role::Owner)).await;
        assert_eq!(code(elsewhere), "identity.login_taken");
    }

    async fn only_who_may_keep_staff_does(kit) {
        let store = kit.store(Registry::new()).await;
        let clerk = member(&store, "clerk", Role::Clerk).await;
        for (caller, refusal) in [
            (anonymous(), "auth.unauthenticated"),
            (with_permission(Permission::DeveloperWrite), "auth.forbidden"),
            (Caller::shopper(kernel::ShopperId(1)), "auth.forbidden"),
        ] {
            assert_eq!(code(store.write(&caller, add_staff("new", Role::Clerk)).await), refusal);
            assert_eq!(code(store.write(&caller, RemoveStaff { staff: clerk }).await), refusal);
            let change = ChangeStaffRole { staff: clerk, role: Role::Finance };
            assert_eq!(code(store.write(&caller, change).await), refusal);
            let reset = ResetStaffPassword { staff: clerk, password: no_password() };
            assert_eq!(code(store.write(&caller, reset).await), refusal);
            assert_eq!(code(staff_of(&store, &caller).await), refusal);
        }
    }

    async fn nobody_gives_or_touches_a_role_above_their_own(kit) {
        let store = kit.store(Registry::new()).await;
        let owner = member(&store, "owner", Role::Owner).await;
        let finance = member(&store, "finance", Role::Finance).await;
        let clerk = member(&store, "clerk", Role::Clerk).await;
        let manager = staff_caller(SHOP, StaffId(1), Role::Manager);
        let exceeds = "identity.role_exceeds_own";
        assert_eq!(code(store.write(&manager, add_staff("new", Role::Owner)).await), exceeds);
        assert_eq!(code(store.write(&manager, RemoveStaff { staff: owner }).await), exceeds);
        // The role as it is stands above the manager's, though the one to be does not.
        let demote = ChangeStaffRole { staff: finance, role: Role::Clerk };
        assert_eq!(code(store.write(&manager, demote).await), exceeds);
        let promote = ChangeStaffRole { staff: clerk, role: Role::Finance };
        assert_eq!(code(store.write(&manager, promote).await), exceeds);
        let reset = ResetStaffPassword { staff: owner, password: no_password() };
        assert_eq!(code(store.write(&manager, reset).await), exceeds);
        store.write(&manager, ChangeStaffRole { staff: clerk, role: Role::CustomerService }).await.unwrap();
    }

    async fn the_last_owner_stays(kit) {
        let store = kit.store(Registry::new()).await;
        let first = member(&store, "first", Role::Owner).await;
        let second = member(&store, "second", Role::Owner).await;
        let by = staff_caller(SHOP, first, Role::Owner);
        store.write(&by, ChangeStaffRole { staff: second, role: Role::Manager }).await.unwrap();
        assert_eq!(code(store.write(&by, RemoveStaff { staff: first }).await), "identity.last_owner");
        let demote = ChangeStaffRole { staff: first, role: Role::Manager };
        assert_eq!(code(store.write(&by, demote).await), "identity.last_owner");
    }

    async fn two_owners_who_demote_each_other_leave_one(kit) {
        let store = kit.store(Registry::new()).await;
        let first = member(&store, "first", Role::Owner).await;
        let second = member(&store, "second", Role::Owner).await;
        let demote = |by, staff| {
            let (store, by) = (store.clone(), staff_caller(SHOP, by, Role::Owner));
            tokio::spawn(async move { code(store.write(&by, ChangeStaffRole { staff, role: Role::Clerk }).await) })
        };
        // Often enough that the two meet.
        for _ in 0..25 {
            let (a, b) = (demote(first, second), demote(second, first));
            let mut answers = [a.await.unwrap(), b.await.unwrap()];
            answers.sort_unstable();
            assert_eq!(answers, ["", "identity.last_owner"]);
            for staff in [first, second] {
                let promote = ChangeStaffRole { staff, role: Role::Owner };
                store.write(&system(Scope::Shop(SHOP)), promote).await.unwrap();
            }
        }
    }

    async fn another_shops_staff_are_like_nobody(kit) {
        let store = kit.store(Registry::new()).await;
        let stranger = member(&store, "stranger", Role::Clerk).await;
        let by = staff_caller(OTHER_SHOP, StaffId(1), Role::Owner);
        let mut statements = Vec::new();
        for staff in [stranger, StaffId(4711)] {
            let before = store.statements();
            assert_eq!(code(store.write(&by, RemoveStaff { staff }).await), "identity.staff_not_found");
            let change = ChangeStaffRole { staff, role: Role::Finance };
            assert_eq!(code(store.write(&by, change).await), "identity.staff_not_found");
            let reset = ResetStaffPassword { staff, password: no_password() };
            assert_eq!(code(store.write(&by, reset).await), "identity.staff_not_found");
            statements.push(store.statements() - before);
        }
        assert_eq!(statements[0], statements[1]);
        assert!(staff_of(&store, &by).await.unwrap().is_empty());
    }

    async fn the_same_role_again_changes_nothing(kit) {
        let store = kit.store(Registry::new()).await;
        let owner = member(&store, "owner", Role::Owner).await;
        let by = staff_caller(SHOP, owner, Role::Owner);
        store.write(&by, ChangeStaffRole { staff: owner, role: Role::Owner }).await.unwrap();
        assert_eq!(staff_of(&store, &by).await.unwrap()[0].version, 1);
    }

    async fn a_repeated_request_adds_one_person(kit) {
        let store = kit.store(Registry::new()).await;
        let by = with_permission(Permission::StaffWrite);
        let by = Caller { actor: staff_caller(SHOP, StaffId(1), Role::Owner).actor, ..by };
        let key = || store::Key::new(1, "POST /api/v1/staff", "k1", b"{}");
        let add = || AddStaff { ..add_staff("clerk", Role::Clerk) };
        let first = store.once(&by, key(), add()).await.unwrap();
        let again = store.once(&by, key(), add()).await.unwrap();
        assert_eq!(first, again);
        assert_eq!(staff_of(&store, &by).await.unwrap().len(), 1);
    }
}
