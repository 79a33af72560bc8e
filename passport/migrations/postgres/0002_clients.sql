-- The registry of relying parties. `metadata` is the JSON of RFC 7591 client metadata that Rust checks.
CREATE TABLE clients (
    client_id  TEXT   NOT NULL PRIMARY KEY,
    metadata   TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- SHA-256 of each secret that is valid now: two at most, so that one can be exchanged without an outage.
CREATE TABLE client_secrets (
    client_id  TEXT   NOT NULL REFERENCES clients (client_id),
    hash       BYTEA  NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (client_id, hash)
);

-- One row, counted up with every change: a node that sees its old number need not read the rest.
CREATE TABLE client_registry (
    id       BIGINT NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL
);
INSERT INTO client_registry (id, revision) VALUES (1, 0);
