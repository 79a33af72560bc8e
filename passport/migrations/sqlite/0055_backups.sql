-- Backups that were made of this database: `passport doctor` says how old the last one is.
CREATE TABLE backups (
    id      TEXT   NOT NULL PRIMARY KEY,
    made_at BIGINT NOT NULL,
    bytes   BIGINT NOT NULL
);

-- An epoch begins whenever a backup is put in the place of the database. What passes through browsers counts from then on
-- only if it was sealed by the data key of that number or a later one, and what clients sign once only if it is younger.
CREATE TABLE epochs (
    number         BIGINT NOT NULL PRIMARY KEY,
    backup_id      TEXT   NOT NULL,
    backup_made_at BIGINT NOT NULL,
    began_at       BIGINT NOT NULL,
    seal_key       BIGINT NOT NULL
);
