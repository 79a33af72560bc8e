-- Keys of the hashes by which identity documents are found, apart from the first one, which other hashes share: filling
-- (rows get a second hash, by this key), complete (all have it, and it takes the place of the first), settled.
CREATE TABLE lookup_keys (
    key_id      BIGINT NOT NULL PRIMARY KEY REFERENCES data_keys (id),
    state       TEXT   NOT NULL,
    state_since BIGINT NOT NULL,
    changed_in  BIGINT NOT NULL
);

-- The hash by the next key. Two rows about one document conflict in one of the two columns, whichever nodes write them.
ALTER TABLE identities ADD COLUMN number_mac_next BLOB;
CREATE UNIQUE INDEX identities_number_mac_next_key ON identities (number_mac_next);

-- By which key the hash was made; none: by the first.
ALTER TABLE appeals ADD COLUMN document_key BIGINT;
