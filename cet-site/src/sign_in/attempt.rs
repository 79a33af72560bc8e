//! A sign-in under way, kept in the browser that began it.
//!
//! The cookie's name is derived from the state, so each tab has its own; its content is sealed (AES-256-GCM)
//! with the state as associated data. An answer is accepted only by the browser that holds the cookie for its
//! state: that is what keeps a stranger's code out (login CSRF, RFC 9700 §2.1, §4.7).

use std::time::Duration;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use shared::config::BaseUrl;
use shared::entropy::{Entropy, bytes, token};
use shared::secret::{SecretString, hmac_sha256, sha256};

use crate::profile::ProfileId;
use crate::web::cookie::{self, Cookie};

use super::return_path::ReturnPath;

/// How long a person may take at the passport, registration included.
pub(super) const LIFETIME: Duration = Duration::from_secs(3600);

/// How many attempts one browser may have under way; the oldest goes first. Bounds the cookie header.
const AT_ONCE: usize = 5;

/// How the state of an attempt that began by itself after a failed one starts: it is not repeated again.
const AGAIN: &str = "again.";

/// A sign-in under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attempt {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    pub(super) return_to: ReturnPath,
    pub(super) began_at: Timestamp,
}

/// What the cookie says.
#[derive(Serialize, Deserialize)]
struct Sealed {
    n: String,
    v: String,
    r: String,
    t: i64,
}

impl Attempt {
    /// A fresh one. `again` marks one that follows a failed one without being asked for.
    pub(super) fn new(return_to: ReturnPath, again: bool, now: Timestamp, entropy: &dyn Entropy) -> Self {
        let prefix = if again { AGAIN } else { "" };
        Self {
            state: format!("{prefix}{}", token(entropy)),
            nonce: token(entropy),
            verifier: token(entropy),
            return_to,
            began_at: now,
        }
    }

    /// Whether it has taken too long.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        now.since(self.began_at) >= LIFETIME
    }
}

/// Whether the state says that its attempt already followed a failed one.
pub(super) fn is_again(state: &str) -> bool {
    state.starts_with(AGAIN)
}

/// Puts attempts into cookies and takes them out again.
pub(super) struct Attempts {
    profile: ProfileId,
    key: LessSafeKey,
    base_url: BaseUrl,
}

impl Attempts {
    /// The key is derived from the client secret: every node of the site has it, and it changes with the
    /// secret, which costs people under way one automatic restart.
    pub(super) fn new(profile: ProfileId, client_secret: &SecretString, base_url: BaseUrl) -> Self {
        let key = hmac_sha256(client_secret.expose().as_bytes(), b"cet-site: sign-in attempt, 1");
        #[expect(clippy::expect_used, reason = "the key is as long as the algorithm asks by its type")]
        let key = UnboundKey::new(&AES_256_GCM, &key).expect("32 bytes");
        Self { profile, key: LessSafeKey::new(key), base_url }
    }

    fn prefix(&self) -> String {
        format!("__Host-{}_try_", self.profile)
    }

    fn name(&self, state: &str) -> String {
        format!("{}{}", self.prefix(), &URL_SAFE_NO_PAD.encode(sha256(state.as_bytes()))[..16])
    }

    /// The cookies to set when an attempt begins: its own, and removals of the oldest beyond the limit.
    pub(super) fn begin(&self, attempt: &Attempt, held: &HeaderMap, entropy: &dyn Entropy) -> Vec<Cookie> {
        let mut out = self.surplus(held);
        let value = format!("{}.{}", attempt.began_at.millis(), self.seal(attempt, entropy));
        out.push(Cookie::lasting(self.name(&attempt.state), value, LIFETIME));
        out
    }

    /// Takes the cookie of a finished attempt away.
    pub(super) fn end(&self, state: &str) -> Cookie {
        Cookie::removal(self.name(state))
    }

    /// The attempt that this browser began with that state.
    pub(super) fn find(&self, state: &str, held: &HeaderMap) -> Option<Attempt> {
        let (_, sealed) = cookie::get(held, &self.name(state))?.split_once('.')?;
        self.open(state, sealed)
    }

    /// The time stands before the sealed part in the clear, only to choose the oldest by.
    fn surplus(&self, held: &HeaderMap) -> Vec<Cookie> {
        let prefix = self.prefix();
        let began = |value: &str| value.split('.').next().and_then(|t| t.parse::<i64>().ok()).unwrap_or(0);
        let ours = cookie::all(held).filter(|(name, _)| name.starts_with(&prefix));
        let mut ours: Vec<(i64, &str)> = ours.map(|(name, value)| (began(value), name)).collect();
        ours.sort_unstable_by_key(|(began, _)| std::cmp::Reverse(*began));
        ours.into_iter().skip(AT_ONCE - 1).map(|(_, name)| Cookie::removal(name)).collect()
    }

