-- Signing keys that were made in a token (PKCS #11). What is sealed in signing_keys.private_key names the object there.
-- A row without kid is a key that was made and not published (yet).
CREATE TABLE token_keys (
    object       TEXT   NOT NULL PRIMARY KEY,
    kid          TEXT   UNIQUE,
    alg          TEXT   NOT NULL,
    token        TEXT,
    made_at      BIGINT NOT NULL,
    destroyed_at BIGINT
);
