-- Client assertions and DPoP proofs that were used, until they would have expired: each counts once, on any node.
CREATE TABLE used_tokens (
    -- SHA-256 of the use, the signer and the token's own id.
    id         BYTEA  NOT NULL PRIMARY KEY,
    -- Drawn anew for each request, so that the one that spent it knows itself again after a lost connection.
    attempt    BYTEA  NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX used_tokens_expires ON used_tokens (expires_at);

-- The thumbprint of the key that the refresh tokens of a public client are bound to.
ALTER TABLE grants ADD COLUMN refresh_jkt TEXT;
