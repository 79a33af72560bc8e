-- Who serves keys: until when each node may sign, by the database's clock, and the change of the registry up to which
-- it has followed. No key signs before every node whose lease has not run out serves it.
CREATE TABLE key_nodes (
    node        TEXT   NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL,
    revision    BIGINT NOT NULL,
    lease_until BIGINT NOT NULL
);
