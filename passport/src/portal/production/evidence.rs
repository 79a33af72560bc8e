//! What a site has shown in the sandbox: gathered from there, never said by the site itself.

use serde_json::Value;
use shared::clock::Timestamp;
use shared::page::Page;

use super::model::Evidence;
use crate::clients::{AuthMethod, Client};
use crate::portal::Portal;
use crate::portal::refusal::Refusal;
use crate::portal::sandbox::{Site, SandboxError};
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

/// What is looked for at a site of that kind, and whether it was seen.
pub fn view(page: &Page, client: &Client, seen: &Evidence, now: Timestamp) -> Vec<EvidenceView> {
    let at = |seconds: i64| moment::past(page.lang, Timestamp::from_seconds(seconds), now);
    let signs = client.auth_method == AuthMethod::PrivateKeyJwt;
    let rehearsed = seen.rehearsed.as_deref() == Some("succeeded");
    let looked_for = [
        ("sign-in", true, seen.signed_in_at.map(at)),
        // Nobody gets tokens whose keys do not verify what they signed.
        ("keys", signs, seen.signed_in_at.map(at)),
        ("logout", client.backchannel_logout_uri.is_some(), seen.logout_taken_at.map(at)),
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
        let at = |name: &str| seen.get(name).and_then(Value::as_i64);
        let (signed_in_at, logout_taken_at) = (at("signed_in_at"), at("logout_taken_at"));
        Ok(Ok(Evidence { signed_in_at, logout_taken_at, rehearsed }))
    }
}
