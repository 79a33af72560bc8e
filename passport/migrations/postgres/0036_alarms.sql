-- What owners of accounts say was not them. A case has the number under which they and staff speak of it; `about` is the
-- notice or the line of their history, `via` the kind of contact by which it was said, `session` or `former`.
CREATE TABLE cases (
    number     TEXT   NOT NULL PRIMARY KEY,
    account_id TEXT   NOT NULL REFERENCES accounts (id),
    about      TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    via        TEXT   NOT NULL,
    opened_at  BIGINT NOT NULL,
    network    TEXT,
    device     TEXT,
    closed_at  BIGINT
);
CREATE INDEX cases_account ON cases (account_id, opened_at);
CREATE INDEX cases_opened ON cases (opened_at);

-- The links of notices by which that is said, by the SHA-256 of their tokens.
CREATE TABLE alarms (
    token_hash  BYTEA  NOT NULL PRIMARY KEY,
    account_id  TEXT   NOT NULL REFERENCES accounts (id),
    via         TEXT   NOT NULL,
    about       TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    raised_at   BIGINT,
    case_number TEXT   REFERENCES cases (number)
);
CREATE INDEX alarms_account ON alarms (account_id);
CREATE INDEX alarms_expires ON alarms (expires_at);
CREATE INDEX alarms_case ON alarms (case_number) WHERE case_number IS NOT NULL;
