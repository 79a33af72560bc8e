-- The SMS that a code went out by: whoever waits for it reads how far it has come.
ALTER TABLE sms_codes ADD COLUMN message_id TEXT;
