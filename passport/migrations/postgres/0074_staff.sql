-- Who works in the console, how they sign in, and what they propose and do.
CREATE TABLE staff (
    id      TEXT   NOT NULL PRIMARY KEY,
    name    TEXT   NOT NULL UNIQUE,
    roles   TEXT   NOT NULL,
    state   TEXT   NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE TABLE staff_passkeys (
    id            TEXT   NOT NULL PRIMARY KEY,
    staff_id      TEXT   NOT NULL REFERENCES staff (id),
    credential_id BYTEA  NOT NULL UNIQUE,
    credential    TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    used_at       BIGINT
);
CREATE INDEX staff_passkeys_staff ON staff_passkeys (staff_id);
CREATE TABLE staff_links (
    token_hash BYTEA  NOT NULL PRIMARY KEY,
    staff_id   TEXT   NOT NULL REFERENCES staff (id),
    -- The browser that began to use it: no other goes on.
    browser    BYTEA,
    why        TEXT,
    made_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);
CREATE INDEX staff_links_staff ON staff_links (staff_id);
CREATE INDEX staff_links_expires ON staff_links (expires_at);
CREATE TABLE staff_sessions (
    token_hash BYTEA  NOT NULL PRIMARY KEY,
    staff_id   TEXT   NOT NULL REFERENCES staff (id),
    began_at   BIGINT NOT NULL,
    idle_until BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX staff_sessions_staff ON staff_sessions (staff_id);
CREATE INDEX staff_sessions_expires ON staff_sessions (expires_at);
-- What takes two people, and beside it what takes one and was done.
CREATE TABLE staff_proposals (
    id           TEXT   NOT NULL PRIMARY KEY,
    act          TEXT   NOT NULL,
    payload      TEXT   NOT NULL,
    payload_hash BYTEA  NOT NULL,
    account_id   TEXT   REFERENCES accounts (id),
    reason       TEXT   NOT NULL,
    state        TEXT   NOT NULL,
    proposed_by  TEXT   NOT NULL REFERENCES staff (id),
    proposed_at  BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    decided_by   TEXT   REFERENCES staff (id),
    decided_at   BIGINT
);
CREATE INDEX staff_proposals_state ON staff_proposals (state, proposed_at);
CREATE INDEX staff_proposals_account ON staff_proposals (account_id);
CREATE INDEX staff_proposals_expires ON staff_proposals (expires_at);
-- Who looked at which account, and why.
CREATE TABLE staff_reads (
    id         TEXT   NOT NULL PRIMARY KEY,
    staff_id   TEXT   NOT NULL REFERENCES staff (id),
    account_id TEXT   NOT NULL REFERENCES accounts (id),
    reason     TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX staff_reads_account ON staff_reads (account_id);
CREATE INDEX staff_reads_expires ON staff_reads (expires_at);
