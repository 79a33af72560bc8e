//! What a site has shown in the sandbox: gathered from there, never said by the site itself.

use shared::clock::Timestamp;
use shared::page::Page;

use super::model::Evidence;
use crate::clients::{AuthMethod, Client};
use crate::oidc::register::evidence::Seen;
use crate::portal::Portal;
use crate::portal::refusal::Refusal;
use crate::portal::sandbox::{SandboxError, Site};
use crate::web::moment;

/// One thing that a site has shown or not.
pub struct EvidenceView {
    /// What.
    pub what: String,
    /// Whether, in a word, and the kind of tag of that.
    pub said: String,
    /// The kind of tag.
    pub kind: &'static str,
    /// When; or how it is shown.
    pub how: String,
}

/// What can be shown by a site that is registered so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shows {
    /// It signs with a key of its own.
    pub signs: bool,
    /// It is told of people who sign out.
    pub hears: bool,
}

impl From<&Client> for Shows {
    fn from(client: &Client) -> Self {
        let signs = client.auth_method == AuthMethod::PrivateKeyJwt;
        Self { signs, hears: client.backchannel_logout_uri.is_some() }
    }
}

/// What is looked for at such a site, and whether it was seen.
pub fn view(page: &Page, shows: Shows, seen: &Evidence, now: Timestamp) -> Vec<EvidenceView> {
    let Shows { signs, hears } = shows;
    let at = |seconds: i64| moment::past(page.lang, Timestamp::from_seconds(seconds), now);
    let rehearsed = seen.rehearsed.as_deref() == Some("succeeded");
    let looked_for = [
        ("sign-in", true, seen.signed_in_at.map(at)),
        // Nobody gets tokens whose keys do not verify what they signed.
        ("keys", signs, seen.signed_in_at.map(at)),
        ("logout", hears, seen.logout_taken_at.map(at)),
        ("rehearsal", true, rehearsed.then(|| page.t("production-evidence-rehearsal-done"))),
    ];
    let wanted = looked_for.into_iter().filter(|(_, wanted, _)| *wanted);
    let one = |(name, _, done): (&str, bool, Option<String>)| EvidenceView {
        what: page.t(&format!("production-evidence-{name}")),
        said: page.t(if done.is_some() { "production-evidence-done" } else { "production-evidence-open" }),
        kind: if done.is_some() { "ok" } else { "warn" },
        how: done.unwrap_or_else(|| page.t(&format!("production-evidence-{name}-how"))),
    };
    wanted.map(one).collect()
}

impl Portal {
    /// What the sandbox saw of a site.
    pub(super) async fn seen(&self, site: &Site) -> Result<Result<Evidence, SandboxError>, Refusal> {
        let token = self.token(site)?;
        let sandbox = self.sandbox()?;
        let seen = match sandbox.evidence(site.managed(&token)).await {
            Ok(seen) => seen,
            Err(error) => return Ok(Err(error)),
        };
        let rehearsed = match sandbox.outcome(site.managed(&token)).await {
            Ok(outcome) => outcome,
            Err(error) => return Ok(Err(error)),
        };
        let Seen { signed_in_at, logout_taken_at, .. } = seen;
        Ok(Ok(Evidence { signed_in_at, logout_taken_at, rehearsed }))
    }
}
