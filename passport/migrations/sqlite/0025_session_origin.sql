-- What a person tells their sessions apart by: when each began (since then it may have been renewed; of older ones
-- auth_time has to do), and the network and device that last signed in with it. The device is a code of ours, never the
-- text that the browser sent.
ALTER TABLE sessions ADD COLUMN created_at BIGINT;
ALTER TABLE sessions ADD COLUMN network TEXT;
ALTER TABLE sessions ADD COLUMN device TEXT;
