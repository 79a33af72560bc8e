-- Candidates. Mail and mobile stand here as shown and sent to; what makes them unique is login_names.
CREATE TABLE accounts (
    id                 TEXT   NOT NULL PRIMARY KEY,
    name               TEXT,
    email              TEXT,
    email_verified_at  BIGINT,
    mobile             TEXT,
    mobile_verified_at BIGINT,
    id_verified_at     BIGINT,
    locale             TEXT,
    province           TEXT,
    password_hash      TEXT   NOT NULL,
    password_set_at    BIGINT NOT NULL,
    form_hash          BLOB   UNIQUE,
    blocked_at         BIGINT,
    created_at         BIGINT NOT NULL,
    updated_at         BIGINT NOT NULL
);

-- What may be typed to sign in, in the form that is compared: `email:…`, `mobile:+86…`.
CREATE TABLE login_names (
    name       TEXT   NOT NULL PRIMARY KEY,
    account_id TEXT   NOT NULL REFERENCES accounts (id)
);
CREATE INDEX login_names_account ON login_names (account_id);

-- Identity documents: the number sealed, and a keyed hash of it to find the account by.
CREATE TABLE identities (
    account_id    TEXT   NOT NULL PRIMARY KEY REFERENCES accounts (id),
    kind          TEXT   NOT NULL,
    number_sealed BLOB   NOT NULL,
    number_mac    BLOB   NOT NULL UNIQUE,
    created_at    BIGINT NOT NULL
);

-- Which text of which agreement was accepted, and when.
CREATE TABLE agreements (
    account_id  TEXT   NOT NULL REFERENCES accounts (id),
    document    TEXT   NOT NULL,
    version     TEXT   NOT NULL,
    sha256      BLOB   NOT NULL,
    accepted_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, document, version)
);

-- One signed-in browser each. The cookie's token is stored as its SHA-256.
CREATE TABLE sessions (
    id           TEXT   NOT NULL PRIMARY KEY,
    token_hash   BLOB   NOT NULL UNIQUE,
    account_id   TEXT   NOT NULL REFERENCES accounts (id),
    auth_time    BIGINT NOT NULL,
    acr          TEXT   NOT NULL,
    amr          TEXT   NOT NULL,
    province     TEXT,
    idle_limit   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    idle_at      BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    ended_at     BIGINT,
    end_reason   TEXT
);
CREATE INDEX sessions_account ON sessions (account_id);
CREATE INDEX sessions_expires ON sessions (expires_at);
