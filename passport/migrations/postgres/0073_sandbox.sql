-- Sites that organisations try out in the sandbox, as the portal remembers them.
CREATE TABLE sandbox_sites (
    id              TEXT   NOT NULL PRIMARY KEY,
    organisation_id TEXT   NOT NULL REFERENCES organisations (id),
    client_id       TEXT   NOT NULL UNIQUE,
    name            TEXT   NOT NULL,
    registered_at   BIGINT NOT NULL,
    -- What the site is changed by there (RFC 7592).
    token_sealed    BYTEA  NOT NULL
);
CREATE INDEX sandbox_sites_organisation ON sandbox_sites (organisation_id, registered_at);
-- The stand-ins that an organisation signs in with there.
CREATE TABLE sandbox_candidates (
    organisation_id TEXT   NOT NULL PRIMARY KEY REFERENCES organisations (id),
    set_sealed      BYTEA  NOT NULL,
    made_at         BIGINT NOT NULL
);
