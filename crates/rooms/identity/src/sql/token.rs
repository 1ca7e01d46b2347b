//! Access tokens of applications.

pub(crate) const ADD_FAMILY: &str = "\
INSERT INTO identity_token_family (app_id, family, version, expires_wall, forced_wall, forced_day, forced_today)
VALUES ($1, $2, 0, 0, 0, 0, 0)";

/// Takes hold of a family: one request at a time renews its token.
pub(crate) const HOLD_FAMILY: &str = "\
UPDATE identity_token_family
SET version = version + 1
WHERE app_id = $1
  AND family = $2";

pub(crate) const FAMILY: &str = "\
SELECT sealed, expires_wall, forced_wall, forced_day, forced_today
FROM identity_token_family
WHERE app_id = $1
  AND family = $2";

pub(crate) const SET_CURRENT: &str = "\
UPDATE identity_token_family
SET sealed = $3,
    expires_wall = $4
WHERE app_id = $1
  AND family = $2";

pub(crate) const COUNT_FORCED: &str = "\
UPDATE identity_token_family
SET forced_wall = $3,
    forced_day = $4,
    forced_today = $5
WHERE app_id = $1
  AND family = $2";

/// An application's secret was rotated: no family has a current token any more.
pub(crate) const CLEAR_FAMILIES: &str = "\
UPDATE identity_token_family
SET version = version + 1,
    sealed = NULL,
    expires_wall = 0
WHERE app_id = $1";

pub(crate) const ADD: &str = "\
INSERT INTO identity_token (token_hash, app_id, family, expires_wall)
VALUES ($1, $2, $3, $4)";

/// Lets the tokens of a family end at a moment, those that would live longer.
pub(crate) const END_FAMILY: &str = "\
UPDATE identity_token
SET dies_wall = $3
WHERE app_id = $1
  AND family = $2
  AND expires_wall > $3
  AND (dies_wall IS NULL OR dies_wall > $3)";

/// The same for both families of an application.
pub(crate) const END_ALL: &str = "\
UPDATE identity_token
SET dies_wall = $2
WHERE app_id = $1
  AND expires_wall > $2
  AND (dies_wall IS NULL OR dies_wall > $2)";

pub(crate) const FIND: &str = "\
SELECT t.expires_wall, t.dies_wall, a.app_id, a.kind, a.shop_id
FROM identity_token t
JOIN identity_app a
  ON a.app_id = t.app_id
WHERE t.token_hash = $1";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    ADD_FAMILY,
    HOLD_FAMILY,
    FAMILY,
    SET_CURRENT,
    COUNT_FORCED,
    CLEAR_FAMILIES,
    ADD,
    END_FAMILY,
    END_ALL,
    FIND,
];
