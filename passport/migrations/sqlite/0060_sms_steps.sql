-- Accounts whose owners turned SMS on as a second step. The number is that of the account.
CREATE TABLE sms_steps (
    account_id TEXT   NOT NULL PRIMARY KEY REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    used_at    BIGINT
);

-- Codes that were sent for it: of each attempt the last one. An attempt is half a sign-in, or a session that turns it on.
CREATE TABLE sms_codes (
    attempt    BLOB   NOT NULL PRIMARY KEY,
    account_id TEXT   NOT NULL REFERENCES accounts (id),
    name       TEXT   NOT NULL,
    code_mac   BLOB   NOT NULL,
    tries      BIGINT NOT NULL,
    sent_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sms_codes_account ON sms_codes (account_id);
CREATE INDEX sms_codes_expires_at ON sms_codes (expires_at);
