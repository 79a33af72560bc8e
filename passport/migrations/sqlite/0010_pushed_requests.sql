-- Authorization requests that a client pushed ahead (RFC 9126), by the SHA-256 of their handle. One is spent when its
-- authorization completes, and kept as long as a person may take to get there.
CREATE TABLE pushed_requests (
    hash       BLOB   NOT NULL PRIMARY KEY,
    client_id  TEXT   NOT NULL,
    parameters TEXT   NOT NULL,
    signed     BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);
CREATE INDEX pushed_requests_expires ON pushed_requests (expires_at);
