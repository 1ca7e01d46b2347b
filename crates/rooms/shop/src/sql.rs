//! Every statement of the room.

pub(crate) const INSERT_SHOP: &str = "\
INSERT INTO shop_shop (shop_id, name, subject_type, currency, state, fee_bps, headimg, intro, auto_confirm_days,
    unpaid_close_minutes, created_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

pub(crate) const SHOP: &str = "\
SELECT shop_id, name, subject_type, currency, state, fee_bps, headimg, intro, auto_confirm_days,
    unpaid_close_minutes, auto_audit_at, created_at, admitted_at, closed_at, version
FROM shop_shop
WHERE shop_id = $1";

/// Shops of a state (all for an empty text), the newest first.
pub(crate) const LIST_SHOPS: &str = "\
SELECT shop_id, name, subject_type, currency, state, fee_bps, headimg, intro, auto_confirm_days,
    unpaid_close_minutes, auto_audit_at, created_at, admitted_at, closed_at, version
FROM shop_shop
WHERE ($1 = '' OR state = $1) AND shop_id < $2
ORDER BY shop_id DESC
LIMIT $3";

pub(crate) const TERMS: &str = "\
SELECT currency, state, fee_bps, auto_confirm_days, unpaid_close_minutes
FROM shop_shop
WHERE shop_id = $1";

/// Takes hold of a shop, so that of two requests one comes after the other.
pub(crate) const HOLD_SHOP: &str = "\
UPDATE shop_shop
SET version = version
WHERE shop_id = $1";

pub(crate) const MOVE_STATE: &str = "\
UPDATE shop_shop
SET state = $3, admitted_at = $4, closed_at = $5, version = $6 + 1
WHERE shop_id = $1 AND state = $2 AND version = $6";

pub(crate) const UPDATE_PROFILE: &str = "\
UPDATE shop_shop
SET name = $2, headimg = $3, intro = $4, version = $5 + 1
WHERE shop_id = $1 AND version = $5";

pub(crate) const UPDATE_SETTINGS: &str = "\
UPDATE shop_shop
SET auto_confirm_days = $2, unpaid_close_minutes = $3, version = $4 + 1
WHERE shop_id = $1 AND version = $4";

pub(crate) const UPDATE_FEE: &str = "\
UPDATE shop_shop
SET fee_bps = $2, version = version + 1
WHERE shop_id = $1";

pub(crate) const UPDATE_AUTO_AUDIT: &str = "\
UPDATE shop_shop
SET auto_audit_at = $2, version = $3 + 1
WHERE shop_id = $1 AND version = $3";

pub(crate) const INSERT_ADDRESS: &str = "\
INSERT INTO shop_address (shop_id, address_id, detail, created_at, updated_at)
VALUES ($1, $2, $3, $4, $4)";

pub(crate) const ADDRESS: &str = "\
SELECT a.address_id, a.detail, s.default_send_id, s.default_return_id, a.created_at, a.updated_at
FROM shop_address a
JOIN shop_shop s ON s.shop_id = a.shop_id
WHERE a.shop_id = $1 AND a.address_id = $2";

/// A shop's addresses, the oldest first.
pub(crate) const LIST_ADDRESSES: &str = "\
SELECT a.address_id, a.detail, s.default_send_id, s.default_return_id, a.created_at, a.updated_at
FROM shop_address a
JOIN shop_shop s ON s.shop_id = a.shop_id
WHERE a.shop_id = $1
ORDER BY a.address_id
LIMIT $2 OFFSET $3";

pub(crate) const COUNT_ADDRESSES: &str = "\
SELECT count(*)
FROM shop_address
WHERE shop_id = $1";

pub(crate) const UPDATE_ADDRESS: &str = "\
UPDATE shop_address
SET detail = $3, updated_at = $4
WHERE shop_id = $1 AND address_id = $2";

pub(crate) const DELETE_ADDRESS: &str = "\
DELETE FROM shop_address
WHERE shop_id = $1 AND address_id = $2";

/// Makes the address the default for sending.
pub(crate) const SET_DEFAULT_SEND: &str = "\
UPDATE shop_shop
SET default_send_id = $2
WHERE shop_id = $1";

/// Takes the default away where it is this address.
pub(crate) const CLEAR_DEFAULT_SEND: &str = "\
UPDATE shop_shop
SET default_send_id = NULL
WHERE shop_id = $1 AND default_send_id = $2";

pub(crate) const SET_DEFAULT_RETURN: &str = "\
UPDATE shop_shop
SET default_return_id = $2
WHERE shop_id = $1";

pub(crate) const CLEAR_DEFAULT_RETURN: &str = "\
UPDATE shop_shop
SET default_return_id = NULL
WHERE shop_id = $1 AND default_return_id = $2";

/// All of them, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    INSERT_SHOP,
    SHOP,
    LIST_SHOPS,
    TERMS,
    HOLD_SHOP,
    MOVE_STATE,
    UPDATE_PROFILE,
    UPDATE_SETTINGS,
    UPDATE_FEE,
    UPDATE_AUTO_AUDIT,
    INSERT_ADDRESS,
    ADDRESS,
    LIST_ADDRESSES,
    COUNT_ADDRESSES,
    UPDATE_ADDRESS,
    DELETE_ADDRESS,
    SET_DEFAULT_SEND,
    CLEAR_DEFAULT_SEND,
    SET_DEFAULT_RETURN,
    CLEAR_DEFAULT_RETURN,
];
