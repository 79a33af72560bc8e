-- Work that one of all nodes does at a time. Who does it now, until when that counts, by the database's time; when it is to
-- be done next; how it went last. A node that dies gives nothing up: its lease runs out.
CREATE TABLE jobs (
    name        TEXT   NOT NULL PRIMARY KEY,
    due_at      BIGINT NOT NULL,
    holder      TEXT,
    node        TEXT   NOT NULL,
    lease_until BIGINT NOT NULL,
    began_at    BIGINT NOT NULL,
    ended_at    BIGINT,
    done_at     BIGINT,
    problem     TEXT
);
