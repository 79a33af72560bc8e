-- From where somebody did what a notice tells of, kept with the notice's link: the page of the link says it, and must not
-- say it of another thing that was done at about that time.
ALTER TABLE alarms ADD COLUMN network TEXT;
ALTER TABLE alarms ADD COLUMN device TEXT;
-- When the link that goes on after the wait of a reset was followed: it does so once.
ALTER TABLE recoveries ADD COLUMN resumed_at BIGINT;
