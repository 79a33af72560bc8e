-- Since when a browser is one in which the second step of an account was passed. That its password was right there once is
-- not the same: it may have been before there was a second step.
ALTER TABLE known_devices ADD COLUMN stepped_at BIGINT;
