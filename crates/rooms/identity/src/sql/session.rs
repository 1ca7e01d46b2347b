//! Sessions.

pub(crate) const ADD: &str = "\
INSERT INTO identity_session (token_hash, kind, person_id, shop_id, created_wall, expires_wall)
VALUES ($1, $2, $3, $4, $5, $6)";

/// A session with its person's present role, which is NULL for shoppers and for whoever was removed.
pub(crate) const FIND: &str = "\
SELECT s.kind, s.person_id, s.shop_id, s.expires_wall, m.role, o.role
FROM identity_session s
LEFT JOIN identity_staff m
  ON s.kind = 1
 AND m.shop_id = s.shop_id
 AND m.staff_id = s.person_id
 AND m.removed_at IS NULL
LEFT JOIN identity_operator o
  ON s.kind = 3
 AND o.operator_id = s.person_id
 AND o.removed_at IS NULL
WHERE s.token_hash = $1";

pub(crate) const END: &str = "\
DELETE FROM identity_session
WHERE token_hash = $1";

pub(crate) const END_OF_PERSON: &str = "\
DELETE FROM identity_session
WHERE kind = $1
  AND person_id = $2";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[ADD, FIND, END, END_OF_PERSON];
