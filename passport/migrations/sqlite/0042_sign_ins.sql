-- What people are told of their sign-ins beside the former. The network in which the session began (`network` is that of
-- its last sign-in), and that of its last use, written along with the time of that.
-- What was shown, since `amr` calls a code of an app and a recovery code alike. How it ended, which stays as it is when
-- all that came of the session is withdrawn later (`end_reason` says `locked` from then on).
ALTER TABLE sessions ADD COLUMN first_network TEXT;
ALTER TABLE sessions ADD COLUMN last_network TEXT;
ALTER TABLE sessions ADD COLUMN shown TEXT;
ALTER TABLE sessions ADD COLUMN ended_by TEXT;
-- From which networks an account was signed in to, and since when: found without the rest of what happened to it, which
-- strangers who try passwords make as long as they like.
CREATE INDEX audit_events_sign_ins ON audit_events (account_id, network, at) WHERE kind = 'signed_in';