    fn seal(&self, attempt: &Attempt, entropy: &dyn Entropy) -> String {
        let content = Sealed {
            n: attempt.nonce.clone(),
            v: attempt.verifier.clone(),
            r: attempt.return_to.as_str().to_owned(),
            t: attempt.began_at.millis(),
        };
        let nonce = bytes::<NONCE_LEN>(entropy);
        let mut out = nonce.to_vec();
        let mut content = serde_json::to_vec(&content).unwrap_or_default();
        let aad = Aad::from(attempt.state.as_bytes());
        // Sealing fails for inputs of 64 GiB only; an empty cookie is then one that nobody can open.
        match self.key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut content) {
            Ok(()) => out.append(&mut content),
            Err(_) => out.clear(),
        }
        URL_SAFE_NO_PAD.encode(out)
    }

    fn open(&self, state: &str, sealed: &str) -> Option<Attempt> {
        let mut sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, content) = sealed.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let content = self.key.open_in_place(nonce, Aad::from(state.as_bytes()), content).ok()?;
        let content: Sealed = serde_json::from_slice(content).ok()?;
        Some(Attempt {
            state: state.to_owned(),
            nonce: content.n,
            verifier: content.v,
            return_to: ReturnPath::parse(Some(&content.r), &self.base_url),
            began_at: Timestamp::from_millis(content.t),
        })
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::COOKIE;
    use shared::entropy::SeededEntropy;

    use super::*;

    fn base() -> BaseUrl {
        BaseUrl::parse("https://cet.localhost:8444").expect("an address")
    }

    fn attempts(secret: &str) -> Attempts {
        Attempts::new(ProfileId::Cet, &SecretString::new(secret), base())
    }

    /// What a browser sends back after having been given these cookies.
    fn held(cookies: Vec<Cookie>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            let set = HeaderValue::try_from(cookie).expect("a header");
            let pair = set.to_str().expect("text").split(';').next().expect("a pair").to_owned();
            headers.append(COOKIE, HeaderValue::try_from(pair).expect("a header"));
        }
        headers
    }

    #[test]
    fn the_browser_that_began_an_attempt_can_end_it_and_no_other() {
        let (attempts, entropy) = (attempts("s"), SeededEntropy::new(1));
        let path = ReturnPath::parse(Some("/dates"), &base());
        let attempt = Attempt::new(path, false, Timestamp::from_seconds(5), &entropy);
        let headers = held(attempts.begin(&attempt, &HeaderMap::new(), &entropy));
        assert_eq!(attempts.find(&attempt.state, &headers), Some(attempt.clone()));
        assert_eq!(attempts.find(&attempt.state, &HeaderMap::new()), None);
        let other = Attempt::new(ReturnPath::desk(), false, Timestamp::from_seconds(5), &entropy);
        assert_eq!(attempts.find(&other.state, &headers), None);
    }

    #[test]
    fn a_cookie_cannot_be_moved_to_another_state_or_opened_with_another_secret() {
        let (ours, entropy) = (attempts("s"), SeededEntropy::new(2));
        let attempt = Attempt::new(ReturnPath::desk(), false, Timestamp::from_seconds(5), &entropy);
        let sealed = ours.seal(&attempt, &entropy);
        assert!(ours.open(&attempt.state, &sealed).is_some());
        assert!(ours.open("other", &sealed).is_none());
        assert!(attempts("t").open(&attempt.state, &sealed).is_none());
        assert!(ours.open(&attempt.state, "").is_none());
    }

    #[test]
    fn a_sixth_attempt_takes_the_place_of_the_oldest() {
        let (attempts, entropy) = (attempts("s"), SeededEntropy::new(3));
        let all: Vec<Attempt> =
            (1..=5).map(|n| Attempt::new(ReturnPath::desk(), false, Timestamp::from_seconds(n), &entropy)).collect();
        let cookies = all.iter().flat_map(|a| attempts.begin(a, &HeaderMap::new(), &entropy)).collect();
        let sixth = Attempt::new(ReturnPath::desk(), false, Timestamp::from_seconds(6), &entropy);
        let set = attempts.begin(&sixth, &held(cookies), &entropy);
        let first = HeaderValue::try_from(set[0].clone()).expect("a header");
        assert_eq!(set.len(), 2);
        assert!(first.to_str().is_ok_and(|s| s.starts_with(&attempts.name(&all[0].state)) && s.contains("Max-Age=0")));
    }
}
