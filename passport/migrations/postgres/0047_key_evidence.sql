-- What nodes saw of clients and signing keys, written down a few times a minute: when a client first and last did what
-- shows that it has a key, and how often. It goes when the key is destroyed.
CREATE TABLE key_evidence (
    kid       TEXT   NOT NULL,
    client_id TEXT   NOT NULL,
    sign      TEXT   NOT NULL,
    first_at  BIGINT NOT NULL,
    last_at   BIGINT NOT NULL,
    times     BIGINT NOT NULL,
    PRIMARY KEY (kid, client_id, sign)
);
