-- Clients that stay with a key until a day, since they cannot follow the next one yet: one of each algorithm. The row stays
-- until the key is archived, since what was signed for them may come back.
CREATE TABLE key_pins (
    client_id TEXT   NOT NULL,
    alg       TEXT   NOT NULL,
    kid       TEXT   NOT NULL,
    began_at  BIGINT NOT NULL,
    ends_at   BIGINT NOT NULL,
    ended_at  BIGINT,
    PRIMARY KEY (client_id, alg)
);

-- The private halves of keys that retired while clients were pinned to them, sealed under the master key. A table of its
-- own: older programs take a retiring key with a private half for a broken row.
CREATE TABLE kept_key_halves (
    kid           TEXT NOT NULL PRIMARY KEY,
    private_key   BLOB NOT NULL,
    master_key_id TEXT NOT NULL
);
