-- An operator lets the staged key sign without a clean trial. Older programs know no trials.
ALTER TABLE signing_keys ADD COLUMN trial_waived_at BIGINT;

-- The last trial of a key that was staged: since when and until when it signed, for which clients (a JSON list of their
-- ids; none: for all), how it ended, and for how many clients it went well, badly, or nobody knows how.
CREATE TABLE key_trials (
    kid       TEXT   NOT NULL PRIMARY KEY,
    began_at  BIGINT NOT NULL,
    ends_at   BIGINT NOT NULL,
    clients   TEXT,
    ended_at  BIGINT,
    ending    TEXT,
    succeeded BIGINT,
    failed    BIGINT,
    unknown   BIGINT
);
