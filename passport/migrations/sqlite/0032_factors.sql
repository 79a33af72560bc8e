-- What accounts have beside their password.

-- Passkeys. `credential` is the public key with its counter and flags, as the library writes it.
CREATE TABLE passkeys (
    id            TEXT   NOT NULL PRIMARY KEY,
    account_id    TEXT   NOT NULL REFERENCES accounts (id),
    credential_id BLOB   NOT NULL UNIQUE,
    credential    TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    synced        BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    used_at       BIGINT
);
CREATE INDEX passkeys_account ON passkeys (account_id);

-- Challenges that wait for a passkey's answer. Taken up once, by the browser that asked.
CREATE TABLE ceremonies (
    id         TEXT   NOT NULL PRIMARY KEY,
    purpose    TEXT   NOT NULL,
    browser    BLOB   NOT NULL,
    account_id TEXT   REFERENCES accounts (id),
    state      TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX ceremonies_expires_at ON ceremonies (expires_at);

-- Authenticator apps, one an account. `last_step` is the latest step of thirty seconds of which a code was taken.
CREATE TABLE authenticators (
    account_id    TEXT   NOT NULL PRIMARY KEY REFERENCES accounts (id),
    secret_sealed BLOB   NOT NULL,
    last_step     BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    used_at       BIGINT
);

-- Recovery codes, by their hash.
CREATE TABLE recovery_codes (
    account_id TEXT   NOT NULL REFERENCES accounts (id),
    code_hash  BLOB   NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT,
    PRIMARY KEY (account_id, code_hash)
);

-- Browsers in which somebody has signed in: their tries are counted apart, and until `trusted_until` the second step is
-- left out there.
CREATE TABLE known_devices (
    account_id    TEXT   NOT NULL REFERENCES accounts (id),
    token_hash    BLOB   NOT NULL,
    expires_at    BIGINT NOT NULL,
    trusted_until BIGINT,
    PRIMARY KEY (account_id, token_hash)
);
CREATE INDEX known_devices_expires_at ON known_devices (expires_at);

-- Sign-ins of which the password was right and the second step is missing.
CREATE TABLE half_sign_ins (
    token_hash      BLOB   NOT NULL PRIMARY KEY,
    account_id      TEXT   NOT NULL REFERENCES accounts (id),
    password_set_at BIGINT NOT NULL,
    province        TEXT,
    expires_at      BIGINT NOT NULL
);
CREATE INDEX half_sign_ins_account ON half_sign_ins (account_id);
CREATE INDEX half_sign_ins_expires_at ON half_sign_ins (expires_at);

-- What a recovery has shown of the account's factors, and whether all of them are lost and to be removed with the reset.
ALTER TABLE recoveries ADD COLUMN factor_at BIGINT;
ALTER TABLE recoveries ADD COLUMN lost_at BIGINT;
