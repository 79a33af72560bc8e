-- Since when nothing is issued to a client, because the staff suspended it.
ALTER TABLE clients ADD COLUMN suspended_at BIGINT;
