-- What sites are told of people beside the ends of sessions: signed security events (RFC 8417). One stream for a client:
-- where it wants them, which, and whether they are sent, held back or not even written. What is sent as `Authorization`
-- is sealed.
CREATE TABLE client_signals (
    client_id            TEXT   NOT NULL PRIMARY KEY,
    endpoint             TEXT   NOT NULL,
    events               TEXT   NOT NULL,
    state                TEXT   NOT NULL,
    authorization_sealed BYTEA,
    created_at           BIGINT NOT NULL,
    changed_at           BIGINT NOT NULL
);

-- Whom such a site knows: written when the authorizations that tell it are looked through, before they go.
CREATE TABLE signal_subjects (
    account_id TEXT   NOT NULL,
    client_id  TEXT   NOT NULL,
    entered_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, client_id)
);
