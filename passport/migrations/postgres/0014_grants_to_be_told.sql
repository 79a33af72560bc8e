-- Whether the client wants to know when the session ends that it got tokens in. Only such rows stand in the index, so
-- that a sign-in at any other client costs nothing more.
ALTER TABLE grants ADD COLUMN told_of_end BIGINT NOT NULL DEFAULT 0;
CREATE INDEX grants_to_be_told ON grants (session_id) WHERE told_of_end = 1;
