DELETE FROM alarms WHERE (token_hash) IN (SELECT token_hash FROM alarms WHERE expires_at < $1 LIMIT $2)
DELETE FROM alarms WHERE account_id = $1
DELETE FROM appeal_photos WHERE appeal_id = $1
DELETE FROM appeals WHERE (id) IN (SELECT id FROM appeals WHERE decided_at < $1 AND file_sealed IS NULL AND NOT EXISTS (SELECT 1 FROM appeal_photos p WHERE p.appeal_id = appeals.id) LIMIT $2)
DELETE FROM audit_events WHERE batch = $1
DELETE FROM authenticators WHERE account_id = $1
DELETE FROM captchas WHERE (id) IN (SELECT id FROM captchas WHERE expires_at <= $1 LIMIT $2)
DELETE FROM cases WHERE (number) IN (SELECT number FROM cases WHERE opened_at < $1 AND NOT EXISTS (SELECT 1 FROM alarms WHERE alarms.case_number = cases.number) LIMIT $2)
DELETE FROM ceremonies
DELETE FROM ceremonies WHERE (id) IN (SELECT id FROM ceremonies WHERE expires_at <= $1 LIMIT $2)
DELETE FROM ceremonies WHERE account_id = $1
DELETE FROM ceremonies WHERE id = $1 AND purpose = $2 AND browser = $3 AND expires_at > $4 RETURNING state, account_id
DELETE FROM client_invitations
DELETE FROM client_invitations WHERE (hash) IN (SELECT hash FROM client_invitations WHERE expires_at <= $1 LIMIT $2)
DELETE FROM client_invitations WHERE expires_at <= $1
DELETE FROM client_logos WHERE client_id = $1
DELETE FROM client_requests WHERE (client_id, kind, stretch) IN (SELECT client_id, kind, stretch FROM client_requests WHERE stretch < $1 / 10000 LIMIT $2)
DELETE FROM client_secrets WHERE client_id = $1
DELETE FROM client_secrets WHERE client_id = $1 AND expires_at <= $2
DELETE FROM clients WHERE client_id = $1
DELETE FROM closures WHERE account_id = $1
DELETE FROM closures WHERE account_id = $1 AND due_at <= $2
DELETE FROM closures WHERE undo_hash = $1 AND due_at > $2 RETURNING account_id
DELETE FROM consents
DELETE FROM consents WHERE account_id = $1
DELETE FROM consents WHERE account_id = $1 AND client_id = $2
DELETE FROM contact_changes WHERE account_id = $1
DELETE FROM contact_changes WHERE id = $1
DELETE FROM data_keys WHERE id = $1
DELETE FROM grants WHERE id > $1 AND id <= $2 AND expires_at <= $3 AND (told_of_end = 0 OR NOT EXISTS (SELECT s.id FROM sessions s WHERE s.id = grants.session_id AND s.ended_at IS NULL AND s.expires_at > $3))
DELETE FROM half_sign_ins
DELETE FROM half_sign_ins WHERE (token_hash) IN (SELECT token_hash FROM half_sign_ins WHERE expires_at <= $1 LIMIT $2)
DELETE FROM half_sign_ins WHERE account_id = $1
DELETE FROM half_sign_ins WHERE token_hash = $1
DELETE FROM identities WHERE account_id = $1
DELETE FROM identities WHERE account_id = $1 AND (number_mac IN ($2, $3) OR number_mac_next IN ($2, $3))
DELETE FROM kept_key_halves WHERE kid = $1
DELETE FROM key_evidence WHERE kid = $1
DELETE FROM key_evidence WHERE kid = $1 AND sign <> $2
DELETE FROM key_nodes
DELETE FROM key_nodes WHERE lease_until < $1
DELETE FROM key_nodes WHERE node = $1
DELETE FROM key_pins WHERE kid = $1
DELETE FROM key_trials WHERE kid = $1
DELETE FROM key_trials WHERE kid = $1 AND ended_at IS NOT NULL
DELETE FROM known_devices WHERE (account_id, token_hash) IN (SELECT account_id, token_hash FROM known_devices WHERE expires_at <= $1 LIMIT $2)
DELETE FROM known_devices WHERE account_id = $1
DELETE FROM known_devices WHERE account_id = $1 AND token_hash = $2
DELETE FROM limits WHERE (subject) IN (SELECT subject FROM limits WHERE ends_at <= $1 LIMIT $2)
DELETE FROM limits WHERE subject = $1
DELETE FROM lock_notices
DELETE FROM lock_notices WHERE (account_id) IN (SELECT account_id FROM lock_notices WHERE due_at < $1 LIMIT $2)
DELETE FROM lock_notices WHERE account_id = $1
DELETE FROM lock_notices WHERE account_id = $1 RETURNING message_id
DELETE FROM login_names WHERE account_id = $1
DELETE FROM login_names WHERE name = $1 AND account_id = $2
DELETE FROM lookup_keys WHERE key_id = $1
DELETE FROM number_claims WHERE account_id = $1
DELETE FROM number_claims WHERE name IN (SELECT name FROM number_claims WHERE ended_at < $1 ORDER BY ended_at LIMIT $2)
DELETE FROM outbox WHERE (id) IN (SELECT id FROM outbox WHERE finished_at < $1 LIMIT $2)
DELETE FROM passkeys WHERE account_id = $1
DELETE FROM passkeys WHERE account_id = $1 AND id = $2
DELETE FROM profiles WHERE account_id = $1
DELETE FROM proofs WHERE (id) IN (SELECT id FROM proofs WHERE link_until < $1 LIMIT $2)
DELETE FROM proofs WHERE account_id = $1
DELETE FROM pushed_requests
DELETE FROM pushed_requests WHERE (hash) IN (SELECT hash FROM pushed_requests WHERE expires_at <= $1 LIMIT $2)
DELETE FROM recoveries WHERE (id) IN (SELECT id FROM recoveries WHERE expires_at < $1 LIMIT $2)
DELETE FROM recoveries WHERE account_id = $1
DELETE FROM recovery_codes WHERE account_id = $1
DELETE FROM revoked_tokens WHERE (jti) IN (SELECT jti FROM revoked_tokens WHERE expires_at <= $1 LIMIT $2)
DELETE FROM sessions WHERE (id) IN (SELECT id FROM sessions WHERE expires_at < $1 LIMIT $2)
DELETE FROM signing_keys WHERE kid = $1
DELETE FROM signing_keys WHERE kid = $1 AND state = 'retiring'
DELETE FROM status_notices WHERE (id) IN (SELECT id FROM status_notices WHERE ends_at < $1 LIMIT $2)
DELETE FROM unreachable WHERE (recipient) IN (SELECT recipient FROM unreachable WHERE refused_at < $1 LIMIT $2)
DELETE FROM unreachable WHERE recipient = $1
DELETE FROM unreachable WHERE recipient = $1 AND refused_at <= $2
DELETE FROM used_tokens WHERE (id) IN (SELECT id FROM used_tokens WHERE expires_at <= $1 LIMIT $2)
DROP TABLE IF EXISTS restore_under_way
INSERT INTO accounts (id, name, email, mobile, locale, password_hash, form_hash, password_set_at, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8)
INSERT INTO agreements (account_id, document, version, sha256, accepted_at) VALUES ($1, $2, $3, $4, $5)
INSERT INTO alarms (token_hash, account_id, via, about, at, expires_at, network, device) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
INSERT INTO appeal_photos (appeal_id, sealed, created_at) VALUES ($1, $2, $3)
INSERT INTO appeals (id, case_number, proof_id, open_key, document_mac, file_sealed, state, due_at, begun_at, document_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
INSERT INTO audit_batches (number, previous, events, first_at, last_at, sealed_at, root, leaves, digest, signed_by, signature) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
INSERT INTO audit_events (id, at, actor, kind, account_id, client_id, details, network, device) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
INSERT INTO audit_salts (account_id, salt) VALUES ($1, $2) ON CONFLICT (account_id) DO NOTHING
INSERT INTO audit_salts (account_id, salt) VALUES ($1, NULL) ON CONFLICT (account_id) DO UPDATE SET salt = NULL
INSERT INTO authenticators (account_id, secret_sealed, last_step, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step, created_at = excluded.created_at, used_at = NULL
INSERT INTO backups (id, made_at, bytes) VALUES ($1, $2, $3)
INSERT INTO captchas (id, used, expires_at) VALUES ($1, 1, $2) ON CONFLICT (id) DO UPDATE SET used = captchas.used + 1 RETURNING used
INSERT INTO cases (number, account_id, about, at, via, opened_at, network, device) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (number) DO NOTHING
INSERT INTO ceremonies (id, purpose, browser, account_id, state, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
INSERT INTO client_invitations (hash, uses_left, expires_at, created_at) VALUES ($1, $2, $3, $4)
INSERT INTO client_logos (client_id, logo_uri, attempts, retry_at) VALUES ($1, $2, $3, $4) ON CONFLICT (client_id) DO UPDATE SET logo_uri = excluded.logo_uri, attempts = excluded.attempts, retry_at = excluded.retry_at, hash = NULL, media_type = NULL, picture = NULL WHERE client_logos.logo_uri <> excluded.logo_uri OR (client_logos.hash IS NULL AND client_logos.retry_at <= $5)
INSERT INTO client_requests (client_id, kind, stretch, used) VALUES ($1, $2, $3, $4) ON CONFLICT (client_id, kind, stretch) DO UPDATE SET used = client_requests.used + excluded.used RETURNING used
INSERT INTO client_secrets (client_id, hash, created_at, expires_at) VALUES ($1, $2, $3, $4)
INSERT INTO clients (client_id, metadata, created_at, updated_at) VALUES ($1, $2, $3, $3) ON CONFLICT (client_id) DO UPDATE SET metadata = excluded.metadata, updated_at = excluded.updated_at
INSERT INTO closures (account_id, asked_at, due_at, undo_hash) VALUES ($1, $2, $2, $3) ON CONFLICT (account_id) DO UPDATE SET due_at = excluded.due_at, undo_hash = excluded.undo_hash
INSERT INTO closures (account_id, asked_at, due_at, undo_hash) VALUES ($1, $2, $3, $4) ON CONFLICT (account_id) DO NOTHING
INSERT INTO consents (account_id, client_id, scope, declined, granted_at, began_at, used_at) VALUES ($1, $2, $3, $4, $5, $5, $6) ON CONFLICT (account_id, client_id) DO UPDATE SET scope = excluded.scope, declined = excluded.declined, granted_at = excluded.granted_at, used_at = excluded.used_at
INSERT INTO contact_changes (id, account_id, kind, old_contact, old_proven_at, new_contact, changed_at, undo_hash, undo_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
INSERT INTO data_keys (id, purpose, sealed, master_key_id, created_at, made_in) VALUES ($1, $2, $3, $4, $5, (SELECT revision FROM key_registry WHERE id = 1))
INSERT INTO epochs (number, backup_id, backup_made_at, began_at, seal_key) VALUES ($1, $2, $3, $4, $5)
INSERT INTO former_data_keys (id, purpose, made_at, destroyed_at) SELECT id, purpose, created_at, $2 FROM data_keys WHERE id = $1
INSERT INTO former_keys (kid, alg, state, state_since, archived_until, public_key, made_at, activated_at, retired_at, archived_at) SELECT kid, alg, 'archived', $2, $3, public_key, created_at, activated_at, state_since, $2 FROM signing_keys WHERE kid = $1 AND state = 'retiring'
INSERT INTO former_keys (kid, alg, state, state_since, made_at, activated_at, retired_at, compromised_at) SELECT kid, alg, 'destroyed', $2, created_at, CASE WHEN state = 'active' THEN state_since ELSE activated_at END, CASE WHEN state = 'retiring' THEN state_since ELSE NULL END, $3 FROM signing_keys WHERE kid = $1
INSERT INTO grants (id, client_id, account_id, session_id, scope, auth_time, acr, amr, province, refreshable, redemption, redeemed_at, expires_at, refresh_hash, claims, refresh_jkt, resources, told_of_end, by_consent) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19 WHERE EXISTS (SELECT id FROM sessions WHERE id = $4 AND ended_at IS NULL) AND ($19 = 0 OR EXISTS (SELECT client_id FROM consents WHERE account_id = $3 AND client_id = $2)) ON CONFLICT (id) DO UPDATE SET redeemed_at = grants.redeemed_at WHERE grants.redemption = excluded.redemption AND grants.revoked_at IS NULL
INSERT INTO half_sign_ins (token_hash, account_id, password_set_at, province, expires_at, stay) VALUES ($1, $2, $3, $4, $5, $6)
INSERT INTO identities (account_id, kind, number_sealed, number_mac, number_mac_next, created_at) VALUES ($1, $2, $3, $4, $5, $6)
INSERT INTO jobs (name, due_at, holder, node, lease_until, began_at) VALUES ($1, $2, $3, $4, $5, $2) ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, node = excluded.node, lease_until = excluded.lease_until, began_at = excluded.began_at WHERE jobs.due_at <= excluded.began_at AND (jobs.lease_until <= excluded.began_at OR jobs.holder = excluded.holder)
INSERT INTO kept_key_halves (kid, private_key, master_key_id) SELECT kid, private_key, master_key_id FROM signing_keys WHERE kid = $1 AND state = 'active'
INSERT INTO key_evidence (kid, client_id, sign, first_at, last_at, times) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (kid, client_id, sign) DO UPDATE SET first_at = CASE WHEN excluded.first_at < key_evidence.first_at THEN excluded.first_at ELSE key_evidence.first_at END, last_at = CASE WHEN excluded.last_at > key_evidence.last_at THEN excluded.last_at ELSE key_evidence.last_at END, times = key_evidence.times + excluded.times
INSERT INTO key_nodes (node, name, revision, lease_until) VALUES ($1, $2, $3, $4) ON CONFLICT (node) DO UPDATE SET revision = excluded.revision, lease_until = excluded.lease_until
INSERT INTO key_pins (client_id, alg, kid, began_at, ends_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (client_id, alg) DO UPDATE SET kid = excluded.kid, began_at = excluded.began_at, ends_at = excluded.ends_at, ended_at = NULL
INSERT INTO key_trials (kid, began_at, ends_at, clients) SELECT kid, $2, $3, $4 FROM signing_keys WHERE kid = $1 AND state = 'staged'
INSERT INTO known_devices (account_id, token_hash, expires_at, sign_ins, stepped_at) VALUES ($1, $2, $3, 1, $5) ON CONFLICT (account_id, token_hash) DO UPDATE SET expires_at = excluded.expires_at, sign_ins = CASE WHEN known_devices.expires_at <= $4 THEN 1 ELSE known_devices.sign_ins + 1 END, stepped_at = CASE WHEN known_devices.expires_at <= $4 THEN excluded.stepped_at ELSE COALESCE(known_devices.stepped_at, excluded.stepped_at) END RETURNING sign_ins
INSERT INTO limits (subject, name, used, ends_at) VALUES ($1, $2, 1, $3) ON CONFLICT (subject) DO UPDATE SET used = CASE WHEN limits.ends_at <= $4 THEN 1 ELSE limits.used + 1 END, ends_at = CASE WHEN limits.ends_at <= $4 THEN $3 WHEN limits.used + 1 = $5 THEN COALESCE($6, limits.ends_at) ELSE limits.ends_at END RETURNING used, ends_at
INSERT INTO lock_notices (account_id, message_id, due_at) VALUES ($1, $2, $3) ON CONFLICT (account_id) DO UPDATE SET message_id = excluded.message_id, due_at = excluded.due_at
INSERT INTO login_names (name, account_id) VALUES ($1, $2)
INSERT INTO lookup_keys (key_id, state, state_since, changed_in) VALUES ($1, $2, $3, (SELECT revision FROM key_registry WHERE id = 1)) ON CONFLICT (key_id) DO UPDATE SET state = excluded.state, state_since = excluded.state_since, changed_in = excluded.changed_in
INSERT INTO master_keys (id, since) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING
INSERT INTO master_keys (id, since) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET since = excluded.since, until = NULL
INSERT INTO master_keys (id, since, until) SELECT $1, MIN(created_at), $2 FROM data_keys WHERE id > 0 ON CONFLICT (id) DO UPDATE SET until = excluded.until
INSERT INTO number_claims (name, account_id, lang, asked_at, due_at, keep_hash) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO UPDATE SET account_id = EXCLUDED.account_id, lang = EXCLUDED.lang, asked_at = EXCLUDED.asked_at, due_at = EXCLUDED.due_at, keep_hash = EXCLUDED.keep_hash, ended_at = NULL, outcome = NULL WHERE number_claims.ended_at IS NOT NULL AND (number_claims.outcome <> 'kept' OR number_claims.ended_at < $7) RETURNING name
INSERT INTO outbox (id, channel, state, payload, attempts, next_attempt_at, created_at, finished_at) VALUES ($1, 'none', 'withheld', CASE WHEN $2 = '' THEN $2 END, 0, $3, $3, $3)
INSERT INTO outbox (id, channel, state, payload, attempts, next_attempt_at, created_at, recipient) VALUES ($1, $2, 'waiting', $3, 0, $4, $5, $6)
INSERT INTO passkeys (id, account_id, credential_id, credential, name, synced, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
INSERT INTO profiles (account_id, claims) VALUES ($1, $2) ON CONFLICT (account_id) DO UPDATE SET claims = excluded.claims
INSERT INTO proofs (id, purpose, account_id, name, contact, code_mac, link_hash, tries, asked_from, message_id, created_at, code_until, link_until) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11, $12)
INSERT INTO pushed_requests (hash, client_id, parameters, signed, expires_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (hash) DO NOTHING
INSERT INTO recoveries (id, account_id, name, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
INSERT INTO recovery_codes (account_id, code_hash, created_at) VALUES ($1, $2, $3)
INSERT INTO revoked_tokens (jti, expires_at) VALUES ($1, $2) ON CONFLICT (jti) DO NOTHING
INSERT INTO signing_keys (kid, alg, state, state_since, public_key, private_key, master_key_id, created_at, published_in) VALUES ($1, $2, $3, $4, $5, $6, $7, $4, (SELECT revision FROM key_registry WHERE id = 1))
INSERT INTO status_notices (id, kind, parts, shown_from, begins_at, ends_at, words_zh, words_en) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
INSERT INTO unreachable (recipient, reason, refused_at) VALUES ($1, $2, $3) ON CONFLICT (recipient) DO UPDATE SET reason = EXCLUDED.reason, refused_at = EXCLUDED.refused_at
INSERT INTO used_tokens (id, attempt, expires_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET attempt = used_tokens.attempt WHERE used_tokens.attempt = excluded.attempt
INSERT INTO used_tokens (id, attempt, expires_at) VALUES ($1, $2, $3), ($4, $2, $5) ON CONFLICT (id) DO UPDATE SET attempt = used_tokens.attempt WHERE used_tokens.attempt = excluded.attempt
SELECT (SELECT COUNT(*) FROM authenticators WHERE account_id = $1) AS apps, (SELECT COUNT(*) FROM passkeys WHERE account_id = $1) AS passkeys, (SELECT COUNT(*) FROM recovery_codes WHERE account_id = $1 AND used_at IS NULL) AS codes
SELECT * FROM (SELECT id, COALESCE(created_at, auth_time) AS began_at, auth_time, last_seen_at, first_network, last_network, network, device, shown, amr, stay, idle_limit, idle_at, expires_at, ended_at, end_reason, ended_by, CASE WHEN ended_at < idle_at AND ended_at < expires_at THEN ended_at WHEN idle_at < expires_at THEN idle_at ELSE expires_at END AS over_at FROM sessions WHERE account_id = $1) AS theirs WHERE over_at >= $2 AND over_at <= $3 ORDER BY over_at DESC, id DESC LIMIT $4
SELECT * FROM accounts WHERE id = $1
SELECT * FROM agreements WHERE account_id = $1
SELECT * FROM alarms WHERE account_id = $1
SELECT * FROM appeals WHERE holder_id = $1
SELECT * FROM audit_events WHERE account_id = $1
SELECT * FROM audit_salts WHERE account_id = $1
SELECT * FROM authenticators WHERE account_id = $1
SELECT * FROM cases WHERE account_id = $1
SELECT * FROM ceremonies WHERE account_id = $1
SELECT * FROM closures WHERE account_id = $1
SELECT * FROM consents WHERE account_id = $1
SELECT * FROM contact_changes WHERE account_id = $1
SELECT * FROM grants WHERE account_id = $1
SELECT * FROM half_sign_ins WHERE account_id = $1
SELECT * FROM identities WHERE account_id = $1
SELECT * FROM known_devices WHERE account_id = $1
SELECT * FROM lock_notices WHERE account_id = $1
SELECT * FROM login_names WHERE account_id = $1
SELECT * FROM number_claims WHERE account_id = $1
SELECT * FROM outbox WHERE recipient = $1
SELECT * FROM passkeys WHERE account_id = $1
SELECT * FROM profiles WHERE account_id = $1
SELECT * FROM proofs WHERE account_id = $1
SELECT * FROM recoveries WHERE account_id = $1
SELECT * FROM recovery_codes WHERE account_id = $1
SELECT * FROM sessions WHERE account_id = $1
SELECT * FROM unreachable WHERE recipient = $1
SELECT COUNT(*) AS n FROM (SELECT id FROM outbox WHERE finished_at > $1 AND state = $2 AND channel = $3 LIMIT $4) AS some_of_them
SELECT COUNT(*) AS n FROM (SELECT id FROM outbox WHERE state = 'waiting' AND channel = $1 AND (attempts >= $2 OR (attempts = 0 AND next_attempt_at < $3)) LIMIT $4) AS some_of_them
SELECT COUNT(*) AS n FROM accounts WHERE email_verified_at IS NULL AND mobile_verified_at IS NULL AND form_hash IS NOT NULL AND created_at < $1
SELECT COUNT(*) AS n FROM alarms WHERE expires_at < $1
SELECT COUNT(*) AS n FROM appeal_photos WHERE substr(sealed, 1, 5) < $1
SELECT COUNT(*) AS n FROM appeals WHERE COALESCE(document_key, 0) <> $1
SELECT COUNT(*) AS n FROM appeals WHERE decided_at < $1 AND file_sealed IS NOT NULL AND state <> 'granted'
SELECT COUNT(*) AS n FROM appeals WHERE decided_at < $1 AND file_sealed IS NULL AND NOT EXISTS (SELECT 1 FROM appeal_photos p WHERE p.appeal_id = appeals.id)
SELECT COUNT(*) AS n FROM appeals WHERE substr(file_sealed, 1, 5) < $1
SELECT COUNT(*) AS n FROM audit_events WHERE batch IN (SELECT number FROM audit_batches WHERE released_at IS NULL AND last_at < $1)
SELECT COUNT(*) AS n FROM authenticators WHERE substr(secret_sealed, 1, 5) < $1
SELECT COUNT(*) AS n FROM captchas WHERE expires_at <= $1
SELECT COUNT(*) AS n FROM cases WHERE opened_at < $1 AND NOT EXISTS (SELECT 1 FROM alarms WHERE alarms.case_number = cases.number)
SELECT COUNT(*) AS n FROM ceremonies WHERE expires_at <= $1
SELECT COUNT(*) AS n FROM client_invitations WHERE expires_at <= $1
SELECT COUNT(*) AS n FROM client_requests WHERE stretch < $1 / 10000
SELECT COUNT(*) AS n FROM closures WHERE due_at <= $1 AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = closures.account_id AND a.frozen_at IS NULL)
SELECT COUNT(*) AS n FROM contact_changes WHERE undo_until <= $1
SELECT COUNT(*) AS n FROM grants WHERE expires_at <= $1 AND (told_of_end = 0 OR NOT EXISTS (SELECT 1 FROM sessions s WHERE s.id = grants.session_id AND s.ended_at IS NULL AND s.expires_at > $1))
SELECT COUNT(*) AS n FROM half_sign_ins WHERE expires_at <= $1
SELECT COUNT(*) AS n FROM identities WHERE number_mac <> number_mac_next
SELECT COUNT(*) AS n FROM identities WHERE number_mac_next IS NULL OR number_mac_next = number_mac
SELECT COUNT(*) AS n FROM identities WHERE substr(number_sealed, 1, 5) < $1
SELECT COUNT(*) AS n FROM known_devices WHERE account_id = $1 AND trusted_until > $2
SELECT COUNT(*) AS n FROM known_devices WHERE expires_at <= $1
SELECT COUNT(*) AS n FROM limits WHERE ends_at <= $1
SELECT COUNT(*) AS n FROM lock_notices WHERE due_at < $1
SELECT COUNT(*) AS n FROM number_claims WHERE ended_at < $1
SELECT COUNT(*) AS n FROM outbox WHERE finished_at < $1
SELECT COUNT(*) AS n FROM proofs WHERE link_until < $1
SELECT COUNT(*) AS n FROM pushed_requests WHERE expires_at <= $1
SELECT COUNT(*) AS n FROM recoveries WHERE expires_at < $1
SELECT COUNT(*) AS n FROM recovery_codes WHERE account_id = $1 AND used_at IS NULL
SELECT COUNT(*) AS n FROM revoked_tokens WHERE expires_at <= $1
SELECT COUNT(*) AS n FROM sessions WHERE expires_at < $1
SELECT COUNT(*) AS n FROM status_notices WHERE ends_at < $1
SELECT COUNT(*) AS n FROM unreachable WHERE refused_at < $1
SELECT COUNT(*) AS n FROM used_tokens WHERE expires_at <= $1
SELECT COUNT(*) AS n, MIN(at) AS at FROM audit_events WHERE batch IS NULL
SELECT DISTINCT client_id FROM grants WHERE session_id = $1 AND told_of_end = 1 ORDER BY client_id
SELECT DISTINCT g.session_id FROM sessions s JOIN grants g ON g.session_id = s.id WHERE s.account_id = $1 AND s.ended_at IS NULL AND g.told_of_end = 1 AND g.client_id = $2 ORDER BY g.session_id
SELECT DISTINCT g.session_id, g.client_id FROM sessions s JOIN grants g ON g.session_id = s.id WHERE s.account_id = $1 AND s.ended_at IS NULL AND g.told_of_end = 1 ORDER BY g.session_id, g.client_id
SELECT DISTINCT kind FROM contact_changes WHERE account_id = $1 AND undone_at IS NULL AND undo_until > $2
SELECT MAX(made_at) AS made_at FROM backups
SELECT MIN(number) AS number FROM audit_batches WHERE sealed_at >= $1
SELECT MIN(revision) AS served FROM key_nodes WHERE lease_until > $1
SELECT a.name, a.email, a.email_verified_at, a.mobile, a.mobile_verified_at, a.id_verified_at, a.locale, a.province, a.updated_at, i.kind, i.number_sealed, p.claims AS details FROM accounts a LEFT JOIN identities i ON i.account_id = a.id LEFT JOIN profiles p ON p.account_id = a.id WHERE a.id = $1
SELECT a.name, a.email, a.email_verified_at, a.mobile, a.mobile_verified_at, a.id_verified_at, a.locale, a.updated_at, p.claims AS details FROM accounts a LEFT JOIN profiles p ON p.account_id = a.id WHERE a.id = $1
SELECT account_id AS id, number_sealed AS sealed FROM identities WHERE account_id > $1 AND substr(number_sealed, 1, 5) < $2 ORDER BY account_id LIMIT $3
SELECT account_id AS id, secret_sealed AS sealed FROM authenticators WHERE account_id > $1 AND substr(secret_sealed, 1, 5) < $2 ORDER BY account_id LIMIT $3
SELECT account_id FROM identities WHERE (number_mac IN ($1, $2) OR number_mac_next IN ($1, $2)) AND kind = $3
SELECT account_id FROM login_names WHERE name = $1
SELECT account_id, asked_at, due_at FROM closures WHERE account_id = $1
SELECT account_id, asked_at, due_at FROM closures WHERE undo_hash = $1 AND due_at > $2
SELECT account_id, kind, number_sealed, number_mac FROM identities WHERE account_id > $1 AND (number_mac_next IS NULL OR number_mac_next = number_mac) ORDER BY account_id LIMIT $2
SELECT appeal_id AS id, sealed AS sealed FROM appeal_photos WHERE appeal_id > $1 AND substr(sealed, 1, 5) < $2 ORDER BY appeal_id LIMIT $3
SELECT at, actor, kind, details FROM audit_events ORDER BY at DESC, id DESC LIMIT $1
SELECT attempts FROM client_logos WHERE client_id = $1 AND logo_uri = $2
SELECT c.account_id FROM closures c JOIN accounts a ON a.id = c.account_id WHERE c.due_at <= $1 AND a.frozen_at IS NULL ORDER BY c.due_at LIMIT $2
SELECT c.number, c.account_id, c.about, c.at, c.via, c.opened_at, c.network, c.device, c.closed_at, CASE WHEN a.frozen_at >= c.opened_at THEN c.opened_at END AS shut_at FROM cases c JOIN accounts a ON a.id = c.account_id ORDER BY c.opened_at DESC, c.number LIMIT $1
SELECT c.number, c.account_id, c.about, c.at, c.via, c.opened_at, c.network, c.device, c.closed_at, CASE WHEN a.frozen_at >= c.opened_at THEN c.opened_at END AS shut_at FROM cases c JOIN accounts a ON a.id = c.account_id WHERE c.account_id = $1 AND a.frozen_at >= c.opened_at AND c.closed_at IS NULL ORDER BY c.opened_at DESC LIMIT 1
SELECT c.number, c.account_id, c.about, c.at, c.via, c.opened_at, c.network, c.device, c.closed_at, CASE WHEN a.frozen_at >= c.opened_at THEN c.opened_at END AS shut_at FROM cases c JOIN accounts a ON a.id = c.account_id WHERE c.closed_at IS NULL ORDER BY c.opened_at DESC, c.number LIMIT $1
SELECT c.number, c.account_id, c.about, c.at, c.via, c.opened_at, c.network, c.device, c.closed_at, CASE WHEN a.frozen_at >= c.opened_at THEN c.opened_at END AS shut_at FROM cases c JOIN accounts a ON a.id = c.account_id WHERE c.number = $1
SELECT channel FROM outbox WHERE state = 'waiting' AND channel > $1 ORDER BY channel LIMIT 1
SELECT channel, COUNT(*) AS messages, MIN(CASE WHEN attempts = 0 THEN next_attempt_at ELSE created_at END) AS oldest FROM outbox WHERE state = 'waiting' AND (attempts > 0 OR next_attempt_at <= $1) GROUP BY channel
SELECT claims AS details FROM profiles WHERE account_id = $1
SELECT client_id, hash, created_at, expires_at, last_used_at FROM client_secrets ORDER BY created_at
SELECT client_id, logo_uri, hash FROM client_logos WHERE hash IS NOT NULL
SELECT client_id, metadata, registration_hash FROM clients ORDER BY client_id
SELECT client_id, metadata, registration_hash FROM clients WHERE client_id = $1
SELECT client_id, parameters, signed, expires_at FROM pushed_requests WHERE hash = $1 AND used_at IS NULL
SELECT client_id, scope, declined, granted_at, used_at FROM consents WHERE account_id = $1 ORDER BY used_at DESC, client_id
SELECT created_at FROM recovery_codes WHERE account_id = $1 AND code_hash = $2
SELECT d.master_key_id AS id, m.since, m.until FROM data_keys d LEFT JOIN master_keys m ON m.id = d.master_key_id ORDER BY d.id DESC LIMIT 1
SELECT document, version, accepted_at FROM agreements WHERE account_id = $1 ORDER BY accepted_at, document
SELECT due_at, ended_at FROM number_claims WHERE name = $1
SELECT email, email_verified_at, mobile, mobile_verified_at FROM accounts WHERE id = $1
SELECT g.id, g.client_id, g.account_id, g.session_id, g.scope, g.auth_time, g.acr, g.amr, g.province, g.refreshable, g.claims, g.resources, g.by_consent, s.id AS its_session, s.ended_at, s.end_reason, CASE WHEN g.by_consent = 1 THEN (SELECT c.began_at FROM consents c WHERE c.account_id = g.account_id AND c.client_id = g.client_id AND c.began_at <= g.redeemed_at) END AS permitted_since, a.name, a.email, a.email_verified_at, a.mobile, a.mobile_verified_at, a.id_verified_at, a.locale, a.updated_at, CAST(NULL AS TEXT) AS details FROM grants g LEFT JOIN sessions s ON s.id = g.session_id JOIN accounts a ON a.id = g.account_id WHERE g.id = $1 AND g.revoked_at IS NULL AND NOT EXISTS (SELECT jti FROM revoked_tokens WHERE jti = $2)
SELECT g.id, g.client_id, g.account_id, g.session_id, g.scope, g.auth_time, g.acr, g.amr, g.province, g.refreshable, g.claims, g.resources, g.by_consent, s.id AS its_session, s.ended_at, s.end_reason, CASE WHEN g.by_consent = 1 THEN (SELECT c.began_at FROM consents c WHERE c.account_id = g.account_id AND c.client_id = g.client_id AND c.began_at <= g.redeemed_at) END AS permitted_since, a.name, a.email, a.email_verified_at, a.mobile, a.mobile_verified_at, a.id_verified_at, a.locale, a.updated_at, p.claims AS details FROM grants g LEFT JOIN sessions s ON s.id = g.session_id JOIN accounts a ON a.id = g.account_id LEFT JOIN profiles p ON p.account_id = a.id WHERE g.id = $1 AND g.revoked_at IS NULL AND NOT EXISTS (SELECT jti FROM revoked_tokens WHERE jti = $2)
SELECT g.id, g.client_id, g.account_id, g.session_id, g.scope, g.auth_time, g.acr, g.amr, g.province, g.refreshable, g.claims, g.resources, g.by_consent, s.id AS its_session, s.ended_at, s.end_reason, CASE WHEN g.by_consent = 1 THEN (SELECT c.began_at FROM consents c WHERE c.account_id = g.account_id AND c.client_id = g.client_id AND c.began_at <= g.redeemed_at) END AS permitted_since, g.redeemed_at, g.revoked_at, g.expires_at, g.refresh_hash, g.refresh_previous_hash, g.refreshed_at, g.refresh_answer, g.refresh_jkt FROM grants g LEFT JOIN sessions s ON s.id = g.session_id WHERE g.id = $1
SELECT g.id, g.client_id, g.account_id, g.session_id, g.scope, g.auth_time, g.acr, g.amr, g.province, g.refreshable, g.claims, g.resources, g.by_consent, s.id AS its_session, s.ended_at, s.end_reason, CASE WHEN g.by_consent = 1 THEN (SELECT c.began_at FROM consents c WHERE c.account_id = g.account_id AND c.client_id = g.client_id AND c.began_at <= g.redeemed_at) END AS permitted_since, g.revoked_at FROM grants g LEFT JOIN sessions s ON s.id = g.session_id WHERE g.id = $1 AND g.revoked_at IS NULL AND NOT EXISTS (SELECT jti FROM revoked_tokens WHERE jti = $2)
SELECT guarded_until FROM accounts WHERE id = $1
SELECT h.account_id, h.password_set_at, h.province, h.stay FROM half_sign_ins h JOIN accounts a ON a.id = h.account_id AND a.password_set_at = h.password_set_at WHERE h.token_hash = $1 AND h.expires_at > $2 AND a.blocked_at IS NULL AND a.frozen_at IS NULL
SELECT hash, created_at, expires_at, last_used_at FROM client_secrets WHERE client_id = $1 ORDER BY created_at
SELECT id AS id, file_sealed AS sealed FROM appeals WHERE id > $1 AND substr(file_sealed, 1, 5) < $2 ORDER BY id LIMIT $3
SELECT id FROM accounts WHERE closed_at IS NOT NULL ORDER BY id
SELECT id FROM accounts WHERE email_verified_at IS NULL AND mobile_verified_at IS NULL AND form_hash IS NOT NULL AND created_at < $1 ORDER BY created_at LIMIT $2
SELECT id FROM accounts WHERE form_hash = $1
SELECT id FROM accounts WHERE id = $1 AND form_hash IS NOT NULL AND email_verified_at IS NULL AND mobile_verified_at IS NULL
SELECT id FROM audit_events WHERE account_id = $1 AND kind = $2 LIMIT 1
SELECT id FROM contact_changes WHERE old_contact = $1 AND undone_at IS NULL AND undo_until > $2
SELECT id FROM grants WHERE id > $1 ORDER BY id LIMIT $2
SELECT id FROM outbox WHERE recipient = $1 AND id > $2 AND state = 'sent' LIMIT 1
SELECT id FROM outbox WHERE state = 'waiting' AND channel = $1 AND next_attempt_at <= $2 LIMIT 1
SELECT id FROM sessions WHERE account_id = $1 AND last_seen_at >= $2 LIMIT 1
SELECT id FROM used_tokens WHERE id = $1 AND attempt = $2
SELECT id, COALESCE(created_at, auth_time) AS began_at, auth_time, last_seen_at, first_network, last_network, network, device, shown, amr, stay FROM sessions WHERE account_id = $1 AND ended_at IS NULL AND idle_at > $2 AND expires_at > $2 ORDER BY last_seen_at DESC, id DESC LIMIT $3
SELECT id, account_id, name, email_at, mobile_at, factor_at, lost_at, wait_until, resumed_at FROM recoveries WHERE cancel_hash = $1 AND ended_at IS NULL AND expires_at > $2
SELECT id, account_id, name, email_at, mobile_at, factor_at, lost_at, wait_until, resumed_at FROM recoveries WHERE resume_hash = $1 AND ended_at IS NULL AND expires_at > $2
SELECT id, account_id, name, email_at, mobile_at, factor_at, lost_at, wait_until, resumed_at FROM recoveries WHERE token_hash = $1 AND ended_at IS NULL AND expires_at > $2
SELECT id, account_id, old_contact, old_proven_at, new_contact, changed_at, undo_until FROM contact_changes WHERE undo_hash = $1 AND undone_at IS NULL AND undo_until > $2
SELECT id, account_id, old_contact, old_proven_at, new_contact, changed_at, undo_until FROM contact_changes WHERE undo_until <= $1 ORDER BY undo_until LIMIT $2
SELECT id, at, actor, kind, account_id, client_id, details, network, device, batch FROM audit_events WHERE $1 IS NULL AND ($2 IS NULL OR account_id = $2) AND ($3 IS NULL OR client_id = $3) AND ($4 IS NULL OR kind = $4) AND ($5 IS NULL OR actor = $5) AND at >= $6 AND at < $7 AND (at > $6 OR id > $9) ORDER BY at, id LIMIT $8
SELECT id, at, actor, kind, account_id, client_id, details, network, device, batch FROM audit_events WHERE $1 IS NULL AND ($2 IS NULL OR account_id = $2) AND ($3 IS NULL OR client_id = $3) AND ($4 IS NULL OR kind = $4) AND ($5 IS NULL OR actor = $5) AND at >= $6 AND at < $7 ORDER BY at DESC, id DESC LIMIT $8
SELECT id, at, actor, kind, account_id, client_id, details, network, device, batch FROM audit_events WHERE account_id = $1 AND ($2 IS NULL OR account_id = $2) AND ($3 IS NULL OR client_id = $3) AND ($4 IS NULL OR kind = $4) AND ($5 IS NULL OR actor = $5) AND at >= $6 AND at < $7 AND (at > $6 OR id > $9) ORDER BY at, id LIMIT $8
SELECT id, at, actor, kind, account_id, client_id, details, network, device, batch FROM audit_events WHERE account_id = $1 AND ($2 IS NULL OR account_id = $2) AND ($3 IS NULL OR client_id = $3) AND ($4 IS NULL OR kind = $4) AND ($5 IS NULL OR actor = $5) AND at >= $6 AND at < $7 ORDER BY at DESC, id DESC LIMIT $8
SELECT id, at, actor, kind, account_id, client_id, details, network, device, batch FROM audit_events WHERE batch >= $1 AND batch <= $2 ORDER BY batch, at, id
SELECT id, at, actor, kind, account_id, client_id, details, network, device, batch FROM audit_events WHERE batch IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audit_batches WHERE number = audit_events.batch) ORDER BY batch, at, id LIMIT $1
SELECT id, at, actor, kind, account_id, client_id, details, network, device, batch FROM audit_events WHERE batch IS NULL ORDER BY at, id LIMIT $1
SELECT id, at, actor, kind, account_id, client_id, details, network, device, batch FROM audit_events WHERE client_id = $1 AND ($2 IS NULL OR account_id = $2) AND ($3 IS NULL OR client_id = $3) AND ($4 IS NULL OR kind = $4) AND ($5 IS NULL OR actor = $5) AND at >= $6 AND at < $7 AND (at > $6 OR id > $9) ORDER BY at, id LIMIT $8
SELECT id, at, actor, kind, account_id, client_id, details, network, device, batch FROM audit_events WHERE client_id = $1 AND ($2 IS NULL OR account_id = $2) AND ($3 IS NULL OR client_id = $3) AND ($4 IS NULL OR kind = $4) AND ($5 IS NULL OR actor = $5) AND at >= $6 AND at < $7 ORDER BY at DESC, id DESC LIMIT $8
SELECT id, at, actor, kind, details, network, device FROM audit_events WHERE account_id = $1 AND at >= $2 AND at <= $3 AND (at < $3 OR id < $4) ORDER BY at DESC, id DESC LIMIT $5
SELECT id, at, actor, kind, details, network, device FROM audit_events WHERE account_id = $1 AND kind = 'signed_in' AND network IN ($2, $3) AND at >= $4 AND at <= $5 ORDER BY at DESC, id DESC
SELECT id, at, actor, kind, details, network, device FROM audit_events WHERE id = $1 AND account_id = $2
SELECT id, case_number, file_sealed, state, first_staff, holder_id, due_at, begun_at, submitted_at, heard_at, objected_at, closed_at, decided_at, bound_at FROM appeals ORDER BY begun_at DESC LIMIT $1
SELECT id, case_number, file_sealed, state, first_staff, holder_id, due_at, begun_at, submitted_at, heard_at, objected_at, closed_at, decided_at, bound_at FROM appeals WHERE case_number = $1
SELECT id, case_number, file_sealed, state, first_staff, holder_id, due_at, begun_at, submitted_at, heard_at, objected_at, closed_at, decided_at, bound_at FROM appeals WHERE document_mac IN ($1, $2) AND state = 'granted' AND due_at > $3 ORDER BY id LIMIT 1
SELECT id, case_number, file_sealed, state, first_staff, holder_id, due_at, begun_at, submitted_at, heard_at, objected_at, closed_at, decided_at, bound_at FROM appeals WHERE due_at <= $1 ORDER BY due_at LIMIT $2
SELECT id, case_number, file_sealed, state, first_staff, holder_id, due_at, begun_at, submitted_at, heard_at, objected_at, closed_at, decided_at, bound_at FROM appeals WHERE id = $1
SELECT id, case_number, file_sealed, state, first_staff, holder_id, due_at, begun_at, submitted_at, heard_at, objected_at, closed_at, decided_at, bound_at FROM appeals WHERE proof_id = $1 OR open_key = $2 ORDER BY id LIMIT 1
SELECT id, case_number, file_sealed, state, first_staff, holder_id, due_at, begun_at, submitted_at, heard_at, objected_at, closed_at, decided_at, bound_at FROM appeals WHERE state IN ('submitted', 'hearing', 'deciding') ORDER BY begun_at LIMIT $1
SELECT id, channel, state, attempts, last_error, created_at, next_attempt_at FROM outbox WHERE state = 'waiting' OR state = 'failed' ORDER BY id LIMIT $1
SELECT id, code_mac FROM proofs WHERE name = $1 AND purpose = $2 AND id <> $3 AND (ended_at IS NOT NULL OR proved_at IS NOT NULL OR code_until <= $4) ORDER BY id DESC LIMIT 20
SELECT id, file_sealed FROM appeals WHERE id > $1 AND COALESCE(document_key, 0) <> $2 ORDER BY id LIMIT $3
SELECT id, kind, parts, shown_from, begins_at, ends_at, words_zh, words_en FROM status_notices WHERE ends_at > $1 ORDER BY begins_at, id
SELECT id, locale FROM accounts WHERE mobile_verified_at IS NOT NULL AND email_verified_at IS NULL AND mobile_verified_at > $1 AND mobile_verified_at <= $2 AND (mobile_reminded_at IS NULL OR mobile_reminded_at < mobile_verified_at) ORDER BY mobile_verified_at LIMIT $3
SELECT id, name, synced, created_at, used_at, credential FROM passkeys WHERE account_id = $1 ORDER BY created_at, id
SELECT id, name, synced, created_at, used_at, credential FROM passkeys WHERE credential_id = $1 AND account_id = $2
SELECT id, password_hash, password_set_at, password_removed_at, blocked_at, frozen_at FROM accounts WHERE id = $1
SELECT id, purpose, account_id, name, contact, asked_from, message_id, created_at, code_until, link_until, tries, proved_at, end_reason FROM proofs WHERE id = $1
SELECT id, purpose, account_id, name, contact, asked_from, message_id, created_at, code_until, link_until, tries, proved_at, end_reason FROM proofs WHERE link_hash = $1
SELECT id, purpose, made_at, destroyed_at FROM former_data_keys ORDER BY id
SELECT id, purpose, sealed, master_key_id, created_at, made_in FROM data_keys ORDER BY id
SELECT id, since, until FROM master_keys WHERE until IS NOT NULL ORDER BY until DESC
SELECT jti FROM revoked_tokens WHERE jti = $1
SELECT k.kid, alg, state, state_since, retires_until, planned_at, activated_at, published_in, public_key, private_key, master_key_id, created_at, trial_waived_at, began_at, ends_at, clients, ended_at, ending FROM signing_keys k LEFT JOIN key_trials t ON t.kid = k.kid ORDER BY created_at, k.kid
SELECT key_id, state, changed_in FROM lookup_keys ORDER BY key_id
SELECT kid, alg, state, state_since, archived_until, public_key, made_at, activated_at, retired_at, compromised_at FROM former_keys ORDER BY made_at, kid
SELECT kid, client_id, began_at, ends_at, ended_at FROM key_pins ORDER BY client_id
SELECT kid, client_id, sign, first_at, last_at, times FROM key_evidence WHERE kid = $1 ORDER BY client_id, sign
SELECT kid, private_key, master_key_id FROM kept_key_halves
SELECT kind FROM identities WHERE account_id = $1
SELECT l.account_id, l.via, l.about, l.at, l.network, l.device, l.expires_at, l.case_number FROM alarms l JOIN accounts a ON a.id = l.account_id AND a.closed_at IS NULL WHERE l.token_hash = $1
SELECT locale, created_at, password_set_at FROM accounts WHERE id = $1
SELECT media_type, picture FROM client_logos WHERE hash = $1 LIMIT 1
SELECT n.name, a.id, a.password_hash, a.password_set_at, a.password_removed_at, a.blocked_at, a.frozen_at FROM login_names n JOIN accounts a ON a.id = n.account_id WHERE n.name >= $1 ORDER BY n.name LIMIT 1
SELECT name FROM login_names WHERE account_id = $1 ORDER BY name
SELECT name, account_id, lang, asked_at, due_at FROM number_claims WHERE account_id = $1 AND ended_at IS NULL ORDER BY asked_at LIMIT 1
SELECT name, account_id, lang, asked_at, due_at FROM number_claims WHERE ended_at IS NULL AND due_at <= $1 ORDER BY due_at LIMIT $2
SELECT name, account_id, lang, asked_at, due_at FROM number_claims WHERE keep_hash = $1 AND ended_at IS NULL
SELECT name, due_at, node, lease_until, began_at, ended_at, done_at, problem FROM jobs ORDER BY name
SELECT name, due_at, node, lease_until, began_at, ended_at, done_at, problem FROM jobs WHERE name = $1
SELECT name, province FROM accounts WHERE id = $1
SELECT network, MIN(at) AS since FROM audit_events WHERE account_id = $1 AND kind = 'signed_in' AND network IS NOT NULL GROUP BY network ORDER BY since, network LIMIT $2
SELECT node, name, revision, lease_until FROM key_nodes WHERE lease_until > $1 ORDER BY name, node
SELECT number FROM audit_batches WHERE released_at IS NULL AND last_at < $1 ORDER BY last_at, number LIMIT 1
SELECT number, backup_id, backup_made_at, began_at, seal_key FROM epochs ORDER BY number DESC LIMIT 1
SELECT number, previous, events, first_at, last_at, sealed_at, root, leaves, digest, signed_by, signature, released_at FROM audit_batches ORDER BY number DESC LIMIT 1
SELECT number, previous, events, first_at, last_at, sealed_at, root, leaves, digest, signed_by, signature, released_at FROM audit_batches WHERE number = $1
SELECT number, previous, events, first_at, last_at, sealed_at, root, leaves, digest, signed_by, signature, released_at FROM audit_batches WHERE number >= $1 ORDER BY number LIMIT $2
SELECT reason, refused_at FROM unreachable WHERE recipient = $1
SELECT revision FROM client_registry WHERE id = 1
SELECT revision FROM key_registry WHERE id = 1
SELECT salt FROM audit_salts WHERE account_id = $1
SELECT scope, declined, granted_at, used_at FROM consents WHERE account_id = $1 AND client_id = $2
SELECT sealed FROM appeal_photos WHERE appeal_id = $1
SELECT secret_sealed, created_at, used_at FROM authenticators WHERE account_id = $1
SELECT state, COUNT(*) AS messages, MIN(created_at) AS oldest FROM outbox WHERE state = 'waiting' OR state = 'failed' GROUP BY state
SELECT state, finished_at, doubtful_at, reported_at, reason FROM outbox WHERE id = $1
SELECT trusted_until, stepped_at FROM known_devices WHERE account_id = $1 AND token_hash = $2 AND expires_at > $3
SELECT undo_until FROM contact_changes WHERE account_id = $1 AND undone_at IS NULL AND undo_until > $2 ORDER BY undo_until DESC LIMIT 1
SELECT used, ends_at FROM limits WHERE subject = $1 AND ends_at > $2
UPDATE accounts SET blocked_at = $2 WHERE id = $1
UPDATE accounts SET blocked_at = COALESCE(blocked_at, $2) WHERE id = $1 AND closed_at IS NULL
UPDATE accounts SET email = $2, email_verified_at = $3, updated_at = $4 WHERE id = $1
UPDATE accounts SET form_hash = CASE WHEN email_verified_at IS NULL THEN form_hash ELSE NULL END, email = NULL, email_verified_at = NULL, updated_at = $2 WHERE id = $1
UPDATE accounts SET form_hash = CASE WHEN mobile_verified_at IS NULL THEN form_hash ELSE NULL END, mobile = NULL, mobile_verified_at = NULL, updated_at = $2 WHERE id = $1
UPDATE accounts SET frozen_at = $2 WHERE id = $1
UPDATE accounts SET guarded_until = $2 WHERE id = $1
UPDATE accounts SET id_verified_at = NULL, updated_at = $2 WHERE id = $1
UPDATE accounts SET mobile = $2, mobile_verified_at = $3, updated_at = $4 WHERE id = $1
UPDATE accounts SET mobile_reminded_at = $2 WHERE id = $1 AND mobile_verified_at IS NOT NULL AND (mobile_reminded_at IS NULL OR mobile_reminded_at < mobile_verified_at)
UPDATE accounts SET name = $2, locale = $3, province = $4, updated_at = $5 WHERE id = $1
UPDATE accounts SET name = NULL, email = NULL, email_verified_at = NULL, mobile = NULL, mobile_verified_at = NULL, id_verified_at = NULL, locale = NULL, province = NULL, password_hash = '', form_hash = NULL, guarded_until = NULL, frozen_at = NULL, mobile_reminded_at = NULL, password_removed_at = NULL, blocked_at = $2, closed_at = $2, updated_at = $2 WHERE id = $1
UPDATE accounts SET password_hash = $2, password_set_at = $3, password_removed_at = $3 WHERE id = $1 AND password_removed_at IS NULL
UPDATE accounts SET password_hash = $2, password_set_at = $3, password_removed_at = NULL WHERE id = $1
UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_hash = $2
UPDATE accounts SET password_hash = $3, password_set_at = $4, password_removed_at = NULL WHERE id = $1 AND password_hash = $2
UPDATE accounts SET updated_at = $2 WHERE id = $1
UPDATE accounts SET updated_at = CASE WHEN email_verified_at IS NULL THEN $2 ELSE updated_at END, email_verified_at = $2 WHERE id = $1 AND email IS NOT NULL
UPDATE accounts SET updated_at = CASE WHEN mobile_verified_at IS NULL THEN $2 ELSE updated_at END, mobile_verified_at = $2 WHERE id = $1 AND mobile IS NOT NULL
UPDATE accounts SET updated_at = updated_at WHERE id = $1
UPDATE alarms SET case_number = $2 WHERE token_hash = $1
UPDATE alarms SET raised_at = $2 WHERE token_hash = $1 AND raised_at IS NULL AND expires_at > $2 RETURNING token_hash
UPDATE appeal_photos SET sealed = $3 WHERE appeal_id = $1 AND sealed = $2
UPDATE appeals SET document_mac = $2, document_key = $3 WHERE id = $1
UPDATE appeals SET due_at = due_at + $1 WHERE due_at IS NOT NULL AND due_at > $2
UPDATE appeals SET file_sealed = $3 WHERE id = $1 AND file_sealed = $2
UPDATE appeals SET file_sealed = NULL WHERE id IN (SELECT id FROM appeals WHERE decided_at < $1 AND file_sealed IS NOT NULL AND state <> 'granted' LIMIT $2) RETURNING id
UPDATE appeals SET state = $3, first_staff = $4, holder_id = $5, due_at = $6, submitted_at = $7, heard_at = $8, objected_at = $9, closed_at = $10, decided_at = $11, bound_at = $12, file_sealed = $13, open_key = CASE WHEN $14 = 1 THEN open_key ELSE NULL END WHERE id = $1 AND state = $2 RETURNING id
UPDATE audit_batches SET released_at = $2, leaves = NULL WHERE number = $1 AND released_at IS NULL
UPDATE audit_events SET batch = $2, network = $3, device = $4 WHERE id = $1 AND batch IS NULL
UPDATE authenticators SET last_step = $1 WHERE last_step < $1
UPDATE authenticators SET last_step = $2, used_at = $3 WHERE account_id = $1 AND last_step < $2
UPDATE authenticators SET secret_sealed = $3 WHERE account_id = $1 AND secret_sealed = $2
UPDATE captchas SET used = $2 WHERE id = $1
UPDATE cases SET closed_at = $2 WHERE number = $1 AND closed_at IS NULL RETURNING account_id
UPDATE cases SET network = NULL, device = NULL WHERE account_id = $1
UPDATE client_invitations SET uses_left = uses_left - 1 WHERE hash = $1 AND uses_left > 0 AND expires_at > $2
UPDATE client_logos SET hash = $3, media_type = $4, picture = $5 WHERE client_id = $1 AND logo_uri = $2
UPDATE client_registry SET revision = revision + 1 WHERE id = 1
UPDATE client_secrets SET expires_at = $3 WHERE client_id = $1 AND hash <> $2 AND (expires_at IS NULL OR expires_at > $3)
UPDATE client_secrets SET last_used_at = $3 WHERE client_id = $1 AND hash = $2 AND (last_used_at IS NULL OR last_used_at < $3)
UPDATE clients SET registration_hash = $2 WHERE client_id = $1
UPDATE closures SET due_at = due_at + $1 WHERE due_at > $2
UPDATE consents SET used_at = $3 WHERE account_id = $1 AND client_id = $2 AND used_at < $3
UPDATE contact_changes SET undo_until = $3 WHERE account_id = $1 AND undone_at IS NULL AND undo_until > $2 AND undo_until < $3
UPDATE contact_changes SET undo_until = undo_until + $1 WHERE undone_at IS NULL AND undo_until > $2
UPDATE contact_changes SET undone_at = $3 WHERE account_id = $1 AND changed_at >= $2 AND undone_at IS NULL RETURNING id, account_id, old_contact, old_proven_at, new_contact, changed_at, undo_until
UPDATE data_keys SET sealed = $2, master_key_id = $3 WHERE id = $1
UPDATE former_keys SET state = 'destroyed', state_since = $2, archived_until = NULL, public_key = NULL, compromised_at = $3 WHERE kid = $1 AND state = 'archived'
UPDATE grants SET expires_at = $3, refreshed_at = $4 WHERE id = $1 AND refresh_hash = $2 AND revoked_at IS NULL
UPDATE grants SET province = NULL WHERE account_id = $1
UPDATE grants SET refresh_answer = NULL WHERE id > $1 AND id <= $2 AND refresh_answer IS NOT NULL AND refreshed_at < $3
UPDATE grants SET refresh_previous_hash = $2, refresh_hash = $3, refreshed_at = $4, refresh_answer = $5, expires_at = $6, refresh_jkt = COALESCE($7, refresh_jkt) WHERE id = $1 AND refresh_hash = $2 AND revoked_at IS NULL
UPDATE grants SET revoked_at = $1, refresh_answer = NULL WHERE revoked_at IS NULL
UPDATE grants SET revoked_at = $2, refresh_answer = NULL WHERE id = $1 AND revoked_at IS NULL
UPDATE identities SET number_mac = number_mac_next WHERE account_id IN (SELECT account_id FROM identities WHERE account_id > $1 AND number_mac <> number_mac_next ORDER BY account_id LIMIT $2) RETURNING account_id
UPDATE identities SET number_mac_next = $3 WHERE account_id = $1 AND number_mac = $2
UPDATE identities SET number_sealed = $3 WHERE account_id = $1 AND number_sealed = $2
UPDATE jobs SET due_at = $2 WHERE name = $1 AND due_at > $2
UPDATE jobs SET holder = NULL, lease_until = 0, due_at = $3, ended_at = $4, done_at = COALESCE($5, done_at), problem = $6 WHERE name = $1 AND holder = $2
UPDATE jobs SET lease_until = $3 WHERE name = $1 AND holder = $2
UPDATE kept_key_halves SET private_key = $2, master_key_id = $3 WHERE kid = $1
UPDATE key_pins SET ended_at = $2 WHERE client_id = $1 AND ended_at IS NULL RETURNING kid, alg
UPDATE key_pins SET ended_at = $3 WHERE kid = $1 AND client_id = $2 AND ended_at IS NULL
UPDATE key_registry SET revision = revision + 1 WHERE id = 1
UPDATE key_trials SET ended_at = $2, ending = $3, succeeded = $4, failed = $5, unknown = $6 WHERE kid = $1 AND ended_at IS NULL
UPDATE known_devices SET stepped_at = COALESCE(stepped_at, $3) WHERE account_id = $1 AND token_hash = $2
UPDATE known_devices SET trusted_until = $3 WHERE account_id = $1 AND token_hash = $2
UPDATE known_devices SET trusted_until = NULL WHERE account_id = $1 AND trusted_until IS NOT NULL
UPDATE known_devices SET trusted_until = NULL, stepped_at = NULL
UPDATE known_devices SET trusted_until = NULL, stepped_at = NULL WHERE account_id = $1
UPDATE limits SET used = used - 1 WHERE subject = $1 AND ends_at > $2 AND used > 0
UPDATE number_claims SET due_at = due_at + $1 WHERE ended_at IS NULL AND due_at > $2
UPDATE number_claims SET ended_at = $3, outcome = $4 WHERE name = $1 AND asked_at = $2 AND ended_at IS NULL RETURNING name
UPDATE outbox SET attempts = attempts + 1, next_attempt_at = $3 WHERE id IN (SELECT id FROM outbox WHERE channel = $1 AND state = 'waiting' AND next_attempt_at <= $2 ORDER BY next_attempt_at LIMIT $4) AND state = 'waiting' AND next_attempt_at <= $2 RETURNING id, payload, attempts, created_at
UPDATE outbox SET next_attempt_at = $2, last_error = $3 WHERE id = $1 AND state = 'waiting'
UPDATE outbox SET next_attempt_at = $2, last_error = $3, doubtful_at = $4 WHERE id = $1 AND state = 'waiting'
UPDATE outbox SET payload = NULL WHERE state = 'failed' AND payload IS NOT NULL
UPDATE outbox SET state = 'failed', payload = CASE WHEN $3 = 1 THEN payload END, last_error = $2, finished_at = $4, reason = $5 WHERE id = $1 AND state = 'waiting' RETURNING recipient
UPDATE outbox SET state = 'failed', payload = NULL, last_error = 'reported as refused', doubtful_at = NULL, reason = $3, reported_at = $2, finished_at = COALESCE(finished_at, $4) WHERE id = $1 AND (channel = 'mail' OR channel = 'sms') AND (reported_at IS NULL OR reported_at < $2) RETURNING recipient
UPDATE outbox SET state = 'sent', payload = NULL, last_error = NULL, doubtful_at = NULL, reason = NULL, reported_at = $2, finished_at = COALESCE(finished_at, $3) WHERE id = $1 AND (channel = 'mail' OR channel = 'sms') AND (reported_at IS NULL OR reported_at < $2) RETURNING recipient
UPDATE outbox SET state = 'sent', payload = NULL, last_error = NULL, doubtful_at = NULL, receipt = $3, finished_at = $2 WHERE id = $1 AND state = 'waiting' RETURNING recipient
UPDATE outbox SET state = 'waiting', attempts = 0, next_attempt_at = $1, finished_at = NULL WHERE id = $2 AND payload IS NOT NULL AND (state = 'failed' OR state = 'waiting')
UPDATE outbox SET state = 'waiting', attempts = 0, next_attempt_at = $1, finished_at = NULL WHERE state = 'failed' AND payload IS NOT NULL
UPDATE outbox SET state = 'withheld', payload = NULL, finished_at = $1, last_error = 'restored' WHERE state = 'waiting'
UPDATE outbox SET state = 'withheld', payload = NULL, finished_at = $2 WHERE id = $1 AND state = 'waiting' AND attempts = 0
UPDATE passkeys SET credential = $2, synced = $3, used_at = $4 WHERE id = $1
UPDATE passkeys SET name = $3 WHERE account_id = $1 AND id = $2
UPDATE proofs SET ended_at = $1, end_reason = 'expired' WHERE proved_at IS NULL AND ended_at IS NULL
UPDATE proofs SET ended_at = $2, end_reason = $3 WHERE account_id = $1 AND proved_at IS NULL AND ended_at IS NULL
UPDATE proofs SET ended_at = $2, end_reason = $3 WHERE id = $1 AND proved_at IS NULL AND ended_at IS NULL
UPDATE proofs SET ended_at = $3, end_reason = $4 WHERE name = $1 AND purpose = $2 AND proved_at IS NULL AND ended_at IS NULL
UPDATE proofs SET proved_at = $2 WHERE id = $1 AND proved_at IS NULL AND ended_at IS NULL
UPDATE proofs SET tries = tries + 1 WHERE id = $1 AND purpose = $2 AND proved_at IS NULL AND ended_at IS NULL AND code_until > $3 AND tries < $4 RETURNING code_mac, tries
UPDATE pushed_requests SET used_at = $2 WHERE hash = $1 AND used_at IS NULL
UPDATE recoveries SET email_at = $2 WHERE id = $1
UPDATE recoveries SET ended_at = $1, end_reason = 'restored' WHERE ended_at IS NULL
UPDATE recoveries SET ended_at = $2, end_reason = $3 WHERE account_id = $1 AND ended_at IS NULL
UPDATE recoveries SET ended_at = $2, end_reason = $3 WHERE id = $1 AND ended_at IS NULL
UPDATE recoveries SET factor_at = $2 WHERE id = $1
UPDATE recoveries SET mobile_at = $2 WHERE id = $1
UPDATE recoveries SET token_hash = $2 WHERE id = $1
UPDATE recoveries SET token_hash = $2, resumed_at = $3 WHERE resume_hash = $1 AND resumed_at IS NULL AND wait_until <= $3 AND ended_at IS NULL AND expires_at > $3
UPDATE recoveries SET wait_until = $2, expires_at = $3, resume_hash = $4, cancel_hash = $5, lost_at = $6 WHERE id = $1 AND wait_until IS NULL AND ended_at IS NULL
UPDATE recovery_codes SET used_at = $1 WHERE used_at IS NULL
UPDATE recovery_codes SET used_at = $3 WHERE account_id = $1 AND code_hash = $2 AND used_at IS NULL
UPDATE sessions SET ended_at = $1, end_reason = 'restored', ended_by = 'restored' WHERE ended_at IS NULL
UPDATE sessions SET network = NULL, first_network = NULL, last_network = NULL, device = NULL, province = NULL WHERE account_id = $1
UPDATE signing_keys SET planned_at = $2 WHERE kid = $1 AND state = 'staged'
UPDATE signing_keys SET private_key = $2, master_key_id = $3 WHERE kid = $1
UPDATE signing_keys SET retires_until = $2 WHERE kid = $1 AND state = 'retiring'
UPDATE signing_keys SET state = 'active', state_since = $2, activated_at = $2, planned_at = NULL WHERE kid = $1 AND state = 'staged'
UPDATE signing_keys SET state = 'retiring', activated_at = state_since, state_since = $2, retires_until = $3, private_key = NULL WHERE kid = $1 AND state = 'active'
UPDATE signing_keys SET trial_waived_at = $2 WHERE kid = $1 AND state = 'staged'
UPDATE status_notices SET ends_at = $2 WHERE id = $1 AND ends_at > $2
