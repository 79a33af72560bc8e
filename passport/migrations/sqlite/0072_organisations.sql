-- Who runs exam sites: organisations, the people who act for them, and who is asked to join.
CREATE TABLE organisations (
    id         TEXT   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    -- Counts what changed about its members: two changes at once go one after the other.
    revision   BIGINT NOT NULL
);
CREATE TABLE organisation_members (
    id              TEXT   NOT NULL PRIMARY KEY,
    organisation_id TEXT   NOT NULL REFERENCES organisations (id),
    account_id      TEXT   NOT NULL REFERENCES accounts (id),
    role            TEXT   NOT NULL,
    since           BIGINT NOT NULL,
    UNIQUE (organisation_id, account_id)
);
CREATE INDEX organisation_members_account ON organisation_members (account_id);
CREATE TABLE organisation_invitations (
    id              TEXT   NOT NULL PRIMARY KEY,
    organisation_id TEXT   NOT NULL REFERENCES organisations (id),
    email           TEXT   NOT NULL,
    role            TEXT   NOT NULL,
    token_hash      BLOB   NOT NULL UNIQUE,
    invited_by      TEXT   NOT NULL REFERENCES accounts (id),
    invited_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    used_at         BIGINT,
    withdrawn_at    BIGINT
);
CREATE INDEX organisation_invitations_organisation ON organisation_invitations (organisation_id, invited_at);
CREATE INDEX organisation_invitations_email ON organisation_invitations (email, invited_at);
CREATE INDEX organisation_invitations_expires ON organisation_invitations (expires_at);
CREATE INDEX organisation_invitations_by ON organisation_invitations (invited_by);
-- What is on record about an organisation is shown to its members.
ALTER TABLE audit_events ADD COLUMN organisation_id TEXT;
CREATE INDEX audit_events_organisation ON audit_events (organisation_id, at) WHERE organisation_id IS NOT NULL;
