//! The staff of shops.

pub(crate) const ADD: &str = "\
INSERT INTO identity_staff (shop_id, staff_id, login, name, role, added_at, version)
VALUES ($1, $2, $3, $4, $5, $6, 1)";

pub(crate) const FIND: &str = "\
SELECT staff_id, login, name, role, added_at, version
FROM identity_staff
WHERE shop_id = $1
  AND staff_id = $2
  AND removed_at IS NULL";

pub(crate) const PAGE: &str = "\
SELECT staff_id, login, name, role, added_at, version
FROM identity_staff
WHERE shop_id = $1
  AND removed_at IS NULL
  AND (added_at, staff_id) < ($2, $3)
ORDER BY added_at DESC, staff_id DESC
LIMIT $4";

/// Takes hold of all staff of a role, so that two requests can't both remove the last one but one; touches as many
/// rows as there are.
pub(crate) const HOLD_ROLE: &str = "\
UPDATE identity_staff
SET version = version
WHERE shop_id = $1
  AND role = $2
  AND removed_at IS NULL";

pub(crate) const SET_ROLE: &str = "\
UPDATE identity_staff
SET role = $4,
    version = version + 1
WHERE shop_id = $1
  AND staff_id = $2
  AND version = $3
  AND removed_at IS NULL";

pub(crate) const REMOVE: &str = "\
UPDATE identity_staff
SET removed_at = $4,
    version = version + 1
WHERE shop_id = $1
  AND staff_id = $2
  AND version = $3
  AND removed_at IS NULL";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[ADD, FIND, PAGE, HOLD_ROLE, SET_ROLE, REMOVE];
