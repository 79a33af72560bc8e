-- Keys that sign tokens. The private half is sealed under the master key, and removed when a key retires.
CREATE TABLE signing_keys (
    kid           TEXT   NOT NULL PRIMARY KEY,
    alg           TEXT   NOT NULL,
    state         TEXT   NOT NULL,
    state_since   BIGINT NOT NULL,
    retires_until BIGINT,
    public_key    BYTEA  NOT NULL,
    private_key   BYTEA,
    master_key_id TEXT   NOT NULL,
    created_at    BIGINT NOT NULL
);
-- One active and one staged key an algorithm, however many nodes start or rotate at once.
CREATE UNIQUE INDEX signing_keys_one_active ON signing_keys (alg) WHERE state = 'active';
CREATE UNIQUE INDEX signing_keys_one_staged ON signing_keys (alg) WHERE state = 'staged';

-- Keys that seal data or make keyed hashes of it, sealed under the master key. Sealed data names its key by id.
CREATE TABLE data_keys (
    id            BIGINT NOT NULL PRIMARY KEY,
    purpose       TEXT   NOT NULL,
    sealed        BYTEA  NOT NULL,
    master_key_id TEXT   NOT NULL,
    created_at    BIGINT NOT NULL
);

-- One row, counted up with every change: a node that sees its old number need not read the rest.
CREATE TABLE key_registry (
    id       BIGINT NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL
);
INSERT INTO key_registry (id, revision) VALUES (1, 0);
