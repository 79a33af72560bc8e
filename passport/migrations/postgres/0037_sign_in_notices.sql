-- How often its owner signed in with a browser since it is known: the first time they are told. Those from before count as
-- told.
ALTER TABLE known_devices ADD COLUMN sign_ins BIGINT NOT NULL DEFAULT 1;

-- Mails that tell of a lock and are held back for a moment, so that a sign-in that follows is told of in the same one.
CREATE TABLE lock_notices (
    account_id TEXT   NOT NULL PRIMARY KEY REFERENCES accounts (id),
    message_id TEXT   NOT NULL,
    due_at     BIGINT NOT NULL
);

-- When the owner of a number was reminded that it was proven long ago; of one that was proven after that, not again.
ALTER TABLE accounts ADD COLUMN mobile_reminded_at BIGINT;
CREATE INDEX accounts_lone_mobile ON accounts (mobile_verified_at)
    WHERE mobile_verified_at IS NOT NULL AND email_verified_at IS NULL;
