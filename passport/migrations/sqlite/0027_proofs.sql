-- Requests to prove that a mail address or a mobile number is somebody's: by a code to type, or a link to follow. A row
-- without an account answers for a name that nobody has, as any other would.
CREATE TABLE proofs (
    id         TEXT   NOT NULL PRIMARY KEY,
    purpose    TEXT   NOT NULL,
    account_id TEXT   REFERENCES accounts (id),
    name       TEXT   NOT NULL,
    contact    TEXT   NOT NULL,
    code_mac   BLOB   NOT NULL,
    link_hash  BLOB   UNIQUE,
    tries      BIGINT NOT NULL,
    asked_from TEXT   NOT NULL,
    message_id TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    code_until BIGINT NOT NULL,
    link_until BIGINT NOT NULL,
    proved_at  BIGINT,
    ended_at   BIGINT,
    end_reason TEXT
);
CREATE INDEX proofs_name ON proofs (name, purpose);
CREATE INDEX proofs_account ON proofs (account_id);
CREATE INDEX proofs_link_until ON proofs (link_until);

-- An account that is closed keeps its row, so that nobody else ever gets its id; nothing personal stays in it.
ALTER TABLE accounts ADD COLUMN closed_at BIGINT;
-- Accounts that somebody registered, and of which no contact is proven yet.
CREATE INDEX accounts_unproven ON accounts (created_at)
    WHERE email_verified_at IS NULL AND mobile_verified_at IS NULL AND form_hash IS NOT NULL;
