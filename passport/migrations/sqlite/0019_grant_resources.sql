-- The resources that an authorization's access tokens are for (RFC 8707).
ALTER TABLE grants ADD COLUMN resources TEXT;
