//! Applications, their links with shops, and mini-program logins.

pub(crate) const ADD: &str = "\
INSERT INTO identity_app (app_id, appid, original_id, kind, shop_id, name, secret_hash, created_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)";

pub(crate) const FIND: &str = "\
SELECT app_id, appid, original_id, kind, shop_id, name, created_at, version
FROM identity_app
WHERE app_id = $1";

/// Looks up an application as one of a shop's own.
pub(crate) const FIND_OF_SHOP: &str = "\
SELECT app_id, appid, original_id, kind, shop_id, name, created_at, version
FROM identity_app
WHERE shop_id = $1
  AND app_id = $2";

pub(crate) const PAGE: &str = "\
SELECT app_id, appid, original_id, kind, shop_id, name, created_at, version
FROM identity_app
WHERE shop_id = $1
  AND (created_at, app_id) < ($2, $3)
ORDER BY created_at DESC, app_id DESC
LIMIT $4";

pub(crate) const FIRST_OF_SHOP: &str = "\
SELECT app_id, appid, original_id
FROM identity_app
WHERE shop_id = $1
  AND kind = 1
ORDER BY created_at, app_id
LIMIT 1";

pub(crate) const BY_APPID: &str = "\
SELECT app_id, appid, original_id, kind, shop_id, name, created_at, version, secret_hash
FROM identity_app
WHERE appid = $1";

pub(crate) const SET_SECRET: &str = "\
UPDATE identity_app
SET secret_hash = $3,
    version = version + 1
WHERE app_id = $1
  AND version = $2";

pub(crate) const LINK: &str = "\
INSERT INTO identity_app_link (shop_id, app_id, linked_at)
VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING";

pub(crate) const LINKED_WITH: &str = "\
SELECT a.app_id, a.appid, a.original_id
FROM identity_app_link l
JOIN identity_app a
  ON a.app_id = l.app_id
WHERE l.shop_id = $1
ORDER BY l.linked_at, l.app_id";

pub(crate) const SHOPS_OF: &str = "\
SELECT shop_id
FROM identity_app_link
WHERE app_id = $1
ORDER BY shop_id";

pub(crate) const ADD_JS_CODE: &str = "\
INSERT INTO identity_js_code (code_hash, app_id, shopper_id, expires_wall)
VALUES ($1, $2, $3, $4)";

pub(crate) const JS_CODE: &str = "\
SELECT app_id, shopper_id, expires_wall, used_wall
FROM identity_js_code
WHERE code_hash = $1";

pub(crate) const USE_JS_CODE: &str = "\
UPDATE identity_js_code
SET used_wall = $2
WHERE code_hash = $1
  AND used_wall IS NULL";

pub(crate) const PUT_LOGIN: &str = "\
INSERT INTO identity_app_login (shopper_id, app_id, session_key, at_wall)
VALUES ($1, $2, $3, $4)
ON CONFLICT (shopper_id, app_id) DO UPDATE
SET session_key = excluded.session_key,
    at_wall = excluded.at_wall";

pub(crate) const SESSION_KEY: &str = "\
SELECT session_key
FROM identity_app_login
WHERE shopper_id = $1
  AND app_id = $2";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    ADD,
    FIND,
    FIND_OF_SHOP,
    PAGE,
    FIRST_OF_SHOP,
    BY_APPID,
    SET_SECRET,
    LINK,
    LINKED_WITH,
    SHOPS_OF,
    ADD_JS_CODE,
    JS_CODE,
    USE_JS_CODE,
    PUT_LOGIN,
    SESSION_KEY,
];
