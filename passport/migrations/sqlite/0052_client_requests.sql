-- What busy clients asked for, on all nodes together, in one stretch of ten seconds; nothing of those that do not come
-- near what they may.
CREATE TABLE client_requests (
    client_id TEXT   NOT NULL,
    kind      TEXT   NOT NULL,
    stretch   BIGINT NOT NULL,
    used      BIGINT NOT NULL,
    PRIMARY KEY (client_id, kind, stretch)
);
