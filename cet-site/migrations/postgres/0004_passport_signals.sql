-- Security events of the passport that were taken (RFC 8417, RFC 8935): none counts twice, and what one told of a person is
-- looked up here. `subject` is how the passport names them to this site; it is taken out when their account is gone.
CREATE TABLE passport_signals (
    jti TEXT NOT NULL PRIMARY KEY,
    event TEXT NOT NULL,
    subject TEXT,
    told_at BIGINT NOT NULL,
    taken_at BIGINT NOT NULL,
    over_at BIGINT NOT NULL
);

CREATE INDEX passport_signals_subject ON passport_signals (subject);
CREATE INDEX passport_signals_over_at ON passport_signals (over_at);
