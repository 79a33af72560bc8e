-- What people tell of themselves beyond name and contacts: claims of OIDC Core §5.1, as JSON. Read where one of them is
-- asked for, and nowhere else.
CREATE TABLE profiles (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id),
    claims     TEXT NOT NULL
);
