-- Which master keys this database's keys were sealed under, and when: a node that is given the one before is told so.
CREATE TABLE master_keys (
    id    TEXT   NOT NULL PRIMARY KEY,
    since BIGINT NOT NULL,
    until BIGINT
);
INSERT INTO master_keys (id, since) SELECT master_key_id, MIN(created_at) FROM data_keys GROUP BY master_key_id;

-- The change of the registry with which a data key was made: nothing new is sealed by the one before when every node has
-- followed to it. What is left of keys by which nothing is sealed any more.
ALTER TABLE data_keys ADD COLUMN made_in BIGINT;
CREATE TABLE former_data_keys (
    id           BIGINT NOT NULL PRIMARY KEY,
    purpose      TEXT   NOT NULL,
    made_at      BIGINT NOT NULL,
    destroyed_at BIGINT NOT NULL
);
