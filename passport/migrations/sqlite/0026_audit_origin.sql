-- From where a person did what an event tells of. They are asked for by account, along audit_events_account.
ALTER TABLE audit_events ADD COLUMN network TEXT;
ALTER TABLE audit_events ADD COLUMN device TEXT;
