-- The record is sealed: a batch lists its events with a digest of each, follows from the batch before, and is signed. An
-- event is given its batch once, whenever its transaction came to its end; those without one are found along the index.
ALTER TABLE audit_events ADD COLUMN batch BIGINT;
CREATE INDEX audit_events_batch ON audit_events (batch, at);

CREATE TABLE audit_batches (
    number      BIGINT NOT NULL PRIMARY KEY,
    previous    BLOB   NOT NULL,
    events      BIGINT NOT NULL,
    first_at    BIGINT NOT NULL,
    last_at     BIGINT NOT NULL,
    sealed_at   BIGINT NOT NULL,
    root        BLOB   NOT NULL,
    leaves      BLOB,
    digest      BLOB   NOT NULL,
    signed_by   TEXT   NOT NULL,
    signature   BLOB   NOT NULL,
    released_at BIGINT
);
-- Whose events are still kept: the oldest are released first.
CREATE INDEX audit_batches_kept ON audit_batches (last_at) WHERE released_at IS NULL;

-- What was recorded stays as it was: an event is given its batch, with what is personal in it sealed, and nothing else.
CREATE TRIGGER audit_events_stay BEFORE UPDATE ON audit_events
WHEN NOT (OLD.batch IS NULL AND NEW.batch IS NOT NULL AND NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.actor = OLD.actor
    AND NEW.kind = OLD.kind AND NEW.account_id IS OLD.account_id AND NEW.client_id IS OLD.client_id
    AND NEW.details = OLD.details)
BEGIN
    SELECT RAISE(ABORT, 'the record is only ever added to');
END;
-- It is removed with the batch that it was sealed in, once that is released.
CREATE TRIGGER audit_events_kept BEFORE DELETE ON audit_events
WHEN NOT EXISTS (SELECT 1 FROM audit_batches WHERE number = OLD.batch AND released_at IS NOT NULL)
BEGIN
    SELECT RAISE(ABORT, 'the record is kept');
END;
-- A batch is released once, 180 days after its last event at the earliest; the rest of it stays for good.
CREATE TRIGGER audit_batches_stay BEFORE UPDATE ON audit_batches
WHEN NOT (OLD.released_at IS NULL AND NEW.released_at IS NOT NULL
    AND NEW.released_at >= OLD.last_at + 15552000000 AND NEW.leaves IS NULL
    AND NEW.number = OLD.number AND NEW.previous = OLD.previous AND NEW.events = OLD.events
    AND NEW.first_at = OLD.first_at AND NEW.last_at = OLD.last_at AND NEW.sealed_at = OLD.sealed_at
    AND NEW.root = OLD.root AND NEW.digest = OLD.digest AND NEW.signed_by = OLD.signed_by AND NEW.signature = OLD.signature)
BEGIN
    SELECT RAISE(ABORT, 'the record is only ever added to');
END;
CREATE TRIGGER audit_batches_kept BEFORE DELETE ON audit_batches
BEGIN
    SELECT RAISE(ABORT, 'the record is kept');
END;
