//! What the tests of this room share: people, callers, a movable wall clock.

use kernel::{
    Actor, Caller, Ctx, OperatorId, Permission, Permissions, Scope, ShopId, ShopperId, StaffId, Text,
};
use std::net::{IpAddr, Ipv4Addr};
use store::{Command, Store, Tx};

use crate::{
    AddStaff, AppKind, CreateApp, EnsureShopper, Error, Gate, Hashed, Limits, LoginName, NewApp,
    OperatorRole, Phone, Role,
};

pub(crate) const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
pub(crate) const SHOP: ShopId = ShopId(900);
pub(crate) const OTHER_SHOP: ShopId = ShopId(901);

pub(crate) fn rooms() -> [store::Room; 1] {
    [crate::MIGRATIONS]
}

pub(crate) fn gate() -> Gate {
    Gate::new(Limits::relaxed())
}

/// A command as it runs when the wall clock is `later_ms` ahead.
pub(crate) struct At<C> {
    pub(crate) later_ms: i64,
    pub(crate) command: C,
}

impl<C: Command> Command for At<C> {
    type Out = C::Out;
    type Err = C::Err;
    const NAME: &'static str = C::NAME;

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<C::Out, C::Err> {
        let wall = ctx.wall + self.later_ms;
        self.command.run(tx, &Ctx { wall, ..ctx.clone() }).await
    }
}

pub(crate) fn system(scope: Scope) -> Caller {
    Caller::system(scope)
}

pub(crate) fn anonymous() -> Caller {
    Caller { scope: Scope::Platform, actor: Actor::Anonymous, request: "test".into() }
}

/// Somebody of a shop with a role, who need not exist.
pub(crate) fn staff_caller(shop: ShopId, staff: StaffId, role: Role) -> Caller {
    let actor = Actor::Staff { shop, staff, may: role.permissions() };
    Caller { scope: Scope::Shop(shop), actor, request: "test".into() }
}

/// Somebody of a shop with one permission alone.
pub(crate) fn with_permission(permission: Permission) -> Caller {
    let actor = Actor::Staff { shop: SHOP, staff: StaffId(1), may: Permissions::of(&[permission]) };
    Caller { scope: Scope::Shop(SHOP), actor, request: "test".into() }
}

pub(crate) fn operator_caller(role: OperatorRole) -> Caller {
    let actor = Actor::Operator { operator: OperatorId(1), may: role.permissions() };
    Caller { scope: Scope::Platform, actor, request: "test".into() }
}

pub(crate) fn login_name(text: &str) -> LoginName {
    LoginName::new(text).unwrap()
}

pub(crate) fn name() -> Text<64> {
    Text::new("李伟").unwrap()
}

/// No password leads to this hash: for people who don't log in.
pub(crate) fn no_password() -> Hashed {
    Hashed("$never$".into())
}

pub(crate) fn add_staff(login: &str, role: Role) -> AddStaff {
    AddStaff { login: login_name(login), password: no_password(), name: name(), role }
}

/// A member of [`SHOP`], made by the program itself.
pub(crate) async fn member(store: &Store, login: &str, role: Role) -> StaffId {
    store.write(&system(Scope::Shop(SHOP)), add_staff(login, role)).await.unwrap()
}

pub(crate) async fn shopper(store: &Store, phone: &str) -> ShopperId {
    store.write(&system(Scope::Platform), EnsureShopper(Phone::new(phone).unwrap())).await.unwrap()
}

/// An application of [`SHOP`].
pub(crate) async fn new_app(store: &Store, kind: AppKind) -> NewApp {
    let create = CreateApp { kind, shop: None, name: name() };
    store.write(&system(Scope::Shop(SHOP)), create).await.unwrap().open(store.vault()).unwrap()
}

/// The code of a refusal.
pub(crate) fn code<T>(result: Result<T, Error>) -> &'static str {
    match result {
        Ok(_) => "",
        Err(e) => kernel::Fault::code(&e),
    }
}
