//! Logins, their passwords, and the count of guesses.

/// Counts an attempt unless the login is locked; touches no row if it is.
pub(crate) const COUNT_ATTEMPT: &str = "\
INSERT INTO identity_attempt (login_hash, failures, last_wall)
VALUES ($1, 1, $2)
ON CONFLICT (login_hash) DO UPDATE
SET failures = CASE WHEN identity_attempt.last_wall <= $3 THEN 1 ELSE identity_attempt.failures + 1 END,
    last_wall = $2
WHERE identity_attempt.failures < $4
   OR identity_attempt.last_wall <= $3";

pub(crate) const LAST_ATTEMPT: &str = "\
SELECT last_wall
FROM identity_attempt
WHERE login_hash = $1";

pub(crate) const FORGET_ATTEMPTS: &str = "\
DELETE FROM identity_attempt
WHERE login_hash = $1";

pub(crate) const FIND: &str = "\
SELECT kind, person_id, shop_id, password
FROM identity_login
WHERE login = $1";

pub(crate) const OF_PERSON: &str = "\
SELECT login, password
FROM identity_login
WHERE kind = $1
  AND person_id = $2";

pub(crate) const ADD: &str = "\
INSERT INTO identity_login (login, kind, person_id, shop_id, password)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING";

pub(crate) const SET_PASSWORD: &str = "\
UPDATE identity_login
SET password = $3
WHERE kind = $1
  AND person_id = $2";

/// Sets the password if it is still the one that was verified.
pub(crate) const CHANGE_PASSWORD: &str = "\
UPDATE identity_login
SET password = $3
WHERE login = $1
  AND password = $2";

pub(crate) const REMOVE: &str = "\
DELETE FROM identity_login
WHERE kind = $1
  AND person_id = $2";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    COUNT_ATTEMPT,
    LAST_ATTEMPT,
    FORGET_ATTEMPTS,
    FIND,
    OF_PERSON,
    ADD,
    SET_PASSWORD,
    CHANGE_PASSWORD,
    REMOVE,
];
