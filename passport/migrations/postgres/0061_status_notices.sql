-- What operators announce: planned work and troubles, in both languages. Each has an end and ends by itself; nothing in it
-- concerns a person.
CREATE TABLE status_notices (
    id         TEXT   NOT NULL PRIMARY KEY,
    kind       TEXT   NOT NULL,
    -- What it is about, separated by spaces.
    parts      TEXT   NOT NULL,
    shown_from BIGINT NOT NULL,
    begins_at  BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL,
    words_zh   TEXT   NOT NULL,
    words_en   TEXT   NOT NULL
);
CREATE INDEX status_notices_end ON status_notices (ends_at);
