-- Claims that a request asked for by name (OIDC Core §5.5).
ALTER TABLE grants ADD COLUMN claims TEXT;
