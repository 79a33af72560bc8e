-- Requests that were refused, counted by client, rule and day: for the owner of the client. Anybody can write a client's id
-- into a request, so what was proven to be of the client is counted apart.
CREATE TABLE refusals (
    client_id TEXT   NOT NULL,
    -- The name of the rule that was broken.
    rule      TEXT   NOT NULL,
    proven    BIGINT NOT NULL,
    -- Days since 1970, in UTC.
    day       BIGINT NOT NULL,
    times     BIGINT NOT NULL,
    first_at  BIGINT NOT NULL,
    last_at   BIGINT NOT NULL,
    -- One of the requests: names of parameters, and values that are words of the protocol.
    example   TEXT   NOT NULL,
    PRIMARY KEY (client_id, rule, proven, day)
);
