-- Logout tokens that were taken, until their time is over: none counts twice (OpenID Connect Back-Channel Logout 1.0
-- §2.6).
CREATE TABLE logout_tokens (
    jti TEXT NOT NULL PRIMARY KEY,
    over_at BIGINT NOT NULL
);

CREATE INDEX logout_tokens_over_at ON logout_tokens (over_at);
