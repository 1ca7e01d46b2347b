//! How the use cases of this room refuse.

use kernel::{Denied, Fault, Kind, Timestamp};
use serde_json::{Value, json};

use crate::AddressError;

/// A refusal, or a failure of the store.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The caller may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),

    /// No such login, or not its password; which of the two is not said.
    #[error("the login or the password is wrong")]
    LoginFailed,
    /// Five wrong passwords: the login, known or not, waits.
    #[error("too many wrong passwords; the login is locked for a while")]
    LoginLocked {
        /// When it may be tried again, wall time.
        until: Timestamp,
    },
    /// More requests than allowed from here, or for this.
    #[error("too many requests; wait a moment")]
    TooManyRequests,
    /// A code was sent a moment ago.
    #[error("a code was sent a moment ago")]
    CodeTooSoon {
        /// When the next may be asked for, wall time.
        until: Timestamp,
    },
    /// As many codes as a day allows were sent to this phone.
    #[error("too many codes were sent to this phone today")]
    CodesUsedUp,
    /// Not the code that was sent.
    #[error("the code is wrong")]
    CodeWrong,
    /// No code was sent, it was used, too old, or guessed at too often.
    #[error("the code is no longer valid; ask for a new one")]
    CodeGone,
    /// The request comes by cookie from another site.
    #[error("a request by cookie needs the header X-Kaidian-CSRF or an Origin of this site")]
    CrossSite,

    /// A password has 8 characters at least and 256 bytes at most.
    #[error("a password has at least 8 characters and at most 256 bytes")]
    PasswordInvalid,
    /// A login has 3 to 64 plain characters.
    #[error("a login is 3 to 64 letters, digits and . _ @ + -")]
    LoginInvalid,
    /// Not a phone number.
    #[error("this is not a phone number")]
    PhoneInvalid,
    /// A name has 1 to 64 characters.
    #[error("a name is 1 to 64 characters")]
    NameInvalid,
    /// Somebody has this login.
    #[error("this login is taken")]
    LoginTaken,
    /// The role, or the person's present one, allows more than the caller's own.
    #[error("this role exceeds your own")]
    RoleExceedsOwn,
    /// A shop that has an owner gets its staff from its own.
    #[error("the shop has an owner already")]
    HasOwner,
    /// A shop always has an owner.
    #[error("a shop keeps at least one owner")]
    LastOwner,
    /// The platform always has an admin.
    #[error("the platform keeps at least one admin")]
    LastAdmin,
    /// No such member of staff.
    #[error("there is no such member of staff")]
    StaffNotFound,
    /// No such operator.
    #[error("there is no such operator")]
    OperatorNotFound,
    /// No such shop among those that the caller may name.
    #[error("there is no such shop")]
    ShopNotFound,
    /// No such shopper.
    #[error("there is no such shopper")]
    ShopperNotFound,

    /// No such application.
    #[error("there is no such application")]
    AppNotFound,
    /// The application of a shop needs the shop.
    #[error("an application of a shop needs the shop")]
    AppNeedsShop,
    /// Only mini programs are linked with shops.
    #[error("only a mini program is linked with shops")]
    NotAMiniProgram,
    /// The appid of a credential is unknown (errcode 40013).
    #[error("invalid appid")]
    AppidUnknown,
    /// The secret of a credential is wrong (errcode 40125).
    #[error("invalid appsecret")]
    SecretWrong,
    /// A token was asked for too often within a minute (errcode 45011).
    #[error("the api is called too often within a minute")]
    TokensTooFast,
    /// A token was asked for too often within a day (errcode 45009).
    #[error("reach max api daily quota limit")]
    TokensUsedUp,
    /// The js_code is unknown, of another application or too old (errcode 40029).
    #[error("invalid code")]
    JsCodeInvalid,
    /// The js_code was used before (errcode 40163).
    #[error("code been used")]
    JsCodeUsed,

    /// The address is not well-formed.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// No such address.
    #[error("there is no such address")]
    AddressNotFound,
    /// A shopper keeps 50 addresses at most.
    #[error("there are already 50 addresses")]
    TooManyAddresses,
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Store(e) => e.kind(),
            Self::Denied(e) => e.kind(),
            Self::LoginFailed | Self::CodeWrong | Self::AppidUnknown | Self::SecretWrong => {
                Kind::Unauthenticated
            }
            Self::LoginLocked { .. }
            | Self::TooManyRequests
            | Self::CodeTooSoon { .. }
            | Self::CodesUsedUp
            | Self::TokensTooFast
            | Self::TokensUsedUp => Kind::TooMany,
            Self::CodeGone | Self::JsCodeInvalid | Self::JsCodeUsed => Kind::Gone,
            Self::PasswordInvalid
            | Self::LoginInvalid
            | Self::PhoneInvalid
            | Self::NameInvalid
            | Self::AppNeedsShop
            | Self::Address(_) => Kind::Invalid,
            Self::RoleExceedsOwn | Self::CrossSite => Kind::Forbidden,
            Self::StaffNotFound
            | Self::OperatorNotFound
            | Self::ShopNotFound
            | Self::ShopperNotFound
            | Self::AppNotFound
            | Self::AddressNotFound => Kind::NotFound,
            Self::LoginTaken
            | Self::HasOwner
            | Self::LastOwner
            | Self::LastAdmin
            | Self::NotAMiniProgram
            | Self::TooManyAddresses => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Store(e) => e.code(),
            Self::Denied(e) => e.code(),
            Self::LoginFailed => "identity.login_failed",
            Self::LoginLocked { .. } => "identity.login_locked",
            Self::TooManyRequests => "identity.too_many_requests",
            Self::CodeTooSoon { .. } => "identity.code_too_soon",
            Self::CodesUsedUp => "identity.codes_used_up",
            Self::CodeWrong => "identity.code_wrong",
            Self::CodeGone => "identity.code_gone",
            Self::CrossSite => "identity.cross_site",
            Self::PasswordInvalid => "identity.password_invalid",
            Self::LoginInvalid => "identity.login_invalid",
            Self::PhoneInvalid => "identity.phone_invalid",
            Self::NameInvalid => "identity.name_invalid",
            Self::LoginTaken => "identity.login_taken",
            Self::RoleExceedsOwn => "identity.role_exceeds_own",
            Self::HasOwner => "identity.has_owner",
            Self::LastOwner => "identity.last_owner",
            Self::LastAdmin => "identity.last_admin",
            Self::StaffNotFound => "identity.staff_not_found",
            Self::OperatorNotFound => "identity.operator_not_found",
            Self::ShopNotFound => "identity.shop_not_found",
            Self::ShopperNotFound => "identity.shopper_not_found",
            Self::AppNotFound => "identity.app_not_found",
            Self::AppNeedsShop => "identity.app_needs_shop",
            Self::NotAMiniProgram => "identity.not_a_mini_program",
            Self::AppidUnknown => "identity.appid_unknown",
            Self::SecretWrong => "identity.secret_wrong",
            Self::TokensTooFast => "identity.tokens_too_fast",
            Self::TokensUsedUp => "identity.tokens_used_up",
            Self::JsCodeInvalid => "identity.js_code_invalid",
            Self::JsCodeUsed => "identity.js_code_used",
            Self::Address(_) => "identity.address_invalid",
            Self::AddressNotFound => "identity.address_not_found",
            Self::TooManyAddresses => "identity.too_many_addresses",
        }
    }

    fn facts(&self) -> Option<Value> {
        match self {
            Self::LoginLocked { until } | Self::CodeTooSoon { until } => {
                Some(json!({ "until_ms": until.ms() }))
            }
            Self::Address(e) => Some(json!({ "field": e.field })),
            _ => None,
        }
    }
}
