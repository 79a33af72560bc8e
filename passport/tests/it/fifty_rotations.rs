//! Keys change again and again, as sites meet it that keep the key set in different ways. The long form, with the libraries
//! of others and nodes that die, is `cargo xtask drill rotation`.

use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use passport::keys::{Alg, KeyState, Request};
use serde_json::Value;
use shared::clock::{Clock as _, Timestamp};
use shared::testkit::Browser;

use crate::support::site::{OURS, THEIRS, get, their_tokens};
use crate::support::{Passport, on_both};

const MINUTE: Duration = Duration::from_secs(60);
/// Signing in goes on this often: every site meets each key, and key sets of every age.
const STEP: Duration = Duration::from_secs(5 * 60);
const ROTATIONS: usize = 50;

/// How a site keeps the key set.
#[derive(Debug, Clone, Copy)]
enum Keeping {
    /// For as long as it may, whatever tokens say.
    Strictly,
    /// Until a token names a key that is not in it.
    UntilMissed,
    /// For five minutes, and never asks twice within one, as some libraries do.
    Sparingly,
}

/// A site that verifies ID tokens.
struct Site {
    keeping: Keeping,
    set: JwkSet,
    fetched: Timestamp,
    max_age: Duration,
}

impl Site {
    async fn new(passport: &Passport, keeping: Keeping) -> Self {
        let (set, max_age) = key_set(passport).await;
        Self { keeping, set, fetched: passport.clock.now(), max_age }
    }

    async fn fetch(&mut self, passport: &Passport) {
        (self.set, self.max_age) = key_set(passport).await;
        self.fetched = passport.clock.now();
    }

    /// Whether the site believes the token.
    async fn believes(&mut self, passport: &Passport, token: &str, client: &str) -> bool {
        let age = passport.clock.now().since(self.fetched);
        let old = match self.keeping {
            Keeping::Strictly => age >= self.max_age,
            Keeping::UntilMissed => false,
            Keeping::Sparingly => age >= MINUTE * 5,
        };
        if old {
            self.fetch(passport).await;
        }
        let header = decode_header(token).expect("a header");
        let kid = header.kid.as_deref().expect("an id");
        let may_ask = match self.keeping {
            Keeping::Strictly => false,
            Keeping::UntilMissed => true,
            Keeping::Sparingly => age >= MINUTE,
        };
        if self.set.find(kid).is_none() && may_ask {
            self.fetch(passport).await;
        }
        let Some(jwk) = self.set.find(kid) else { return false };
        let mut validation = Validation::new(header.alg);
        // By the system's clock, which is not the one here.
        validation.validate_exp = false;
        validation.set_audience(&[client]);
        let key = DecodingKey::from_jwk(jwk).expect("a key");
        decode::<Value>(token, &key, &validation).is_ok()
    }
}

/// The published key set, and for how long it may be kept.
async fn key_set(passport: &Passport) -> (JwkSet, Duration) {
    let answer = get(&mut passport.browser(), "/jwks", &[]).await;
    let cache = answer.header("cache-control").expect("it says how long");
    let max_age = cache.split(',').find_map(|part| part.trim().strip_prefix("max-age="));
    let max_age = max_age.and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
    (serde_json::from_str(&answer.text).expect("a key set"), max_age.expect("a time"))
}

/// The keys that sign for the two clients.
async fn active(passport: &Passport) -> Vec<String> {
    let keys = passport.app.keys.stock().await.expect("keys").keys;
    let signs = |key: &&passport::keys::KeyRecord| {
        matches!(key.state, KeyState::Active { .. }) && matches!(key.alg, Alg::ES256 | Alg::RS256)
    };
    keys.iter().filter(signs).map(|key| key.kid.clone()).collect()
}

/// Everybody signs in once at both clients: how many tokens were not believed.
async fn sign_ins(passport: &Passport, sites: &mut [Site]) -> Vec<Keeping> {
    let (mut browser, _): (Browser, _) = passport.signed_in(None).await;
    let (ours, theirs) = (passport.tokens(&mut browser, "openid").await, their_tokens(&mut browser).await);
    let mut refused = Vec::new();
    for (tokens, client) in [(ours, "cet"), (theirs, "bei")] {
        for site in &mut *sites {
            let token = tokens["id_token"].as_str().expect("a token");
            if !site.believes(passport, token, client).await {
                refused.push(site.keeping);
            }
        }
    }
    refused
}

#[tokio::test]
async fn nobody_who_keeps_keys_as_told_fails_through_fifty_rotations_a_trial_and_an_emergency() {
    on_both(|passport| async move {
        passport.register(&[OURS, THEIRS]).await;
        let mut sites = Vec::new();
        for keeping in [Keeping::Strictly, Keeping::UntilMissed, Keeping::Sparingly] {
            sites.push(Site::new(&passport, keeping).await);
        }
        let (mut changes, mut now_active) = (0, active(&passport).await);
        while changes < ROTATIONS {
            // In a hurry: when a key may follow, the passport knows.
            for alg in [Alg::ES256, Alg::RS256] {
                passport.app.keys.change(Request::Rotate { alg, at: None, without_trial: false }).await.expect("asked");
            }
            let refused = sign_ins(&passport, &mut sites).await;
            assert!(refused.is_empty(), "after {changes} changes: {refused:?}");
            passport.clock.advance(STEP);
            passport.app.keys.watch().await.expect("moved on");
            let after = active(&passport).await;
            changes += after.iter().filter(|kid| !now_active.contains(kid)).count();
            now_active = after;
        }

        passport.clock.advance(STEP * 5);
        passport.app.keys.begin_trial(vec![Alg::ES256, Alg::RS256], MINUTE * 30, Vec::new()).await.expect("begun");
        for _ in 0..7 {
            assert_eq!(sign_ins(&passport, &mut sites).await.len(), 0, "on trial");
            passport.clock.advance(STEP);
            passport.app.keys.watch().await.expect("moved on");
        }
        assert_eq!(active(&passport).await, now_active, "a trial ends by itself");

        passport.app.keys.compromise(&now_active[0]).await.expect("gone");
        for _ in 0..4 {
            // What signs now was published long before.
            assert_eq!(sign_ins(&passport, &mut sites).await.len(), 0, "after an emergency");
            passport.clock.advance(STEP);
            passport.app.keys.watch().await.expect("moved on");
        }
    })
    .await;
}
