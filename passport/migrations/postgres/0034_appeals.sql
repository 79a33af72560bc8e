-- Appeals of people whose identity document somebody else holds. What is said in one is sealed and bound to its id, and
-- erased some time after the end, as the photo is. open_key is a keyed hash of contact and document while it is open: who
-- appeals twice has one appeal. A granted appeal keeps its document until due_at.
CREATE TABLE appeals (
    id            TEXT   NOT NULL PRIMARY KEY,
    case_number   TEXT   NOT NULL UNIQUE,
    proof_id      TEXT   NOT NULL UNIQUE,
    open_key      BYTEA  UNIQUE,
    document_mac  BYTEA  NOT NULL,
    file_sealed   BYTEA,
    state         TEXT   NOT NULL,
    first_staff   TEXT,
    holder_id     TEXT   REFERENCES accounts (id),
    due_at        BIGINT,
    begun_at      BIGINT NOT NULL,
    submitted_at  BIGINT,
    heard_at      BIGINT,
    objected_at   BIGINT,
    closed_at     BIGINT,
    decided_at    BIGINT,
    bound_at      BIGINT
);
CREATE INDEX appeals_due ON appeals (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX appeals_document ON appeals (document_mac);
CREATE INDEX appeals_state ON appeals (state, begun_at);
CREATE INDEX appeals_kept ON appeals (decided_at) WHERE file_sealed IS NOT NULL;

CREATE TABLE appeal_photos (
    appeal_id  TEXT   NOT NULL PRIMARY KEY REFERENCES appeals (id),
    sealed     BYTEA  NOT NULL,
    created_at BIGINT NOT NULL
);
