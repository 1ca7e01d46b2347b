-- platform-wide: a login is looked up before anybody is known, and is unique over all shops
CREATE TABLE identity_login (
    login TEXT NOT NULL PRIMARY KEY,
    kind BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    shop_id BIGINT NOT NULL,
    password TEXT NOT NULL
);
CREATE UNIQUE INDEX identity_login_person ON identity_login (kind, person_id);

-- platform-wide: counts guesses at logins, known and unknown alike
CREATE TABLE identity_attempt (
    login_hash BYTEA NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_wall BIGINT NOT NULL
);
CREATE INDEX identity_attempt_old ON identity_attempt (last_wall);

-- platform-wide: the people who run the platform
CREATE TABLE identity_operator (
    operator_id BIGINT NOT NULL PRIMARY KEY,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    removed_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX identity_operator_newest ON identity_operator (added_at, operator_id);

CREATE TABLE identity_staff (
    shop_id BIGINT NOT NULL,
    staff_id BIGINT NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    removed_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (shop_id, staff_id)
);
CREATE INDEX identity_staff_newest ON identity_staff (shop_id, added_at, staff_id);

CREATE TABLE identity_shopper (
    shopper_id BIGINT NOT NULL PRIMARY KEY,
    phone TEXT NOT NULL,
    joined_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

-- platform-wide: a phone number is looked up before anybody is known
CREATE TABLE identity_phone (
    phone TEXT NOT NULL PRIMARY KEY,
    shopper_id BIGINT NOT NULL
);

-- platform-wide: login codes on their way to a phone; whose phone it is shows only afterwards
CREATE TABLE identity_code (
    phone TEXT NOT NULL PRIMARY KEY,
    code_id BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    tries BIGINT NOT NULL,
    sent_wall BIGINT NOT NULL,
    expires_wall BIGINT NOT NULL,
    day BIGINT NOT NULL,
    sent_today BIGINT NOT NULL
);
CREATE INDEX identity_code_id ON identity_code (code_id);
CREATE INDEX identity_code_sent ON identity_code (sent_wall);

-- platform-wide: a session is looked up by its token's hash before anybody is known
CREATE TABLE identity_session (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    kind BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    shop_id BIGINT NOT NULL,
    created_wall BIGINT NOT NULL,
    expires_wall BIGINT NOT NULL
);
CREATE INDEX identity_session_person ON identity_session (kind, person_id);
CREATE INDEX identity_session_old ON identity_session (expires_wall);

-- platform-wide: an application is looked up by its appid before any tenant is known
CREATE TABLE identity_app (
    app_id BIGINT NOT NULL PRIMARY KEY,
    appid TEXT NOT NULL UNIQUE,
    original_id TEXT NOT NULL UNIQUE,
    kind BIGINT NOT NULL,
    shop_id BIGINT,
    name TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX identity_app_shop ON identity_app (shop_id, created_at, app_id);

CREATE TABLE identity_app_link (
    shop_id BIGINT NOT NULL,
    app_id BIGINT NOT NULL REFERENCES identity_app (app_id),
    linked_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, app_id)
);
CREATE INDEX identity_app_link_app ON identity_app_link (app_id, shop_id);

-- platform-wide: one row an application and family; it names the newest token and serialises its renewal
CREATE TABLE identity_token_family (
    app_id BIGINT NOT NULL REFERENCES identity_app (app_id),
    family BIGINT NOT NULL,
    version BIGINT NOT NULL,
    sealed BYTEA,
    expires_wall BIGINT NOT NULL,
    forced_wall BIGINT NOT NULL,
    forced_day BIGINT NOT NULL,
    forced_today BIGINT NOT NULL,
    PRIMARY KEY (app_id, family)
);

-- platform-wide: an access token is looked up by its hash before any tenant is known
CREATE TABLE identity_token (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    app_id BIGINT NOT NULL,
    family BIGINT NOT NULL,
    expires_wall BIGINT NOT NULL,
    dies_wall BIGINT
);
CREATE INDEX identity_token_live ON identity_token (app_id, family, expires_wall);
CREATE INDEX identity_token_old ON identity_token (expires_wall);

-- platform-wide: a login code of a mini program is looked up before the shopper is known
CREATE TABLE identity_js_code (
    code_hash BYTEA NOT NULL PRIMARY KEY,
    app_id BIGINT NOT NULL,
    shopper_id BIGINT NOT NULL,
    expires_wall BIGINT NOT NULL,
    used_wall BIGINT
);
CREATE INDEX identity_js_code_old ON identity_js_code (expires_wall);

CREATE TABLE identity_app_login (
    shopper_id BIGINT NOT NULL,
    app_id BIGINT NOT NULL,
    session_key BYTEA NOT NULL,
    at_wall BIGINT NOT NULL,
    PRIMARY KEY (shopper_id, app_id)
);

CREATE TABLE identity_shopper_address (
    shopper_id BIGINT NOT NULL,
    address_id BIGINT NOT NULL,
    user_name TEXT NOT NULL,
    tel_number TEXT NOT NULL,
    province_name TEXT NOT NULL,
    city_name TEXT NOT NULL,
    county_name TEXT NOT NULL,
    detail_info TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    national_code TEXT NOT NULL,
    default_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (shopper_id, address_id)
);
CREATE UNIQUE INDEX identity_shopper_address_default ON identity_shopper_address (shopper_id)
WHERE default_at IS NOT NULL;
