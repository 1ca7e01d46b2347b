//! The people who run the platform.

pub(crate) const ADD: &str = "\
INSERT INTO identity_operator (operator_id, login, name, role, added_at, version)
VALUES ($1, $2, $3, $4, $5, 1)";

pub(crate) const FIND: &str = "\
SELECT operator_id, login, name, role, added_at
FROM identity_operator
WHERE operator_id = $1
  AND removed_at IS NULL";

pub(crate) const PAGE: &str = "\
SELECT operator_id, login, name, role, added_at
FROM identity_operator
WHERE removed_at IS NULL
  AND (added_at, operator_id) < ($1, $2)
ORDER BY added_at DESC, operator_id DESC
LIMIT $3";

/// Takes hold of all operators of a role, so that two requests can't both remove the last one but one; touches as
/// many rows as there are.
pub(crate) const HOLD_ROLE: &str = "\
UPDATE identity_operator
SET version = version
WHERE role = $1
  AND removed_at IS NULL";

pub(crate) const REMOVE: &str = "\
UPDATE identity_operator
SET removed_at = $2,
    version = version + 1
WHERE operator_id = $1
  AND removed_at IS NULL";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[ADD, FIND, PAGE, HOLD_ROLE, REMOVE];
