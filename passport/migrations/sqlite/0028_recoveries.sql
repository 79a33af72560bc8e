-- Recoveries: somebody proved to read what is sent to an account, and may choose its password anew once that is enough.
-- The browser's token and the tokens of links are stored as their SHA-256.
CREATE TABLE recoveries (
    id          TEXT   NOT NULL PRIMARY KEY,
    account_id  TEXT   NOT NULL REFERENCES accounts (id),
    token_hash  BLOB   NOT NULL UNIQUE,
    name        TEXT   NOT NULL,
    email_at    BIGINT,
    mobile_at   BIGINT,
    wait_until  BIGINT,
    resume_hash BLOB   UNIQUE,
    cancel_hash BLOB   UNIQUE,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    ended_at    BIGINT,
    end_reason  TEXT
);
CREATE INDEX recoveries_account ON recoveries (account_id);
CREATE INDEX recoveries_expires ON recoveries (expires_at);

-- Until when nothing may be changed of an account that would shut its owner out: its password was just chosen anew.
ALTER TABLE accounts ADD COLUMN guarded_until BIGINT;
