-- How often something was done by whom within a stretch of time. The subject stands here as a keyed hash only.
CREATE TABLE limits (
    subject BLOB  NOT NULL PRIMARY KEY,
    name    TEXT   NOT NULL,
    used    BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX limits_ends ON limits (ends_at);
