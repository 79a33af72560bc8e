-- What operators and mail servers say of a message after they took it. `recipient` is a keyed hash of whom it goes to.
ALTER TABLE outbox ADD COLUMN recipient BLOB;
-- What the operator calls it.
ALTER TABLE outbox ADD COLUMN receipt TEXT;
-- When it was handed over without an answer.
ALTER TABLE outbox ADD COLUMN doubtful_at BIGINT;
-- When it arrived, or was refused for good, as was reported; and why.
ALTER TABLE outbox ADD COLUMN reported_at BIGINT;
ALTER TABLE outbox ADD COLUMN reason TEXT;
CREATE INDEX outbox_recipient ON outbox (recipient, id) WHERE recipient IS NOT NULL;

-- Receivers that could not be reached the last time.
CREATE TABLE unreachable (
    recipient  BLOB   NOT NULL PRIMARY KEY,
    reason     TEXT   NOT NULL,
    refused_at BIGINT NOT NULL
);
CREATE INDEX unreachable_refused ON unreachable (refused_at);
