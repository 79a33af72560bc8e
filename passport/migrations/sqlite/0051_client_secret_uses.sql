-- When the secret was last used, to the minute or so: nodes write down now and then what they saw.
ALTER TABLE client_secrets ADD COLUMN last_used_at BIGINT;
