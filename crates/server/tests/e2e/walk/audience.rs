//! Who may ask what, by where it lies. What lies nowhere here fails the test.

use axum::http::Method;

use super::api::Operation;

/// Something to show, or nothing. Shops and shoppers are named by their place in the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Credential {
    Nobody,
    /// A token that nobody was given.
    Nonsense,
    /// Of a session that was ended.
    LoggedOut,
    /// Of a session that is over.
    Expired,
    Shopper(usize),
    /// The owner of a shop.
    Owner(usize),
    /// An operator who may do everything.
    Admin,
}

impl Credential {
    /// Those that are nobody.
    pub(super) const NOBODY: [Self; 4] = [Self::Nobody, Self::Nonsense, Self::LoggedOut, Self::Expired];
}

/// For whom an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each kind of caller is let in by itself")]
pub(super) struct Audience {
    pub(super) anyone: bool,
    pub(super) owner: bool,
    pub(super) shopper: bool,
    pub(super) admin: bool,
}

const NONE: Audience = Audience { anyone: false, owner: false, shopper: false, admin: false };
const ANYONE: Audience = Audience { anyone: true, owner: true, shopper: true, admin: true };
const SHOP: Audience = Audience { owner: true, ..NONE };
const SHOPPER: Audience = Audience { shopper: true, ..NONE };
const PLATFORM: Audience = Audience { admin: true, ..NONE };
const SHOP_OR_PLATFORM: Audience = Audience { owner: true, admin: true, ..NONE };
const SHOP_OR_SHOPPER: Audience = Audience { owner: true, shopper: true, ..NONE };
const LOGGED_IN: Audience = Audience { owner: true, shopper: true, admin: true, ..NONE };

/// The longest beginning that fits says for whom what lies under it is.
const PLACES: [(&str, Audience); 29] = [
    ("/media", ANYONE),
    ("/api/v1/shops", ANYONE),
    ("/api/v1/categories", ANYONE),
    ("/api/v1/categories/usable", SHOP),
    ("/api/v1/brands", ANYONE),
    ("/api/v1/demo/codes", ANYONE),
    ("/api/v1/quotes", ANYONE),
    ("/api/v1/auth/login", ANYONE),
    ("/api/v1/auth/logout", ANYONE),
    ("/api/v1/auth/codes", ANYONE),
    ("/api/v1/auth/code_login", ANYONE),
    ("/api/v1/auth/me", LOGGED_IN),
    ("/api/v1/auth/password", SHOP_OR_PLATFORM),
    ("/api/v1/auth/js_codes", SHOPPER),
    ("/api/v1/me", SHOPPER),
    ("/api/v1/payments", SHOP_OR_SHOPPER),
    ("/api/v1/apps", SHOP_OR_PLATFORM),
    ("/api/v1/media", SHOP_OR_PLATFORM),
    ("/api/v1/carriers", PLATFORM),
    ("/api/v1/operators", PLATFORM),
    ("/api/v1/platform", PLATFORM),
    ("/api/v1/developer", SHOP),
    ("/api/v1/ledger", SHOP),
    ("/api/v1/parcels", SHOP),
    ("/api/v1/products", SHOP),
    ("/api/v1/settle", SHOP),
    ("/api/v1/shop", SHOP),
    ("/api/v1/staff", SHOP),
    ("/api/v1/stock", SHOP),
];

/// One resource has operations for different people.
const MIXED: [(&str, &str, Audience); 3] = [
    ("POST", "/api/v1/orders", SHOPPER),
    ("GET", "/api/v1/products/{id}", ANYONE),
    // The shop may do the same, and has a path of its own for it.
    ("POST", "/api/v1/me/orders/{shop_id}/{order_id}/cancel", SHOP_OR_SHOPPER),
];

/// What shops do with orders.
const MERCHANT: [&str; 2] = ["/api/v1/orders", "/api/v1/refunds"];

/// For whom this operation is.
pub(super) fn audience(operation: &Operation) -> Audience {
    let is = |(method, path): (&str, &str)| {
        operation.method == Method::try_from(method).unwrap() && operation.path == path
    };
    if let Some((.., audience)) = MIXED.iter().find(|(method, path, _)| is((method, path))) {
        return *audience;
    }
    let merchant = MERCHANT.iter().map(|place| (*place, SHOP));
    let lies_under = |place: &str| {
        operation.path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let places = PLACES.into_iter().chain(merchant).filter(|(place, _)| lies_under(place));
    let found = places.max_by_key(|(place, _)| place.len());
    found.unwrap_or_else(|| panic!("{operation}: for whom is it? Say so in audience.rs")).1
}

impl Audience {
    /// True if this credential may ask at all.
    pub(super) const fn lets_in(self, credential: Credential) -> bool {
        match credential {
            Credential::Owner(_) => self.owner,
            Credential::Shopper(_) => self.shopper,
            Credential::Admin => self.admin,
            _ => self.anyone,
        }
    }
}
