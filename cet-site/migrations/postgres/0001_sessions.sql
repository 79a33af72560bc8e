-- Who is signed in at this site. The passport ends sessions by its own sid or by the account (OpenID Connect
-- Back-Channel Logout 1.0 §2.5), hence the two indexes.
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash BYTEA NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    passport_sid TEXT,
    account TEXT NOT NULL,
    name TEXT,
    province TEXT,
    id_token TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);

CREATE INDEX sessions_subject ON sessions (subject);
CREATE INDEX sessions_passport_sid ON sessions (passport_sid);
CREATE INDEX sessions_seen_at ON sessions (seen_at);
CREATE INDEX sessions_created_at ON sessions (created_at);
