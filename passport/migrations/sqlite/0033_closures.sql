-- Accounts whose owner asked to cancel them, until the day that it happens or is taken back. The token of the link that
-- takes it back is stored as its SHA-256.
CREATE TABLE closures (
    account_id TEXT   NOT NULL PRIMARY KEY REFERENCES accounts (id),
    asked_at   BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    undo_hash  BLOB   NOT NULL UNIQUE
);
CREATE INDEX closures_due ON closures (due_at);
