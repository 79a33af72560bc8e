-- What was done, by whom, to what. Rows are only ever added, and removed once older than the retention.
CREATE TABLE audit_events (
    id         TEXT   NOT NULL PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor      TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    account_id TEXT,
    client_id  TEXT,
    details    TEXT   NOT NULL
);
CREATE INDEX audit_events_at ON audit_events (at);
CREATE INDEX audit_events_account ON audit_events (account_id, at);
CREATE INDEX audit_events_client ON audit_events (client_id, at);
