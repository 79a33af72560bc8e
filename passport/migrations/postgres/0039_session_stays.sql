-- Where somebody signed in, as they said: `browser` (nothing means the same), `remembered` or `public`. A half sign-in
-- carries it to the second step.
ALTER TABLE sessions ADD COLUMN stay TEXT;
ALTER TABLE half_sign_ins ADD COLUMN stay TEXT;
-- Those at public computers, of whose end sites are told.
CREATE INDEX sessions_public ON sessions (expires_at) WHERE stay = 'public' AND ended_at IS NULL;
