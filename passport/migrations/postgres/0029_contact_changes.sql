-- Contacts that took the place of others. Until `undo_until` the former one stays a login name of the account, and
-- whoever reads what is sent to it can undo the change.
CREATE TABLE contact_changes (
    id            TEXT   NOT NULL PRIMARY KEY,
    account_id    TEXT   NOT NULL REFERENCES accounts (id),
    kind          TEXT   NOT NULL,
    old_contact   TEXT,
    old_proven_at BIGINT,
    new_contact   TEXT   NOT NULL,
    changed_at    BIGINT NOT NULL,
    undo_hash     BYTEA  UNIQUE,
    undo_until    BIGINT NOT NULL,
    undone_at     BIGINT
);
CREATE INDEX contact_changes_account ON contact_changes (account_id, changed_at);
CREATE INDEX contact_changes_until ON contact_changes (undo_until);

-- Since when nobody signs in to an account: a change of its contacts was undone, and its owner is still to prove one anew.
ALTER TABLE accounts ADD COLUMN frozen_at BIGINT;
