-- Sites of organisations for candidates: what is asked for, what was decided about it, and which client came of it.
CREATE TABLE production_sites (
    id              TEXT   NOT NULL PRIMARY KEY,
    organisation_id TEXT   NOT NULL REFERENCES organisations (id),
    -- The site that it was tried out as. It may be gone from the sandbox by now.
    sandbox_site_id TEXT   NOT NULL UNIQUE,
    client_id       TEXT   NOT NULL UNIQUE,
    state           TEXT   NOT NULL,
    -- Counts what changed about the application: who decides or changes names the one that they saw.
    version         BIGINT NOT NULL,
    wish            TEXT   NOT NULL,
    evidence        TEXT   NOT NULL,
    -- What the reviewer wrote last.
    words           TEXT,
    sent_at         BIGINT NOT NULL,
    decided_at      BIGINT,
    approved_at     BIGINT
);
CREATE INDEX production_sites_organisation ON production_sites (organisation_id, sent_at);
CREATE INDEX production_sites_state ON production_sites (state, sent_at);
