-- Messages to people: written in the transaction of what they tell of, sent later, each until it is accepted or given up.
-- The payload (address and text) is erased as soon as the message needs it no more.
CREATE TABLE outbox (
    id              TEXT   NOT NULL PRIMARY KEY,
    channel         TEXT   NOT NULL,
    state           TEXT   NOT NULL,
    payload         TEXT,
    attempts        BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    last_error      TEXT,
    created_at      BIGINT NOT NULL,
    finished_at     BIGINT
);
CREATE INDEX outbox_due ON outbox (channel, next_attempt_at) WHERE state = 'waiting';
CREATE INDEX outbox_finished ON outbox (finished_at) WHERE finished_at IS NOT NULL;
