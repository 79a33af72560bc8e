-- Captchas that were answered, and how often their ticket was shown: what makes each of them good once.
CREATE TABLE captchas (
    id         BYTEA  NOT NULL PRIMARY KEY,
    used       BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX captchas_expires ON captchas (expires_at);
