-- A code is sealed and needs no row: an authorization is stored when its code is redeemed. What only the redemption
-- needed (challenge, nonce, address) goes.
CREATE TABLE grants_from_redemption (
    id                    TEXT   NOT NULL PRIMARY KEY,
    client_id             TEXT   NOT NULL,
    account_id            TEXT   NOT NULL,
    session_id            TEXT   NOT NULL,
    scope                 TEXT   NOT NULL,
    auth_time             BIGINT NOT NULL,
    acr                   TEXT   NOT NULL,
    amr                   TEXT   NOT NULL,
    province              TEXT,
    refreshable           BIGINT NOT NULL,
    -- Drawn anew for each try, so that the one that succeeded knows itself again after a lost connection.
    redemption            BLOB   NOT NULL,
    redeemed_at           BIGINT NOT NULL,
    revoked_at            BIGINT,
    -- When nothing that came of it can live any more; never before the end of its code.
    expires_at            BIGINT NOT NULL,
    refresh_hash          BLOB,
    refresh_previous_hash BLOB,
    refreshed_at          BIGINT,
    -- The last refresh answer, sealed under a key that only the token before it yields.
    refresh_answer        BLOB
);
INSERT INTO grants_from_redemption
SELECT id, client_id, account_id, session_id, scope, auth_time, acr, amr, province, refreshable, code_hash, redeemed_at,
       revoked_at, expires_at, refresh_hash, refresh_previous_hash, refreshed_at, refresh_answer
FROM grants
WHERE redeemed_at IS NOT NULL;
DROP TABLE grants;
ALTER TABLE grants_from_redemption RENAME TO grants;
