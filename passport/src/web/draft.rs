//! Refused forms on their way back to the person.
//!
//! A form that is refused is not answered with a page: Back and Reload onto the answer of a POST make the browser ask
//! whether to send the form again, and that is a dead end. It is answered with a redirect to the page of the form,
//! which shows what was typed, passwords excepted. In between, the draft waits sealed in a cookie: personal data does
//! not stand in addresses, which are remembered and logged all over, and nothing of somebody who has no account yet
//! is stored on our side. The address names the draft by a random id, so that each tab gets its own or none.

use std::time::Duration;

use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use shared::entropy;
use shared::secret::{constant_time_eq, sha256};
use tower_cookies::Cookies;
use tower_cookies::cookie::{Cookie, SameSite, time};

use super::flaws::Flaws;
use super::seal::{KeyUse, open_text, seal_text};
use super::{Web, form};

/// The query parameter that names a draft.
pub const FIELD: &str = "draft";

/// How long a draft is kept: long enough to find a document, or to sign in again in between.
pub const LIFETIME: Duration = Duration::from_secs(30 * 60);

/// Its path tells the drafts of different forms apart, which the prefix `__Host-` would forbid; that no neighbour
/// under the same domain has planted it is shown by the seal, which names the browser. A page below the one of another form
/// is sent the drafts of both: the rest of the name tells those apart.
const COOKIE: &str = "__Secure-pp_draft-";

/// The cookie of the form at that path.
fn cookie_of(path: &str) -> String {
    let digest = sha256(path.as_bytes());
    digest.iter().take(4).fold(COOKIE.to_owned(), |name, byte| name + &format!("{byte:02x}"))
}

const PURPOSE: KeyUse = KeyUse::Draft;

/// The longest value: browsers take 4,096 bytes of name, value and attributes together (RFC 6265 §6.1).
const LARGEST: usize = 3_800;

/// A refused form.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Draft<F> {
    /// What was typed. Passwords are not serialized.
    pub form: F,
    /// What is to be mended.
    #[serde(default)]
    pub flaws: Flaws,
    /// Whether the form's token did not fit: nothing was done, and the person is asked to send it once more.
    #[serde(default)]
    pub again: bool,
    /// Whether a password was typed, which is not kept.
    #[serde(default)]
    pub password_dropped: bool,
    /// Which rules the new password keeps, in their order; empty if none was typed.
    #[serde(default)]
    pub rules: Vec<bool>,
    /// The status of the page that shows it; 0 for 200. The form was refused, whichever way its page comes: password
    /// managers go by the status when they decide whether a password was right.
    #[serde(default)]
    pub status: u16,
}

impl<F> Draft<F> {
    /// A form that comes back as it is.
    pub fn of(form: F) -> Self {
        Self { form, flaws: Flaws::default(), again: false, password_dropped: false, rules: Vec::new(), status: 0 }
    }

    /// A form in which something is to be mended.
    #[must_use]
    pub fn refused(mut self, status: StatusCode, flaws: Flaws) -> Self {
        (self.status, self.flaws) = (status.as_u16(), flaws);
        self
    }

    /// A form whose token did not fit.
    #[must_use]
    pub fn stale(mut self) -> Self {
        (self.again, self.status) = (true, StatusCode::UNPROCESSABLE_ENTITY.as_u16());
        self
    }

    /// The status of the page that shows it at that moment, and the headers: whoever came too often is told when to come
    /// again (RFC 6585 §4).
    pub fn head(&self, now: Timestamp) -> (StatusCode, HeaderMap) {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut headers = HeaderMap::new();
        let later = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        if let (true, Some(at)) = (later, self.flaws.not_before()) {
            let seconds = at.since(now).as_millis().div_ceil(1_000);
            headers.insert(RETRY_AFTER, HeaderValue::from(u64::try_from(seconds).unwrap_or(u64::MAX)));
        }
        (status, headers)
    }
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Sealed<D> {
    id: String,
    path: String,
    expires_at: i64,
    /// The browser, by its form cookie.
    browser: String,
    draft: D,
}

impl Web {
    /// Keeps a draft of the form at `path` in the browser, in place of an older one; its id. `None` if it is larger
    /// than a cookie: then it has to be shown at once.
    pub fn keep_draft<F: Serialize>(&self, cookies: &Cookies, path: &str, draft: &Draft<F>) -> Option<String> {
        let id = entropy::token(&*self.entropy);
        let sealed = Sealed {
            id: id.clone(),
            path: path.to_owned(),
            expires_at: (self.clock.now() + LIFETIME).millis(),
            browser: form::csrf_token(self, cookies),
            draft,
        };
        let value = seal_text(&*self.sealer, PURPOSE, &serde_json::to_vec(&sealed).ok()?);
        if value.len() > LARGEST {
            return None;
        }
        let seconds = i64::try_from(LIFETIME.as_secs()).unwrap_or(i64::MAX);
        let cookie = Cookie::build((cookie_of(path), value)).max_age(time::Duration::seconds(seconds));
        cookies.add(cookie.path(path.to_owned()).secure(true).http_only(true).same_site(SameSite::Lax).build());
        Some(id)
    }

