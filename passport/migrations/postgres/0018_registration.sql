-- Clients that registered themselves manage themselves by a token (RFC 7592): its SHA-256.
ALTER TABLE clients ADD COLUMN registration_hash BYTEA;

-- Initial access tokens (RFC 7591 §3): who has one may register clients, as often as it says.
CREATE TABLE client_invitations (
    hash       BYTEA   NOT NULL PRIMARY KEY,
    uses_left  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX client_invitations_expires ON client_invitations (expires_at);
