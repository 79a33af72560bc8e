-- Where a sign-in meets a logout token. A token may arrive after the code was redeemed and before the session stands here:
-- both write the row of what they are about, so that the later one sees the earlier one. `about` is `sid:…` or `sub:…`.
CREATE TABLE passport_ends (
    about TEXT NOT NULL PRIMARY KEY,
    ended_at BIGINT,
    over_at BIGINT NOT NULL
);

CREATE INDEX passport_ends_over_at ON passport_ends (over_at);
