-- From what the key of an account is derived, under which network and device of its events are sealed. Overwritten by null
-- when the account is closed: the row stays, so that it never gets another.
CREATE TABLE audit_salts (
    account_id TEXT NOT NULL PRIMARY KEY,
    salt       BYTEA
);
