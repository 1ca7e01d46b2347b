//! Removal of what has run out, a lot at a time.

pub(crate) const SESSIONS: &str = "\
DELETE FROM identity_session
WHERE token_hash IN (
    SELECT token_hash FROM identity_session WHERE expires_wall < $1 ORDER BY expires_wall LIMIT $2
)";

pub(crate) const TOKENS: &str = "\
DELETE FROM identity_token
WHERE token_hash IN (
    SELECT token_hash FROM identity_token WHERE expires_wall < $1 ORDER BY expires_wall LIMIT $2
)";

pub(crate) const JS_CODES: &str = "\
DELETE FROM identity_js_code
WHERE code_hash IN (
    SELECT code_hash FROM identity_js_code WHERE expires_wall < $1 ORDER BY expires_wall LIMIT $2
)";

pub(crate) const ATTEMPTS: &str = "\
DELETE FROM identity_attempt
WHERE login_hash IN (
    SELECT login_hash FROM identity_attempt WHERE last_wall < $1 ORDER BY last_wall LIMIT $2
)";

pub(crate) const CODES: &str = "\
DELETE FROM identity_code
WHERE phone IN (
    SELECT phone FROM identity_code WHERE sent_wall < $1 ORDER BY sent_wall LIMIT $2
)";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[SESSIONS, TOKENS, JS_CODES, ATTEMPTS, CODES];