    /// The draft of that id, if this browser has it for the form at `path`.
    pub fn draft<F: DeserializeOwned>(&self, cookies: &Cookies, path: &str, id: Option<&str>) -> Option<Draft<F>> {
        let (id, cookie) = (id?, cookies.get(&cookie_of(path))?);
        let sealed = open_text(&*self.sealer, PURPOSE, cookie.value())?;
        let sealed: Sealed<Draft<F>> = serde_json::from_slice(&sealed).ok()?;
        let same = |a: &str, b: &str| constant_time_eq(a.as_bytes(), b.as_bytes());
        let ours =
            same(&sealed.id, id) && sealed.path == path && same(&sealed.browser, &form::csrf_token(self, cookies));
        (ours && Timestamp::from_millis(sealed.expires_at) > self.clock.now()).then_some(sealed.draft)
    }

    /// Takes the draft of the form at `path` away: the form has done its work.
    pub fn drop_draft(&self, cookies: &Cookies, path: &str) {
        cookies.remove(Cookie::build((cookie_of(path), "")).path(path.to_owned()).secure(true).http_only(true).build());
    }
}

/// Takes the drafts of the forms at `paths` away, from a page of any other path: their writer leaves. A jar holds one
/// cookie of a name, whatever its path, so these go into the headers by themselves.
pub fn drop_drafts(headers: &mut HeaderMap, paths: &[&'static str]) {
    for path in paths {
        let mut removal = Cookie::build((cookie_of(path), "")).path(*path).secure(true).http_only(true).build();
        removal.make_removal();
        if let Ok(value) = HeaderValue::try_from(removal.to_string()) {
            headers.append(SET_COOKIE, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use shared::clock::FakeClock;
    use shared::entropy::SeededEntropy;

    use super::*;
    use crate::web::seal::testing::PlainSealer;

    fn web() -> (Web, Arc<FakeClock>) {
        let clock = Arc::new(FakeClock::at(Timestamp::from_millis(0)));
        let web = Web::new("https://p.test", Arc::new(PlainSealer), clock.clone(), Arc::new(SeededEntropy::new(1)));
        (web, clock)
    }

    fn kept(web: &Web, cookies: &Cookies, text: &str) -> Option<String> {
        web.keep_draft(cookies, "/register", &Draft::of(text.to_owned()))
    }

    #[test]
    fn drafts_of_forms_below_one_another_do_not_hide_each_other() {
        let ((web, _), cookies) = (web(), Cookies::default());
        let keep = |path: &str| web.keep_draft(&cookies, path, &Draft::of(path.to_owned())).expect("a draft");
        let (above, below) = (keep("/site"), keep("/site/secrets"));
        for (path, id) in [("/site", above), ("/site/secrets", below)] {
            let found = web.draft::<String>(&cookies, path, Some(&id)).map(|draft| draft.form);
            assert_eq!(found.as_deref(), Some(path));
        }
    }

    #[test]
    fn a_draft_comes_back_to_its_form_in_its_browser_for_a_while() {
        let ((web, clock), cookies) = (web(), Cookies::default());
        let id = kept(&web, &cookies, "typed").expect("a draft");
        let found = |path: &str, id: &str| web.draft::<String>(&cookies, path, Some(id)).map(|draft| draft.form);
        assert_eq!(found("/register", &id).as_deref(), Some("typed"));
        assert_eq!(found("/sign-in", &id), None, "another form");
        assert_eq!(found("/register", "other"), None, "another tab");
        clock.advance(LIFETIME);
        assert_eq!(found("/register", &id), None, "too old");
    }

    #[test]
    fn a_draft_moved_to_another_browser_is_none() {
        let ((web, _), mine, theirs) = (web(), Cookies::default(), Cookies::default());
        let id = kept(&web, &mine, "typed").expect("a draft");
        form::csrf_token(&web, &theirs);
        theirs.add(mine.get(&cookie_of("/register")).expect("a cookie").into_owned());
        assert!(web.draft::<String>(&theirs, "/register", Some(&id)).is_none());
    }

    #[test]
    fn what_no_cookie_holds_is_not_kept() {
        assert_eq!(kept(&web().0, &Cookies::default(), &"x".repeat(LARGEST)), None);
    }
}
