-- When an operator wants a staged key to sign; when a key began to sign; with which change of the registry it was
-- published. Older programs leave all of it open.
ALTER TABLE signing_keys ADD COLUMN planned_at   BIGINT;
ALTER TABLE signing_keys ADD COLUMN activated_at BIGINT;
ALTER TABLE signing_keys ADD COLUMN published_in BIGINT;
-- A key that is staged now belongs to a rotation that somebody began: it goes on as soon as the key is known.
UPDATE signing_keys SET planned_at = state_since WHERE state = 'staged';

-- Keys that are published no more. Archived ones verify what sites hand back as a hint; of destroyed ones nothing is
-- left but when they were what. A table of its own: programs that know neither state read the other one.
CREATE TABLE former_keys (
    kid            TEXT   NOT NULL PRIMARY KEY,
    alg            TEXT   NOT NULL,
    state          TEXT   NOT NULL,
    state_since    BIGINT NOT NULL,
    archived_until BIGINT,
    public_key     BYTEA,
    made_at        BIGINT NOT NULL,
    activated_at   BIGINT,
    retired_at     BIGINT,
    archived_at    BIGINT,
    compromised_at BIGINT
);
