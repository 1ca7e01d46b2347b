//! Shoppers, their phones, and the codes that they log in with.

pub(crate) const ADD_PHONE: &str = "\
INSERT INTO identity_phone (phone, shopper_id)
VALUES ($1, $2)
ON CONFLICT DO NOTHING";

pub(crate) const OF_PHONE: &str = "\
SELECT shopper_id
FROM identity_phone
WHERE phone = $1";

pub(crate) const ADD: &str = "\
INSERT INTO identity_shopper (shopper_id, phone, joined_at, version)
VALUES ($1, $2, $3, 1)";

pub(crate) const PHONE: &str = "\
SELECT phone
FROM identity_shopper
WHERE shopper_id = $1";

/// Takes hold of a shopper: what they keep is changed by one request at a time.
pub(crate) const HOLD: &str = "\
UPDATE identity_shopper
SET version = version
WHERE shopper_id = $1";

/// Puts a code in the place of the phone's last one; touches no row within the pause or when the day's are used up.
pub(crate) const PUT_CODE: &str = "\
INSERT INTO identity_code (phone, code_id, sealed, tries, sent_wall, expires_wall, day, sent_today)
VALUES ($1, $2, $3, 0, $4, $5, $6, 1)
ON CONFLICT (phone) DO UPDATE
SET code_id = $2,
    sealed = $3,
    tries = 0,
    sent_wall = $4,
    expires_wall = $5,
    day = $6,
    sent_today = CASE WHEN identity_code.day = $6 THEN identity_code.sent_today + 1 ELSE 1 END
WHERE identity_code.sent_wall <= $7
  AND (identity_code.day <> $6 OR identity_code.sent_today < $8)";

pub(crate) const CODE_SENT: &str = "\
SELECT sent_wall
FROM identity_code
WHERE phone = $1";

/// Counts a try; touches no row when the code is too old, used or guessed at too often.
pub(crate) const TRY_CODE: &str = "\
UPDATE identity_code
SET tries = tries + 1
WHERE phone = $1
  AND expires_wall > $2
  AND tries < $3";

pub(crate) const SEALED_CODE: &str = "\
SELECT sealed
FROM identity_code
WHERE phone = $1";

/// The code was used: it ends, the count of the day stays.
pub(crate) const END_CODE: &str = "\
UPDATE identity_code
SET expires_wall = 0
WHERE phone = $1";

pub(crate) const CODE: &str = "\
SELECT phone, sealed
FROM identity_code
WHERE code_id = $1
  AND expires_wall > $2";

pub(crate) const LIVE_CODES: &str = "\
SELECT phone, sealed, expires_wall
FROM identity_code
WHERE expires_wall > $1
ORDER BY sent_wall DESC, code_id DESC
LIMIT $2";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    ADD_PHONE,
    OF_PHONE,
    ADD,
    PHONE,
    HOLD,
    PUT_CODE,
    CODE_SENT,
    TRY_CODE,
    SEALED_CODE,
    END_CODE,
    CODE,
    LIVE_CODES,
];
