-- Accounts of people known to be under 14, who enter no site before a guardian has consented. Who that is, is sealed;
-- contact_hash finds the accounts that one contact consented for. The code and the two links (to consent, to withdraw) are
-- stored as hashes. An account without consent is closed at erase_at.
CREATE TABLE guardians (
    account_id    TEXT   NOT NULL PRIMARY KEY REFERENCES accounts (id),
    state         TEXT   NOT NULL,
    why           TEXT   NOT NULL,
    ended         TEXT,
    of_age_at     BIGINT,
    known_at      BIGINT NOT NULL,
    erase_at      BIGINT,
    person_sealed BLOB,
    contact_hash  BLOB,
    code_mac      BLOB,
    tries         BIGINT NOT NULL,
    code_until    BIGINT,
    link_hash     BLOB   UNIQUE,
    withdraw_hash BLOB   UNIQUE,
    message_id    TEXT,
    asked_at      BIGINT,
    sent_at       BIGINT,
    due_at        BIGINT,
    consented_at  BIGINT,
    version       TEXT
);
CREATE INDEX guardians_contact ON guardians (contact_hash) WHERE contact_hash IS NOT NULL;
CREATE INDEX guardians_due ON guardians (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX guardians_erase ON guardians (erase_at) WHERE erase_at IS NOT NULL;
CREATE INDEX guardians_of_age ON guardians (of_age_at) WHERE of_age_at IS NOT NULL;
