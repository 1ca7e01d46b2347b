//! The addresses that shoppers keep.

pub(crate) const ADD: &str = "\
INSERT INTO identity_shopper_address (shopper_id, address_id, user_name, tel_number, province_name, city_name,
    county_name, detail_info, postal_code, national_code, default_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

pub(crate) const UPDATE: &str = "\
UPDATE identity_shopper_address
SET user_name = $3,
    tel_number = $4,
    province_name = $5,
    city_name = $6,
    county_name = $7,
    detail_info = $8,
    postal_code = $9,
    national_code = $10
WHERE shopper_id = $1
  AND address_id = $2";

pub(crate) const CLEAR_DEFAULT: &str = "\
UPDATE identity_shopper_address
SET default_at = NULL
WHERE shopper_id = $1
  AND default_at IS NOT NULL";

pub(crate) const SET_DEFAULT: &str = "\
UPDATE identity_shopper_address
SET default_at = $3
WHERE shopper_id = $1
  AND address_id = $2";

pub(crate) const DELETE: &str = "\
DELETE FROM identity_shopper_address
WHERE shopper_id = $1
  AND address_id = $2";

pub(crate) const COUNT: &str = "\
SELECT CAST(count(*) AS BIGINT)
FROM identity_shopper_address
WHERE shopper_id = $1";

pub(crate) const FIND: &str = "\
SELECT address_id, user_name, tel_number, province_name, city_name, county_name, detail_info, postal_code,
    national_code, default_at
FROM identity_shopper_address
WHERE shopper_id = $1
  AND address_id = $2";

/// The default first, then the newest.
pub(crate) const LIST: &str = "\
SELECT address_id, user_name, tel_number, province_name, city_name, county_name, detail_info, postal_code,
    national_code, default_at
FROM identity_shopper_address
WHERE shopper_id = $1
ORDER BY CASE WHEN default_at IS NULL THEN 1 ELSE 0 END, created_at DESC, address_id DESC";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[ADD, UPDATE, CLEAR_DEFAULT, SET_DEFAULT, DELETE, COUNT, FIND, LIST];
