#![doc = include_str!("../README.md")]

mod access_token;
mod address;
mod addresses;
mod apps;
mod authenticate;
mod change_password;
mod code;
mod error;
mod event;
mod gate;
mod http;
mod js_code;
mod layer;
mod login;
mod me;
mod names;
mod openid;
mod operators;
mod password;
mod role;
mod secret;
mod send_code;
mod session;
mod shopper;
mod sql;
mod staff;
mod sweep;
#[cfg(test)]
mod testing;
mod tokens;
mod wire;

pub use access_token::{
    FORCED_A_DAY, FORCED_PAUSE_MS, Issued, LIFE_MS, OVERLAP_MS, authenticate_access_token, issue_token,
    stable_token,
};
pub use address::{Address, AddressError, AddressParts};
pub use addresses::{
    KeptAddress, MOST_ADDRESSES,
    add::{AddAddress, add_address},
    delete::{DeleteAddress, delete_address},
    find::{address, list_addresses},
    update::{UpdateAddress, update_address},
};
pub use apps::{
    App, AppRef, app, app_of_appid, app_of_shop, apps_linked,
    create::{CreateApp, NewApp, SealedApp, create_app},
    link::{LinkApp, link_app},
    list::list_apps,
    rotate::{RotateSecret, rotate_secret},
    shops_of,
};
pub use authenticate::authenticate;
pub use change_password::{ChangePassword, change_password};
pub use code::{CODE_LIVES_MS, CODE_TRIES, DemoCode, demo_codes, login_with_code, request_code};
pub use error::Error;
pub use event::{SecretRotated, ShopperJoined, StaffChanged};
pub use face::TokenFault;
pub use gate::{Gate, Limits};
pub use http::{demo_routes, keyed_hash, routes};
pub use js_code::{IssueJsCode, JS_CODE_LIVES_MS, MiniSession, exchange_js_code, issue_js_code};
pub use layer::authenticate_layer;
pub use login::{ATTEMPTS, LOCKED_MS, Login, login};
pub use me::{Me, me};
pub use names::{LoginName, Phone};
pub use openid::{openid, openid_of, shopper_of_openid};
pub use operators::{AddOperator, Operator, RemoveOperator, add_operator, list_operators, remove_operator};
pub use password::{Hashed, Password};
pub use role::{AppKind, OperatorRole, Role, permission_table};
pub use send_code::{CodeNotSent, CodeSender, DemoSender};
pub use session::{PersonKind, Session, logout};
pub use shopper::{EnsureShopper, ensure_shopper, own_phone};
pub use staff::{
    StaffMember,
    add::{AddStaff, add_staff},
    change_role::{ChangeStaffRole, change_staff_role},
    first_owner::{FirstOwner, first_owner},
    list::list_staff,
    remove::{RemoveStaff, remove_staff},
    reset_password::{ResetStaffPassword, reset_staff_password},
};
pub use sweep::StartSweep;
pub use tokens::Tokens;
pub use wire::wire_routes;

use std::sync::Arc;
use store::Registry;

/// The tables `identity_*`.
pub const MIGRATIONS: store::Room = store::migrations!("identity", "V1__identity");

/// Registers the room's jobs; login codes go out by `sender`.
pub fn register(registry: &mut Registry, sender: Arc<dyn CodeSender>) {
    send_code::register(registry, sender);
    sweep::register(registry);
}

/// Adds the services that the room's routes and [`authenticate_layer`] need: a [`Gate`] with these limits, and
/// [`Tokens`].
#[must_use]
pub fn install(app: face::AppBuilder, limits: Limits) -> face::AppBuilder {
    app.with(Arc::new(Gate::new(limits))).with(Arc::new(Tokens::new()))
}
