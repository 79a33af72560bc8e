-- Logos of clients, fetched from where their metadata says and served by us. Without a picture the row says when to try
-- again.
CREATE TABLE client_logos (
    client_id  TEXT   NOT NULL PRIMARY KEY,
    -- The address that it comes from: another one in the metadata makes the picture an old one.
    logo_uri   TEXT   NOT NULL,
    attempts   BIGINT NOT NULL,
    retry_at   BIGINT NOT NULL,
    -- SHA-256 of the picture in hexadecimal, which is its name.
    hash       TEXT,
    media_type TEXT,
    picture    BLOB
);
CREATE INDEX client_logos_hash ON client_logos (hash) WHERE hash IS NOT NULL;
