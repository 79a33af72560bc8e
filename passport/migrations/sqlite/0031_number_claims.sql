-- Mobile numbers of accounts that somebody else has proven to have now, and wants detached. One row a number; whoever asks
-- while another asks joins them.
CREATE TABLE number_claims (
    name       TEXT   NOT NULL PRIMARY KEY,
    account_id TEXT   NOT NULL REFERENCES accounts (id),
    lang       TEXT   NOT NULL,
    asked_at   BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    keep_hash  BLOB   NOT NULL UNIQUE,
    ended_at   BIGINT,
    outcome    TEXT
);
CREATE INDEX number_claims_account ON number_claims (account_id);
CREATE INDEX number_claims_due ON number_claims (due_at) WHERE ended_at IS NULL;
