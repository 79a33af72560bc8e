-- When the owner of an account put its password away, to sign in with passkeys alone. The hash that stays is one of a
-- secret that nobody was told, so that a password costs the same here as anywhere.
ALTER TABLE accounts ADD COLUMN password_removed_at BIGINT;
