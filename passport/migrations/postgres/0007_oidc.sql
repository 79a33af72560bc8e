-- One row is one authorization: born with its code, spent when the code is redeemed, and from then on the family of
-- its tokens. Codes and refresh tokens carry the id, so that the primary key is the only index that a sign-in writes.
CREATE TABLE grants (
    id                    TEXT   NOT NULL PRIMARY KEY,
    client_id             TEXT   NOT NULL,
    account_id            TEXT   NOT NULL,
    session_id            TEXT   NOT NULL,
    scope                 TEXT   NOT NULL,
    redirect_uri          TEXT   NOT NULL,
    nonce                 TEXT,
    code_challenge        TEXT,
    auth_time             BIGINT NOT NULL,
    acr                   TEXT   NOT NULL,
    amr                   TEXT   NOT NULL,
    province              TEXT,
    refreshable           BIGINT NOT NULL,
    code_hash             BYTEA  NOT NULL,
    code_expires_at       BIGINT NOT NULL,
    redeemed_at           BIGINT,
    revoked_at            BIGINT,
    -- When nothing that came of it can live any more.
    expires_at            BIGINT NOT NULL,
    refresh_hash          BYTEA,
    refresh_previous_hash BYTEA,
    refreshed_at          BIGINT,
    -- The last refresh answer, sealed under a key that only the token before it yields.
    refresh_answer        BYTEA
);

-- What a person let a client have, and what they declined of what it asked for.
CREATE TABLE consents (
    account_id TEXT   NOT NULL,
    client_id  TEXT   NOT NULL,
    scope      TEXT   NOT NULL,
    declined   TEXT   NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, client_id)
);

-- Access tokens revoked one by one, until they would have expired.
CREATE TABLE revoked_tokens (
    jti        TEXT   NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX revoked_tokens_expires ON revoked_tokens (expires_at);
