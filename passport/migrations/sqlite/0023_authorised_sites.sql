-- What was granted by consent ends when the person takes the consent back: it lives while there is one that began
-- before it.
ALTER TABLE grants ADD COLUMN by_consent BIGINT NOT NULL DEFAULT 0;
ALTER TABLE consents ADD COLUMN began_at BIGINT NOT NULL DEFAULT 0;
-- When the site was last let in, or came for new tokens; written down once an hour at most.
ALTER TABLE consents ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0;
UPDATE consents SET used_at = granted_at;
UPDATE grants SET by_consent = 1
WHERE EXISTS (SELECT 1 FROM consents c WHERE c.account_id = grants.account_id AND c.client_id = grants.client_id);
